"""What the demo tells in numbers: all of them from the ledger, but for the vendors' calls."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from statistics import median
from typing import Any

from crmbridge.company import Company
from crmbridge.model.codec import parse_instant
from crmbridge.model.event import Event, looks
from crmbridge.model.lifecycle import EXPANSION
from crmbridge.policy.totals.trip import BACK, STEPS, Trip, reached
from crmbridge.report.nurture import tracks
from crmbridge.report.qualify import funnel
from crmbridge.report.recycle import reasons
from crmbridge.report.revenue import sources
from crmbridge.report.stages import stages
from crmbridge.store import events, held, leads
from crmbridge.store.table import Tx
from crmbridge.store.trips import trips
from crmbridge.testing.demo.kept import Kept, kept
from crmbridge.testing.demo.wins import judged
from crmbridge.testing.demo.worked import Desk, desks
from crmbridge.testing.sandbox import Sandbox

WITHIN = 30
"""Days on a nurture track within which a lead has to be ready to count for the track's share."""


@dataclass(slots=True, kw_only=True)
class Numbers:
    """The quarter in numbers. Times are in hours, money as text in major units."""

    people: int = 0
    touches: int = 0
    steps: dict[str, int] = field(default_factory=dict)
    """People who reached each step on any trip."""
    funnel: dict[str, Any] = field(default_factory=dict)
    expansion: dict[str, int] = field(default_factory=dict)
    """Trips of customers that came to each step; they are in the funnel too."""
    tracks: list[dict[str, Any]] = field(default_factory=list)
    """Each nurture track that a rule of the agreement fills."""
    stages: list[dict[str, Any]] = field(default_factory=list)
    reasons: list[dict[str, Any]] = field(default_factory=list)
    sources: dict[str, Any] = field(default_factory=dict)
    desks: dict[str, Desk] = field(default_factory=dict)
    events: Counter[str] = field(default_factory=Counter)
    waited: int = 0
    longest_wait: float = 0.0
    to_hand_over: float = 0.0
    to_accept: float = 0.0
    came_back: int = 0
    """Leads that sales gave back or left lying, or whose deal was lost."""
    again: int = 0
    """Of those, the ones that were handed over once more."""
    won_again: int = 0
    """Of those, the ones that were won on a later trip."""
    lost_and_back: int = 0
    opted_out: int = 0
    opted_out_in: dict[str, int] = field(default_factory=dict)
    """Of those, where they said so: side -> people."""
    held: dict[str, int] = field(default_factory=dict)
    kept: Kept
    calls: dict[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """All numbers in JSON's types."""
        return asdict(self) | {"events": dict(sorted(self.events.items()))}


def numbers(company: Company, box: Sandbox) -> Numbers:
    """Count everything once; the ledger is only read."""
    with company.ledger.read() as tx:
        seen = list(events.walk(tx))
        cycles = list(trips(tx))
        far = [(one.lead, reached(one, won=won)) for one, won in judged(tx, cycles)]
        out = Numbers(
            people=sum(1 for one in leads.ids(tx)),
            funnel=funnel(tx),
            expansion=funnel(tx, EXPANSION)["steps"],
            tracks=_tracks(company, tx),
            stages=stages(tx, company.agreement),
            desks=desks(company, tx, seen),
            reasons=reasons(tx),
            sources=sources(tx),
            held=held.counts(tx),
            events=Counter(one.type for one in seen),
            kept=kept(company, tx, seen, cycles),
        )
        rows = leads.get_many(tx, leads.ids(tx))
    out.touches = out.events["touch"]
    out.opted_out = sum(one.opted_out for one in rows.values() if one.stage != "merged")
    out.people -= sum(one.stage == "merged" for one in rows.values())
    out.steps = {step: len({lead for lead, steps in far if step in steps}) for step in STEPS}
    out.opted_out_in = dict(sorted(Counter(side for _, side in _said_no(seen)).items()))
    _recycled(out, cycles)
    _waiting(out, seen, cycles)
    out.calls = {
        "HubSpot": len(box.marketing.audit()),
        "Salesforce": len(box.sales.audit()),
    }
    return out


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
        out.came_back += 1
        out.again += any("handed" in one.data["effective"] for one in later)
        out.won_again += any(one.outcome == "won" for one in later)
        lost = [one.n for one in back if one.outcome == "lost"]
        out.lost_and_back += any(
            "handed" in one.data["effective"] and lost and one.n > lost[0] for one in later
        )


def _waiting(out: Numbers, seen: list[Event], cycles: list[Trip]) -> None:
    waits = {one.lead for one in seen if one.type == "waits"}
    handed = [span for one in cycles if (span := _span(one, "ready", "handed")) is not None]
    accepted = [span for one in cycles if (span := _span(one, "handed", "accepted")) is not None]
    out.waited = len(waits)
    out.longest_wait = max(handed, default=0.0)
    out.to_hand_over = median(handed) if handed else 0.0
    out.to_accept = median(accepted) if accepted else 0.0


def _span(trip: Trip, first: str, second: str) -> float | None:
    """Hours between two milestones of a trip that both were really seen."""
    stones = trip.data["milestones"]
    if first not in stones or second not in stones:
        return None
    lasted: timedelta = parse_instant(stones[second]) - parse_instant(stones[first])
    return lasted.total_seconds() / 3600
