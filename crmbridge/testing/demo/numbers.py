"""What the demo tells in numbers beside the reports, and what its checks ask of the ledger."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from crmbridge.company import Company
from crmbridge.model.event import Event, looks, said
from crmbridge.model.lifecycle import EXPANSION
from crmbridge.model.payload import ActivitySeen
from crmbridge.policy.totals.trip import BACK, Trip
from crmbridge.report.nurture import tracks
from crmbridge.report.qualify import funnel
from crmbridge.store import events, held, leads
from crmbridge.store.led_up import MEETINGS
from crmbridge.store.table import Tx
from crmbridge.store.trips import trips
from crmbridge.testing.demo.kept import Kept, kept
from crmbridge.testing.reported import Reported, reported, revenues
from crmbridge.testing.sandbox import Sandbox

WITHIN = 30
"""Days on a nurture track within which a lead has to be ready to count for the track's share."""


@dataclass(slots=True, kw_only=True)
class Numbers:
    """The quarter in numbers. `revenue` is that of each report, in the company's currency."""

    people: int = 0
    touches: int = 0
    meetings: int = 0
    funnel: dict[str, Any] = field(default_factory=dict)
    expansion: dict[str, int] = field(default_factory=dict)
    """Trips of customers that came to each step; they are in the funnel too."""
    tracks: list[dict[str, Any]] = field(default_factory=list)
    """Each nurture track that a rule of the agreement fills."""
    revenue: dict[str, Decimal] = field(default_factory=dict)
    events: Counter[str] = field(default_factory=Counter)
    won_again: int = 0
    """Leads that came back from sales, and were won on a later trip."""
    lost_and_back: int = 0
    """Leads whose deal was lost, and that were handed over on a later trip."""
    opted_out: int = 0
    opted_out_in: dict[str, int] = field(default_factory=dict)
    """Of those, where they said so: side -> people."""
    held: dict[str, int] = field(default_factory=dict)
    kept: Kept
    calls: dict[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """All numbers in JSON's types."""
        return asdict(self) | {
            "events": dict(sorted(self.events.items())),
            "revenue": {name: str(amount) for name, amount in self.revenue.items()},
        }


def numbers(company: Company, box: Sandbox) -> tuple[Numbers, Reported]:
    """Count everything once, and make all reports; the ledger is only read."""
    with company.ledger.read() as tx:
        seen = list(events.walk(tx))
        cycles = list(trips(tx))
        found = reported(company, tx)
        out = Numbers(
            people=sum(1 for one in leads.ids(tx)),
            funnel=funnel(tx),
            expansion=funnel(tx, EXPANSION)["steps"],
            tracks=_tracks(company, tx),
            revenue=revenues(found),
            held=held.counts(tx),
            events=Counter(one.type for one in seen),
            kept=kept(company, tx, seen, cycles),
        )
        rows = leads.get_many(tx, leads.ids(tx))
    out.touches = out.events["touch"]
    out.meetings = sum(one.kind in MEETINGS for one in said(seen, ActivitySeen))
    out.opted_out = sum(one.opted_out for one in rows.values() if one.stage != "merged")
    out.people -= sum(one.stage == "merged" for one in rows.values())
    out.opted_out_in = dict(sorted(Counter(side for _, side in _said_no(seen)).items()))
    _recycled(out, cycles)
    out.calls = {
        box.titles["marketing"]: box.at_marketing.calls(),
        box.titles["sales"]: box.at_sales.calls(),
    }
    return out, found


def _tracks(company: Company, tx: Tx) -> list[dict[str, Any]]:
    """The nurture tracks of people who were never ready, as the report has them."""
    today = company.now().astimezone(company.zone).date()
    return [row for row in tracks(tx, company.agreement, today, WITHIN) if row["rule"]]


def _said_no(seen: list[Event]) -> set[tuple[str, str]]:
    """Who opted out by a record of theirs, and on which side."""
    return {
        (one.lead, one.source.split(":")[0])
        for one in seen
        for told in looks([one])
        if told.opted_out
    }


def _recycled(out: Numbers, cycles: list[Trip]) -> None:
    of_lead: dict[str, list[Trip]] = {}
    for trip in cycles:
        of_lead.setdefault(trip.lead, []).append(trip)
    for mine in of_lead.values():
        back = [one for one in mine if one.outcome in BACK]
        if not back:
            continue
        later = [one for one in mine if one.n > back[0].n]
        out.won_again += any(one.outcome == "won" for one in later)
        lost = [one.n for one in back if one.outcome == "lost"]
        out.lost_and_back += any(
            "handed" in one.data["effective"] and lost and one.n > lost[0] for one in later
        )
