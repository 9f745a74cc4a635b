"""A small world for reports of work: leads that went to sales and came back, told day by day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from crmbridge.agreement import Teams
from crmbridge.company import Company
from crmbridge.files import CompanyFiles
from crmbridge.flows.scene.scene import Scene
from crmbridge.model import payload
from crmbridge.model.payload import Payload
from crmbridge.report.frame.period import Period, span
from crmbridge.report.frame.sheet import Report, Sheet
from crmbridge.report.work.asked import Question
from tests.stages.play import example
from tests.stages.still import seen, still

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
"""A Monday, 10:00 in Berlin."""
OFFICE = {"zone": "Europe/Berlin", "hours": {"mon-fri": ["09:00-17:00"]}}


def day(n: float) -> datetime:
    """The instant so many days after the start."""
    return START + timedelta(days=n)


def teams(**more: Any) -> Teams:
    """Two teams in Berlin's office hours: Ann with twice Bob's weight, and Eva alone."""
    reps: list[dict[str, Any]] = [
        {"id": one, "email": f"{one}@acme.example", "open_limit": 9}
        for one in ("ann", "bob", "eva")
    ]
    reps[0]["weight"] = 2
    for rep in reps:
        rep |= more.get(rep["id"], {})
    shapes = [
        {"id": "dach", "calendar": "office", "reps": reps[:2]},
        {"id": "rest", "calendar": "office", "reps": reps[2:]},
    ]
    whole = {"company": "acme", "calendars": {"office": OFFICE}, "teams": shapes}
    return Teams.model_validate(whole)


@dataclass
class World:
    """A company in which a test says what happened to whom."""

    company: Company
    n: int = 0

    def tell(self, lead: str, at: datetime, *told: Payload) -> None:
        """Something happened to a lead."""
        with self.company.ledger.write("test") as tx:
            scene = Scene.open(self.company, tx)
            for one in told:
                self.n += 1
                scene.observed(one, lead, f"{one.type}:{self.n}", at)
            scene.work.flush()

    def known(self, lead: str, at: datetime) -> None:
        self.tell(lead, at, payload.Known())

    def give(self, lead: str, at: datetime, rep: str = "ann", cycle: int = 1, **more: Any) -> None:
        """A lead is ready, given to a rep, and sales has it, all at one instant."""
        team = self.company.teams.team_of(rep)
        said = {"rep": rep, "team": team.id if team else "", "cycle": cycle, **more}
        said = {"definition": "v1:aaaa", "rating": "warm", **said}
        self.tell(
            lead,
            at,
            *(payload.Known(), payload.read("ready", {}), payload.read("assigned", said)),
            payload.Handed(kind="pushed", rep=rep, definition=str(said["definition"])),
        )

    def accept(self, lead: str, at: datetime) -> None:
        self.tell(lead, at, payload.SalesTouched(), payload.Accepted())

    def back(
        self, lead: str, at: datetime, reason: str = "bad_timing", how: str = "rejected"
    ) -> None:
        self.tell(lead, at, payload.read(how, {"reason": reason}))

    def see(self, *items: Any) -> None:
        """What a vendor might have told."""
        seen(self.company, list(items))


@contextmanager
def worked(now: datetime, files: CompanyFiles | None = None, **more: Any) -> Iterator[World]:
    """A company of two teams over a fresh ledger; `more` are lines of reps."""
    made = files or with_clocks()
    with still(made, at=now, teams=teams(**more)) as (company, _):
        yield World(company)


def with_clocks() -> CompanyFiles:
    """The example with the clocks of its agreement, whatever its other tests leave out."""
    from crmbridge.agreement.sla.clocks import Sla

    files = example()
    return replace(files, agreement=files.agreement.model_copy(update={"sla": Sla()}))


def ask(world: World, since: str = "", until: str = "", **more: Any) -> Question:
    """A question of some days; both ends as people write them."""
    now, zone = world.company.now(), world.company.zone
    today = now.astimezone(zone).date()
    first = span(since, today).since if since else None
    last = span(until, today).until if until else None
    return Question(now=now, zone=zone, period=Period(first, last), **more)


def sheet(report: Report, name: str) -> Sheet:
    """A sheet of a report by name."""
    return next(one for one in report.sheets if one.name == name)


def rows(found: Sheet, *names: str) -> list[tuple[Any, ...]]:
    """Some columns of a sheet, row by row."""
    places = [found.index(name) for name in names]
    return [tuple(row[place] for place in places) for row in found.rows]
