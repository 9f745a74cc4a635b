"""What the demo tells of the agreement at work: who waited and why, clocks, signals, rests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crmbridge.company import Company
from crmbridge.model.event import Event, said
from crmbridge.model.payload import (
    Handed,
    HandedOn,
    HandOnDue,
    HandOnOff,
    Nurtured,
    QueueExpired,
    Ready,
    Routed,
    Signalled,
    SlaBreached,
    Unready,
    Waits,
)
from crmbridge.model.state import LeadState, Return
from crmbridge.policy.totals.trip import Trip
from crmbridge.store import leads
from crmbridge.store.table import Tx

SHOWN = ("below_bar", "no_capacity", "outside_hours")
"""Reasons for waiting of which the demo must show one lead each that got a rep in the end."""

_ENDS = frozenset({"rejected", "returned", "stale", "recalled", "deal_won", "deal_lost"})
"""Entries with which sales has a lead no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """One time in the waiting line that ended with a rep."""

    lead: str
    reasons: frozenset[str]
    since: datetime
    until: datetime
    rep: str

    @property
    def hours(self) -> float:
        """How long, by the clock on the wall."""
        return (self.until - self.since).total_seconds() / 3600


@dataclass(slots=True, kw_only=True)
class Kept:
    """The agreement at work, counted from the ledger's entries.

    `line` has for each reason how many waited for it and got a rep, how many hours the one of the
    example waited, who that is, and the rep; the example waited for this reason alone where one
    did.
    """

    line: dict[str, dict[str, Any]]
    breaches: int
    """Clocks that ran out."""
    clocks: dict[str, int]
    """Hand-offs whose first-touch clock is over: how many by whether it was met."""
    signals: int
    """Signals of leads that sales had: their rep was told."""
    skipped: int
    """Leads that asked for us while they rested, and were ready at once."""
    nurtured: int
    """Leads that came back after their rest by what they read, and were won on that trip."""
    sent_back: int
    """Times that a lead went back to the team that had handed it on."""
    tended: int
    """Leads that a rule of nurture had on its track before they were ever ready, and then were."""


def kept(company: Company, tx: Tx, seen: list[Event], cycles: list[Trip]) -> Kept:
    """Count everything; `seen` are the ledger's entries in their order, `cycles` all trips."""
    by_lead: dict[str, list[Event]] = {}
    for one in seen:
        by_lead.setdefault(one.lead, []).append(one)
    waits = [found for lead, mine in by_lead.items() for found in _waits(lead, mine)]
    late = {
        (one.lead, told.cycle)
        for one in seen
        for told in said([one], SlaBreached)
        if told.clock == "first_touch"
    }
    rests = [found for mine in by_lead.values() for found in _back(mine)]
    won = {(one.lead, one.n) for one in cycles if one.outcome == "won"}
    return Kept(
        line={reason: _line(company, tx, waits, reason) for reason in SHOWN},
        breaches=sum(one.type == "sla_breached" for one in seen),
        clocks={"late": len(late), "in time": _in_time(cycles, late)},
        signals=sum(map(_signals, by_lead.values())),
        skipped=sum(early for _, _, early in rests),
        nurtured=sum(not early and (lead, cycle) in won for lead, cycle, early in rests),
        sent_back=sum(one.kind == "back" for one in said(seen, HandedOn)),
        tended=sum(map(_tended, by_lead.values())),
    )


def _waits(lead: str, mine: list[Event]) -> Iterator[Wait]:
    """The times in line of one lead that ended with a rep."""
    told: list[tuple[datetime, str]] = []
    for one in mine:
        match one.payload:
            case Waits(reason=reason):
                told.append((one.at, reason))
            case Ready() | Unready() | QueueExpired() | HandOnDue() | HandOnOff():
                told = []  # another line begins, or none
            case Handed(rep=rep) | HandedOn(rep=rep) if told:
                reasons = frozenset(reason for _, reason in told)
                yield Wait(
                    lead=lead, reasons=reasons, since=told[0][0], until=one.at, rep=rep or ""
                )
                told = []


def _line(company: Company, tx: Tx, waits: list[Wait], reason: str) -> dict[str, Any]:
    mine = [one for one in waits if reason in one.reasons]
    if not mine:
        return {"leads": 0}
    best = max(mine, key=lambda one: (len(one.reasons) == 1, one.hours, one.lead))
    rep = company.teams.rep(best.rep)
    return {
        "leads": len({one.lead for one in mine}),
        "hours": round(best.hours, 1),
        "who": name_of(tx, best.lead),
        "rep": rep.name if rep else best.rep,
    }


def name_of(tx: Tx, lead: str) -> str:
    """A lead's name as the ledger has it."""
    row = leads.get_many(tx, [lead])[lead]
    state = LeadState.of(lead, row.state or {})
    return f"{state.value('first_name') or ''} {state.value('last_name') or ''}".strip()


def _signals(mine: list[Event]) -> int:
    """How often the rep of a lead was told of a signal while sales had it."""
    found, owned = 0, False
    for one in mine:
        owned = one.type in ("handed", "handed_on") or (owned and one.type not in _ENDS)
        found += owned and any(told.to == "rep" for told in said([one], Signalled))
    return found


def _in_time(cycles: list[Trip], late: set[tuple[str, int]]) -> int:
    """Hand-offs of ours that sales touched while the clock still ran."""
    touched = (one for one in cycles if "first_sales_touch" in one.data["milestones"])
    return sum(
        "handed" in one.data["milestones"] and (one.lead, one.n) not in late for one in touched
    )


def _back(mine: list[Event]) -> Iterator[tuple[str, int, bool]]:
    """Each time that a lead which had to rest was ready again: lead, trip, and whether early."""
    last: Return | None = None
    for one in mine:
        match one.payload:
            case Routed(back=back):
                last = back if back.klass == "returns" else None
            case Ready() if last is not None and last.until is not None:
                early = one.at < last.until
                if early or last.until > last.at:
                    yield one.lead, last.cycle + 1, early
                last = None


def _tended(mine: list[Event]) -> bool:
    """Whether a lead was on the track of a rule when it was ready for the first time."""
    on = False
    for one in mine:
        match one.payload:
            case Nurtured(track=track):
                on = bool(track)
            case Ready():
                return on
    return False
