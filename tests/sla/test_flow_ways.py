"""Clocks of a hand-off when life comes between: holidays, absences, other reps, other hours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crmbridge.agreement import Teams
from crmbridge.agreement.sla.clocks import Sla
from crmbridge.files import CompanyFiles
from crmbridge.flows.operate.turn import arm
from crmbridge.testing.sandbox import sandbox
from tests.sla.test_flow import FRIDAY, OFFICE, at, call, tasks, told
from tests.stages.places import JO
from tests.stages.play import Play, opened
from tests.stages.rest import edit, kinds, ready, rebuilds_equal, rest

EASTER = datetime(2026, 4, 2, 14, tzinfo=UTC)  # Maundy Thursday, 16:00 in Berlin


def office(
    *, away: tuple[Any, ...] = (), hours: tuple[str, ...] = ("09:00-17:00",), **calendar: Any
) -> Teams:
    """Two reps who work in Berlin; `away` are absences of Ann's."""
    shape = OFFICE["office"] | {"hours": {"mon-fri": list(hours)}} | calendar
    reps: list[dict[str, Any]] = [
        {"id": one, "email": f"{one}@acme.example", "open_limit": 9} for one in ("ann", "bob")
    ]
    reps[0]["absences"] = list(away)
    team = {"id": "sales", "calendar": "office", "manager": "mia@acme.example", "reps": reps}
    whole = {"company": "acme", "calendars": {"office": shape}, "teams": [team]}
    return Teams.model_validate(whole)


@contextmanager
def playing(
    acme: CompanyFiles,
    path: Path,
    teams: Teams,
    *,
    start: datetime = FRIDAY,
    sla: Sla | None = Sla(),  # noqa: B008
) -> Iterator[Play]:
    agreement = acme.agreement.model_copy(update={"sla": sla})
    files = replace(acme, teams=teams, agreement=agreement)
    with (
        sandbox(acme.mapping, teams, at=start) as box,
        opened(files, box, path / "ledger.db") as company,
    ):
        play = Play(company=company, box=box)
        play.turn()
        arm(company)
        yield play


def heard(play: Play, what: str) -> list[str]:
    """Whom messages that begin so were for."""
    path = play.company.ledger.path.with_name("messages.txt")
    blocks = path.read_text("utf-8").split("\n\n") if path.exists() else []
    found = [one for one in blocks if f"\n{what}" in f"\n{one.strip()}"]
    return sorted(one.partition("  to ")[2].split("  [")[0] for one in found)


def overdue(play: Play) -> list[dict[str, Any]]:
    return [one for one in tasks(play) if "Overdue" in one["Subject"]]


def user(play: Play, name: str) -> str:
    (found,) = [one["Id"] for one in play.sf("User") if one["Email"] == f"{name}@acme.example"]
    return str(found)


def test_the_rep_is_warned_in_the_last_quarter_and_nobody_else(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path, office()) as play:
        ready(play, "jo")
        at(play, 27, 15, 44)
        assert heard(play, "Due by") == []
        at(play, 27, 15, 46)
        at(play, 27, 15, 50)
        assert heard(play, "Due by 2026-03-27 16:00 CET") == ["ann"]
        assert overdue(play) == []


def test_holidays_stop_the_clock(acme: CompanyFiles, tmp_path: Path) -> None:
    teams = office(holidays="DE")
    with playing(acme, tmp_path, teams, start=EASTER.replace(minute=30)) as play:
        ready(play, "jo")
        play.box.set_time(datetime(2026, 4, 6, 12, tzinfo=UTC))
        rest(play)
        assert told(play, "sla_breached") == []
        play.box.set_time(datetime(2026, 4, 7, 7, 29, tzinfo=UTC))  # 09:29 in Berlin
        rest(play)
        assert told(play, "sla_breached") == []
        play.box.set_time(datetime(2026, 4, 7, 7, 31, tzinfo=UTC))
        rest(play)
        assert [one["due"] for one in told(play, "sla_breached")] == ["2026-04-07T07:30:00.000000Z"]


def test_the_first_touch_waits_for_a_rep_who_is_away_and_the_answer_of_the_team_does_not(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path, office()) as play:
        ready(play, "jo")
        play.company.teams = office(away=({"from": "2026-03-27T15:10:00", "to": "2026-04-10"},))
        at(play, 27, 16, 30)
        assert told(play, "sla_breached") == []
        at(play, 31, 15, 1)
        assert [one["clock"] for one in told(play, "sla_breached")] == ["answer"]


