"""A lead that waits for the next team: no clock runs, and all who look are told one thing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crmbridge.agreement.sla.clocks import Sla, Stale
from crmbridge.files import CompanyFiles
from crmbridge.flows.alert.sla import clocks
from crmbridge.flows.operate.own_desk import OwnLead, own_desk
from crmbridge.flows.scene.lead_view import view
from crmbridge.flows.scene.scene import Scene
from crmbridge.report.behind.standing import late
from crmbridge.store import held
from tests.routing.row import QUALIFIED, a_row, look_at, owner, qualified, rep, row, status
from tests.stages.places import JO
from tests.stages.play import Play
from tests.stages.rest import kinds, ready, rebuilds_equal, rest, told

SLA = Sla.model_validate({"answer": 16, "handed_on": {"answer": 4, "first_touch": 2}})
LYING = Stale.model_validate({"untouched_days": 90, "handed_on": {"untouched_days": 2}})


def named(ident: str, name: str, **more: int) -> dict[str, object]:
    return rep(ident, name=name, **more)


def on_desk(play: Play, who: str, email: str = JO) -> OwnLead:
    found = play.company.teams.rep(who)
    assert found is not None
    with play.company.ledger.read() as tx:
        desk = own_desk(play.company, tx, found)
    lead = str(play.person(email)["crmbridge_id"])
    return next(one for one in desk.leads if one.lead == lead)


def running(play: Play, email: str = JO) -> list[str]:
    with play.company.ledger.read() as tx:
        scene = Scene.open(play.company, tx)
        return [one.name for one in clocks(scene, view(scene, look_at(play, email).id))]


def overdue(play: Play, email: str = JO) -> set[str]:
    with play.company.ledger.read() as tx:
        return {one.op for one in held.find(tx, kind="sla_breach", lead=look_at(play, email).id)}


def advices(play: Play) -> str:
    with play.company.ledger.read() as tx:
        return " ".join(one.advice for one in held.find(tx))


@pytest.fixture
def lying(acme: CompanyFiles, tmp_path: Path) -> Iterator[Play]:
    """Fay lets a lead lie that Sam handed on; Sam has room for one, and gets one a day."""
    teams = a_row(
        sdr=[named("sam", "Sam Ode", open_limit=1, per_day=1)],
        field=[named("fay", "Fay Moss")],
    )
    with row(acme, tmp_path, teams, back=("stale_untouched",), sla=SLA, stale=LYING) as play:
        qualified(play)
        play.later(hours=5)
        rest(play)
        yield play


def test_what_was_overdue_of_a_lead_that_goes_back_is_nobody_s_any_more(lying: Play) -> None:
    play = lying
    assert kinds(play) == {"sla_breach": 2}
    assert "Ask Fay Moss, or" in advices(play)
    assert on_desk(play, "fay").late
    ready(play, "al")  # who fills Sam's desk
    play.later(days=1)
    rest(play)
    play.later(days=2)
    rest(play)
    look = look_at(play)
    assert (look.passes_on, look.state.owner) == (True, "fay")
    assert overdue(play) == set()
    assert running(play) == []
    one = on_desk(play, "fay")
    assert (one.waits_for, one.todo, one.told) == ("Sales development", "", False)
    assert (one.due, one.late) == (None, False)
    assert [one["clock"] for one in told(play, "sla_settled")] == ["first_touch", "answer"]
    play.later(days=20)
    rest(play)
    assert on_desk(play, "fay").told
    assert "waited for Sales development longer" in advices(play)
    assert rebuilds_equal(play)


def test_who_waits_for_the_next_team_is_owed_no_touch_by_the_first(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    patient = Stale.model_validate({"untouched_days": 90, "idle_days": 90})
    teams = a_row(field=[rep("fay", open_limit=0)])
    with row(acme, tmp_path, teams, sla=SLA, stale=patient) as play:
        ready(play, "jo")
        rest(play)
        caller = owner(play)
        play.later(hours=2)
        rest(play)
        assert kinds(play) == {"sla_breach": 1}
        with play.company.ledger.read() as tx:
            rows = held.find(tx, kind="sla_breach")
            (before,) = late(tx, play.company, rows)
        assert (before.rep, before.waits_for) == (caller, "")
        status(play, QUALIFIED)
        assert kinds(play) == {}
        assert on_desk(play, caller).waits_for == "Field sales"
        assert running(play) == []
        with play.company.ledger.read() as tx:  # as held before anybody has decided anew
            (after,) = late(tx, play.company, rows)
        assert after.waits_for == "Field sales"
