"""People work on while somebody reads a plan: what they did meanwhile is not undone by it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crmbridge.errors import Unavailable
from crmbridge.flows.operate.first_write import keep, places
from crmbridge.flows.operate.plan import apply, plan
from crmbridge.flows.operate.turn import armed, turn
from tests.stages.places import JO
from tests.stages.play import Play, begun, example
from tests.stages.rest import edit, later, retouch


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    with begun(example(), tmp_path) as made:
        made.contact(JO, lastname="Kern", company="B", jobtitle="Head")
        made.form(JO)
        yield made


def planned(play: Play) -> dict[str, object]:
    turn(play.company, sleep=lambda _s: None)
    saved = plan(play.company).to_json()
    play.later(hours=5)
    return saved


def test_a_value_that_was_typed_over_what_the_plan_saw_is_not_lost(play: Play) -> None:
    told = {"LastName": "Kern", "Company": "B", "Email": JO}
    play.box.sales.act("create", object="Lead", fields=told)
    saved = planned(play)
    edit(play, JO, Title="Typed by a rep")
    apply(play.company, saved)
    assert later(play)["jobtitle"] == "Typed by a rep"
    assert play.lead(JO)["Title"] == "Typed by a rep"


def test_who_opted_out_meanwhile_is_not_handed_over(play: Play) -> None:
    saved = planned(play)
    retouch(play, JO, hs_email_optout="true")
    apply(play.company, saved)
    assert play.sf() == []


def test_a_system_that_cannot_be_read_is_told_and_the_other_side_is_written(play: Play) -> None:
    with play.company.ledger.write("test") as tx:
        keep(play.company, tx, places(play.company), "Mia")  # whose accounts they are is known
    saved = planned(play)
    play.box.sales.faults({"kind": "status", "status": 503, "route": "*"})
    done = apply(play.company, saved, sleep=lambda _s: None)
    assert set(done.errors) == {"sales"}
    assert done.writes == 1


def test_nothing_is_applied_before_it_is_known_whose_accounts_they_are(play: Play) -> None:
    saved = planned(play)
    play.box.sales.faults({"kind": "status", "status": 503, "route": "*"})
    with pytest.raises(Unavailable):
        apply(play.company, saved, sleep=lambda _s: None)
    assert not armed(play.company)