def test_a_lead_given_to_another_rep_is_that_rep_s_to_answer_for(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path, office()) as play:
        ready(play, "jo")
        assert play.lead(JO)["OwnerId"] == user(play, "ann")
        play.later(minutes=30)
        edit(play, JO, OwnerId=user(play, "bob"))
        at(play, 27, 15, 40)
        at(play, 27, 16, 1)
        (breach,) = told(play, "sla_breached")
        assert breach["rep"] == "bob"
        assert heard(play, "Overdue") == ["bob", "the manager"]
        assert [one["OwnerId"] for one in overdue(play)] == [user(play, "bob")]
        edit(play, JO, OwnerId=user(play, "ann"))
        at(play, 27, 16, 40)
        assert len(told(play, "sla_breached")) == 1
        assert heard(play, "Overdue") == ["bob", "the manager"]


def test_hours_that_become_longer_while_a_clock_runs_bring_its_end_nearer(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path, office(), start=FRIDAY.replace(hour=15, minute=30)) as play:
        ready(play, "jo")  # 16:30: half an hour is left for Monday
        at(play, 27, 16, 50)
        play.company.teams = office(hours=("09:00-20:00",))
        at(play, 27, 17, 5)
        at(play, 27, 17, 31)
        assert [one["due"] for one in told(play, "sla_breached")] == ["2026-03-27T16:30:00.000000Z"]
        assert rebuilds_equal(play)


def test_hours_that_become_shorter_put_the_end_off(acme: CompanyFiles, tmp_path: Path) -> None:
    with playing(acme, tmp_path, office()) as play:
        ready(play, "jo")
        play.company.teams = office(hours=("09:00-15:30",))
        at(play, 27, 16, 30)
        assert told(play, "sla_breached") == []
        at(play, 30, 9, 31)
        assert [one["due"] for one in told(play, "sla_breached")] == ["2026-03-30T07:30:00.000000Z"]


def test_without_clocks_in_the_agreement_nobody_is_reminded(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path, office(), sla=None) as play:
        ready(play, "jo")
        at(play, 31, 16)
        assert told(play, "sla_soon") == told(play, "sla_breached") == []
        assert (overdue(play), heard(play, "Overdue"), kinds(play)) == ([], [], {})


def test_a_lead_that_is_accepted_and_not_touched_is_late_for_its_first_touch(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path, office()) as play:
        ready(play, "jo")
        edit(play, JO, Status="Working - Contacted")
        at(play, 27, 15, 10)
        at(play, 27, 16, 1)
        assert [one["clock"] for one in told(play, "sla_breached")] == ["first_touch"]
        call(play)
        at(play, 27, 16, 20)
        assert kinds(play) == {}
        at(play, 31, 16)
        assert len(told(play, "sla_breached")) == 1


def test_an_answer_after_the_breach_settles_it_and_tells_nobody_again(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path, office()) as play:
        ready(play, "jo")
        call(play)
        at(play, 27, 15, 10)
        at(play, 31, 15, 1)
        assert kinds(play) == {"sla_breach": 1}
        edit(play, JO, Status="Working - Contacted")
        at(play, 31, 16)
        assert kinds(play) == {}
        assert [one["clock"] for one in told(play, "sla_settled")] == ["answer"]
        assert heard(play, "Overdue") == ["ann", "the manager"]


def test_the_second_trip_of_a_lead_has_clocks_of_its_own(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path, office()) as play:
        ready(play, "jo")
        at(play, 27, 16, 1)
        play.box.sales.act(
            "reject",
            id=play.lead(JO)["Id"],
            reason="Bad timing",
            reason_field="Rejection_Reason__c",
        )
        at(play, 27, 16, 10)
        assert kinds(play) == {}
        play.box.set_time(datetime(2026, 3, 30, 8, tzinfo=UTC))
        play.form(JO, "https://acme.example/demo/again")
        play.later(minutes=1)
        rest(play)
        assert play.lead(JO)["Status"] == "Open - Not Contacted"
        at(play, 30, 11, 30)
        assert [one["cycle"] for one in told(play, "sla_breached")] == [1, 2]
        assert len(overdue(play)) == 2
