"""What the tests of clocks share: two reps in Berlin, its wall time, and who was told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crmbridge.agreement import Teams
from crmbridge.agreement.sla.clocks import Sla, Stale
from crmbridge.files import CompanyFiles
from tests.stages.places import JO
from tests.stages.play import Play, at_work
from tests.stages.rest import rest

FRIDAY = datetime(2026, 3, 27, 14, tzinfo=UTC)  # 15:00 in Berlin, and the clocks change on Sunday
OFFICE = {"office": {"zone": "Europe/Berlin", "hours": {"mon-fri": ["09:00-17:00"]}}}


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
    teams: Teams | None = None,
    *,
    start: datetime = FRIDAY,
    sla: Sla | None = Sla(),  # noqa: B008
    stale: Stale | None = None,
) -> Iterator[Play]:
    """A company with clocks, whose two reps work from nine to five in Berlin unless told."""
    agreed = {"sla": sla, "stale": stale or acme.agreement.stale}
    agreement = acme.agreement.model_copy(update=agreed)
    files = replace(acme, teams=teams or office(), agreement=agreement)
    with at_work(files, path, at=start) as play:
        yield play


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


def heard(play: Play, what: str) -> list[str]:
    """Whom messages that begin so were for."""
    path = play.company.ledger.home / "messages.txt"
    blocks = path.read_text("utf-8").split("\n\n") if path.exists() else []
    found = [one for one in blocks if f"\n{what}" in f"\n{one.strip()}"]
    return sorted(one.partition("  to ")[2].split("  [")[0] for one in found)
