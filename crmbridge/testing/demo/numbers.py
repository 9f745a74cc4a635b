"""What the demo tells in numbers: all of them from the ledger, but for the vendors' calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from operator import itemgetter
from statistics import median
from typing import Any

from crmbridge.company import Company
from crmbridge.model.codec import parse_instant
from crmbridge.model.event import Event, looks, said
from crmbridge.model.payload import Handed
from crmbridge.policy.totals.trip import BACK, STEPS, Trip, reached
from crmbridge.report.qualify import funnel
from crmbridge.report.recycle import reasons
from crmbridge.report.revenue import sources
from crmbridge.store import events, held, leads
from crmbridge.store.trips import trips
from crmbridge.testing.demo.kept import Kept, kept
from crmbridge.testing.demo.wins import judged
from crmbridge.testing.sandbox import Sandbox

_PAGE = 5000


@dataclass(slots=True, kw_only=True)
class Desk:
    """One rep's quarter: trips to them by what became of each."""

    given: int = 0
    accepted: int = 0
    rejected: int = 0
    silent: int = 0
    """Rejected without a reason, counted among `rejected` too."""
    returned: int = 0
    untouched: int = 0
    idle: int = 0
    lost: int = 0
    won: int = 0


@dataclass(slots=True, kw_only=True)
class Numbers:
    """The quarter in numbers. Times are in hours, money as text in major units."""

    people: int = 0
    touches: int = 0
    steps: dict[str, int] = field(default_factory=dict)
    """People who reached each step on any trip."""
    funnel: dict[str, Any] = field(default_factory=dict)
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
    _desks(out, seen, cycles)
    out.calls = {
        "HubSpot": len(box.marketing.audit()),
        "Salesforce": len(box.sales.audit()),
    }
    return out


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


def _desks(out: Numbers, seen: list[Event], cycles: list[Trip]) -> None:
    """A trip is the rep's who had the lead last, before it was handed over again."""
    owners: dict[str, list[tuple[datetime, str]]] = {}
    for one in seen:
        for rep in _given(one):
            owners.setdefault(one.lead, []).append((one.at, rep))
    ends: dict[str, datetime] = {}
    for trip in reversed(cycles):
        stone = trip.data["milestones"].get("handed")
        if stone is None:
            continue
        begun, end = parse_instant(stone), ends.get(trip.lead)
        mine = [
            rep
            for at, rep in sorted(owners.get(trip.lead, []), key=itemgetter(0))
            if at >= begun and (end is None or at < end)
        ]
        ends[trip.lead] = begun
        if mine:
            _count(out.desks.setdefault(mine[-1], Desk()), trip)


def _given(one: Event) -> Iterator[str]:
    """The rep who has the lead by an entry, if it says so."""
    reps = [told.rep for told in said([one], Handed)]
    reps += [told.owner for told in looks([one])]
    yield from filter(None, reps)


def _count(desk: Desk, trip: Trip) -> None:
    desk.given += 1
    desk.accepted += "accepted" in trip.data["effective"]
    desk.rejected += trip.outcome == "rejected"
    desk.silent += trip.outcome == "rejected" and trip.data["reason"] == "missing_reason"
    desk.returned += trip.outcome == "returned"
    desk.untouched += trip.outcome == "stale_untouched"
    desk.idle += trip.outcome == "stale_idle"
    desk.lost += trip.outcome == "lost"
    desk.won += trip.outcome == "won"
