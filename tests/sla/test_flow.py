"""The clocks of the hand-off between two real servers: warned, overdue, settled, taken back."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crmbridge.agreement import Teams
from crmbridge.agreement.sla.clocks import Sla, Stale
from crmbridge.files import CompanyFiles
from crmbridge.flows.operate.turn import arm
from crmbridge.log import configure
from crmbridge.store import events, held
from crmbridge.testing.sandbox import sandbox
from tests.stages.places import JO
from tests.stages.play import Play, opened
from tests.stages.rest import edit, kinds, ready, rebuilds_equal, rest

FRIDAY = datetime(2026, 3, 27, 14, tzinfo=UTC)  # 15:00 in Berlin, and the clocks change on Sunday
OFFICE = {"office": {"zone": "Europe/Berlin", "hours": {"mon-fri": ["09:00-17:00"]}}}


@contextmanager
def playing(acme: CompanyFiles, path: Path, *, stale: Stale | None = None) -> Iterator[Play]:
    """A company with clocks, whose two reps work from nine to five in Berlin."""
    reps = [{"id": one, "email": f"{one}@acme.example", "open_limit": 9} for one in ("ann", "bob")]
    team = {"id": "sales", "calendar": "office", "manager": "mia@acme.example", "reps": reps}
    teams = Teams.model_validate({"company": "acme", "calendars": OFFICE, "teams": [team]})
    agreed = {"sla": Sla(), "stale": stale or acme.agreement.stale}
    files = replace(acme, teams=teams, agreement=acme.agreement.model_copy(update=agreed))
    with (
        sandbox(acme.mapping, teams, at=FRIDAY) as box,
        opened(files, box, path / "ledger.db") as company,
    ):
        play = Play(company=company, box=box)
        play.turn()
        arm(company)
        yield play


def told(play: Play, type_: str) -> list[dict[str, Any]]:
    with play.company.ledger.read() as tx:
        return [dict(one.data) for one in events.of_types(tx, [type_])]


def at(play: Play, day: int, hour: int, minute: int = 0) -> None:
    """Berlin's wall time of a day in March 2026, and the company comes to rest."""
    offset = 1 if day < 29 else 2
    play.box.set_time(datetime(2026, 3, day, hour - offset, minute, tzinfo=UTC))
    rest(play)


def call(play: Play) -> None:
    """The rep calls the lead, and says so in the CRM."""
    who = play.lead(JO)["Id"]
    play.box.sales.act("log_activity", who=who, subject="Call", status="Completed")


def tasks(play: Play) -> list[dict[str, Any]]:
    return [one for one in play.sf("Task") if not one.get("IsDeleted")]


def test_a_lead_that_asked_for_us_is_overdue_after_one_business_hour(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path) as play:
        ready(play, "jo")
        at(play, 27, 15, 50)
        assert [one["clock"] for one in told(play, "sla_soon")] == ["first_touch"]
        assert tasks(play) == []
        at(play, 27, 16, 0)
        assert told(play, "sla_breached") == []
        at(play, 27, 16, 1)
        (breach,) = told(play, "sla_breached")
        assert (breach["clock"], breach["cycle"]) == ("first_touch", 1)
        (task,) = tasks(play)
        lead = play.lead(JO)
        assert (task["WhoId"], task["OwnerId"]) == (lead["Id"], lead["OwnerId"])
        assert task["Subject"].startswith("Overdue since 2026-03-27 16:00 CET: first touch")
        assert kinds(play) == {"sla_breach": 1}
        rest(play)
        at(play, 27, 16, 30)
        assert len(tasks(play)) == 1
        assert len(told(play, "sla_breached")) == 1
        assert rebuilds_equal(play)


def test_the_clock_stands_still_over_a_weekend_on_which_the_clocks_change(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path) as play:
        at(play, 27, 16, 30)
        ready(play, "jo")
        at(play, 28, 12)
        assert told(play, "sla_breached") == []
        at(play, 30, 9, 29)
        assert told(play, "sla_breached") == []
        at(play, 30, 9, 31)
        assert [one["clock"] for one in told(play, "sla_breached")] == ["first_touch"]


def test_what_is_overdue_resolves_itself_once_it_is_done(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path) as play:
        ready(play, "jo")
        at(play, 27, 16, 1)
        assert kinds(play) == {"sla_breach": 1}
        call(play)
        at(play, 27, 16, 20)
        assert kinds(play) == {}
        assert [one["clock"] for one in told(play, "sla_settled")] == ["first_touch"]
        assert rebuilds_equal(play)


def test_sales_that_accepts_in_time_is_not_reminded(acme: CompanyFiles, tmp_path: Path) -> None:
    with playing(acme, tmp_path) as play:
        ready(play, "jo")
        call(play)
        edit(play, JO, Status="Working - Contacted")
        at(play, 27, 15, 10)
        at(play, 31, 16)
        assert told(play, "sla_breached") == []
        assert tasks(play) == [one for one in tasks(play) if one["Subject"] == "Call"]


def test_a_lead_that_is_touched_and_not_answered_is_overdue_after_two_days(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path) as play:
        ready(play, "jo")
        call(play)
        at(play, 27, 15, 10)
        at(play, 31, 14, 59)
        assert told(play, "sla_breached") == []
        at(play, 31, 15, 1)
        assert [one["clock"] for one in told(play, "sla_breached")] == ["answer"]


def test_an_untouched_lead_goes_back_after_the_agreed_business_hours(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with playing(acme, tmp_path, stale=Stale()) as play:
        ready(play, "jo")
        first = play.lead(JO)["OwnerId"]
        at(play, 30, 16)
        at(play, 31, 16)
        assert told(play, "stale") == []
        play.box.set_time(datetime(2026, 4, 1, 13, 1, tzinfo=UTC))
        rest(play)
        assert [one["reason"] for one in told(play, "stale")] == ["stale_untouched"]
        assert play.lead(JO)["OwnerId"] != first
        with play.company.ledger.read() as tx:
            assert held.find(tx, kind="sla_breach") == []


def test_rep_and_manager_are_told_all_that_is_needed_to_act_and_the_log_is_not(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    stream = io.StringIO()
    configure(level="DEBUG", stream=stream)
    try:
        with playing(acme, tmp_path) as play:
            ready(play, "jo", jobtitle="Plant Manager")
            at(play, 27, 16, 1)
            (task,) = [one for one in tasks(play) if "Overdue" in one["Subject"]]
            blocks = (tmp_path / "messages.txt").read_text("utf-8").split("\n\n")
    finally:
        configure(level="WARNING", stream=io.StringIO())
    over = [one for one in blocks if "Overdue since 2026-03-27 16:00 CET" in one]
    assert sorted(one.partition("  to ")[2].split("  [")[0] for one in over) == [
        "ann",
        "the manager",
    ]
    for text in (*over, task["Description"]):
        assert "Jo Kern, Plant Manager, Buyer" in text
        assert "Why now: asked for us on 27 Mar 2026" in text
        assert "/demo (form)" in text
    for private in ("Kern", "jo@buyer", "Plant Manager"):
        assert private not in stream.getvalue()
    assert '"event": "call"' in stream.getvalue()
