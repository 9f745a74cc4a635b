"""Some leads of a ledger, read and judged by two agreements in one process."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter
from zoneinfo import ZoneInfo

from crmbridge.agreement import Agreement
from crmbridge.flows.backtest.past import Moment, Past, past_of
from crmbridge.model.event import Event, said
from crmbridge.model.lifecycle import Cycle
from crmbridge.model.lifecycle.stage import TOMBSTONES
from crmbridge.model.money import Money
from crmbridge.model.payload import Adopted, LeadMerged, TouchSeen
from crmbridge.policy.backtest import Screen, Trip
from crmbridge.policy.definition.exchange import Exchange
from crmbridge.policy.qualify.judge import Case
from crmbridge.policy.sla.calendar import midnight
from crmbridge.store import events, trail
from crmbridge.store.rows import DealRow
from crmbridge.store.table import Tx

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of every lead; travels to other processes.

    Cycles that were open at some time from `since` up to `until` are judged in that time only. With
    `hindsight` an entry counts from when it happened, not from when we learned of it.
    """

    url: str = field(repr=False)
    company: str
    zone: str
    currency: str
    agreements: tuple[Agreement, Agreement]
    since: datetime
    until: datetime
    hindsight: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A cycle, and whether each of the two agreements would have selected it."""

    trip: Trip
    selected: tuple[bool, bool]


class Judge:
    """A question made ready for many leads."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._zone = ZoneInfo(question.zone)
        first, second = question.agreements
        self._exchange = self._rates(first)
        old = Screen(first, self._exchange)
        self._screens = (old, Screen(second, self._rates(second), like=old))
        self._known = attrgetter("at" if question.hindsight else "recorded_at")
        self._days = list(_midnights(question.since, question.until, self._zone))

    def of(self, tx: Tx, leads: Sequence[str]) -> list[Found]:
        """Judge some leads in one go."""
        found = pasts(tx, leads, self._zone, self._known)
        cycles = [
            (lead, past, cycle)
            for lead, past in found.items()
            if not past.gone and past.life.stage not in TOMBSTONES
            for cycle in past.life.cycles
            if self._is_asked(cycle)
        ]
        deals = trail.get_deals(tx, [deal for _, _, one in cycles for deal in one.deals])
        return [
            Found(self._trip(lead, cycle, deals), self._selected(past, cycle))
            for lead, past, cycle in cycles
        ]

    def _rates(self, agreement: Agreement) -> Exchange:
        currency = self._question.currency
        return Exchange(currency=currency, rates=agreement.rates, zone=self._zone)

    def _is_asked(self, cycle: Cycle) -> bool:
        question = self._question
        return cycle.opened < question.until and not (
            cycle.closed is not None and cycle.closed <= question.since
        )

    def _selected(self, past: Past, cycle: Cycle) -> tuple[bool, bool]:
        found = [False, False]
        for case, instants in self._stretches(past.moments, cycle):
            for n, screen in enumerate(self._screens):
                found[n] = found[n] or screen.first_ready(case, instants) is not None
            if all(found):
                break
        return found[0], found[1]

    def _stretches(
        self, moments: Sequence[Moment], cycle: Cycle
    ) -> Iterator[tuple[Case, list[datetime]]]:
        """Each stretch without news: its case, and the instants at which it is judged."""
        low = max(cycle.opened, self._question.since)
        high = min(cycle.closed or self._question.until, self._question.until)
        ends = [*(moment.at for moment in moments[1:]), high]
        for moment, end in zip(moments, ends, strict=True):
            start, stop = max(moment.at, low), min(end, high)
            if start >= stop:
                continue
            first, last = bisect_left(self._days, start), bisect_left(self._days, stop)
            days = self._days[first:last]
            if moment.at >= low and (not days or days[0] != moment.at):
                days = [moment.at, *days]
            yield moment.case, days

    def _trip(self, lead: str, cycle: Cycle, deals: Mapping[str, DealRow]) -> Trip:
        # who sales had before go-live was not selected by anybody: how that ended teaches nothing
        steps = {} if cycle.kind == "adopted" else cycle.effective
        return Trip(
            id=f"{lead}:{cycle.n}",
            opened=cycle.opened,
            handed=steps.get("handed"),
            accepted=steps.get("accepted"),
            opportunity=steps.get("opportunity"),
            closed=cycle.closed,
            outcome=cycle.outcome,
            revenue={
                ident: minor
                for ident in cycle.deals
                if (row := deals.get(ident)) and (minor := self._minor(row)) is not None
            },
        )

    def _minor(self, row: DealRow) -> int | None:
        """A won deal in the company's currency; `None` for no amount, or no rate."""
        if row.state != "won" or row.amount_minor is None:
            return None
        amount = Money(row.amount_minor, row.currency).amount
        day = row.closed_at or self._question.until
        currency = self._question.currency
        converted = self._exchange.convert(amount, row.currency or currency, currency, day)
        return None if converted is None else Money.of(converted, currency).minor


def pasts(
    tx: Tx, leads: Sequence[str], zone: ZoneInfo, known: Callable[[Event], datetime]
) -> dict[str, Past]:
    """Replay the pasts of some leads in one go, in the order in which their entries were `known`.

    A lead has the entries of those that were merged into it, too; one that nobody knows is absent.
    """
    stories = _stories(tx, leads)
    adopted = {lead: _adopted(entries) for lead, entries in stories.items()}
    keys = [f"touch:{ident}" for found in adopted.values() for ident in found]
    orphans = {
        told.id: one
        for one in events.by_keys(tx, keys)
        if isinstance(told := one.payload, TouchSeen)
    }
    return {
        lead: past_of(
            lead,
            entries,
            [orphans[ident] for ident in adopted[lead] if ident in orphans],
            tx,
            zone,
            known,
        )
        for lead, entries in stories.items()
    }


def _stories(tx: Tx, leads: Sequence[str]) -> dict[str, list[Event]]:
    """Entries by lead, with those of the leads that were merged into it."""
    found = events.of_leads(tx, leads)
    merged = {lead: _losers(entries) for lead, entries in found.items()}
    while missing := sorted({one for losers in merged.values() for one in losers} - set(merged)):
        more = events.of_leads(tx, missing)
        found |= more
        merged |= {lead: _losers(more.get(lead, ())) for lead in missing}
    return {lead: _whole(lead, found, merged) for lead in leads if lead in found}


def _whole(
    lead: str, found: Mapping[str, list[Event]], merged: Mapping[str, Sequence[str]]
) -> list[Event]:
    family, todo = {lead}, [lead]
    while todo:
        fresh = [one for one in merged.get(todo.pop(), ()) if one not in family]
        family.update(fresh)
        todo += fresh
    return found[lead] if len(family) == 1 else [e for one in family for e in found.get(one, ())]


def _losers(entries: Iterable[Event]) -> list[str]:
    return [one.loser for one in said(entries, LeadMerged)]


def _adopted(entries: Iterable[Event]) -> list[str]:
    """Ids of touches that came before their person was known."""
    return [ident for one in said(entries, Adopted) for ident in one.touches]


def _midnights(since: datetime, until: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    day = since.astimezone(zone).date()
    while (at := midnight(day, zone)) < until:
        if at >= since:
            yield at
        day += _DAY
