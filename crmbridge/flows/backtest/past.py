"""A lead's past as it was known then: what a definition could have seen, and when."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from zoneinfo import ZoneInfo

from crmbridge.flows.backtest.memory import BOOKKEEPING, Memory
from crmbridge.flows.scene.lead_view import standing_facts, touch_of
from crmbridge.model.event import Event
from crmbridge.model.lifecycle import Lifecycle
from crmbridge.model.touch import Touch
from crmbridge.policy.definition.exchange import Exchange
from crmbridge.policy.qualify.judge import Case
from crmbridge.store.rows import TouchRow
from crmbridge.store.table import Tx

_NO_RATES = Exchange()


@dataclass(frozen=True, slots=True)
class Moment:
    """What was known of a lead from an instant on, until the next."""

    at: datetime
    case: Case


@dataclass(frozen=True, slots=True)
class Past:
    """All moments of a lead in their order, and its lifecycle as the ledger has it now."""

    moments: list[Moment]
    life: Lifecycle
    gone: bool
    """The lead was merged into another one, which has its past."""


def past_of(
    lead: str,
    entries: Iterable[Event],
    orphans: Iterable[Event],
    tx: Tx,
    zone: ZoneInfo,
    known: Callable[[Event], datetime],
) -> Past:
    """Replay a lead's entries in the order in which they were `known`.

    `entries` are the lead's and those of leads merged into it; `orphans` the touches that were
    nobody's before the lead adopted them. `tx` is not asked.
    """
    work = Memory(tx)
    teller = _Teller(work, lead, zone)
    for event in orphans:
        work.replay(event)
    told = [event for event in entries if event.type not in BOOKKEEPING]
    told.sort(key=lambda event: (known(event), event.seq))
    moments: list[Moment] = []
    for at, events in groupby(told, key=known):
        for event in events:
            work.replay(event)
        moments.append(Moment(at, teller.case()))
    state = work.state(lead)
    return Past(_with_touches_to_come(moments), work.lifecycle(lead), bool(state.merged_into))


def _with_touches_to_come(moments: list[Moment]) -> list[Moment]:
    """A touch that was recorded before its own time (a clock was ahead) counts when it comes."""
    known = {moment.at for moment in moments}
    late = {
        touch.at
        for moment in moments
        for touch in moment.case.touches
        if touch.at > moment.at and touch.at not in known
    }
    if not late:
        return moments
    times = [moment.at for moment in moments]
    extra = [Moment(at, moments[bisect_right(times, at) - 1].case) for at in late]
    return sorted([*moments, *extra], key=attrgetter("at"))


class _Teller:
    """Makes a case of what stands, and keeps what did not change."""

    def __init__(self, work: Memory, lead: str, zone: ZoneInfo) -> None:
        self._work, self._lead, self._zone = work, lead, zone
        self._touches: dict[str, Touch] = {}

    def case(self) -> Case:
        state, life = self._work.state(self._lead), self._work.lifecycle(self._lead)
        return Case(
            facts=standing_facts(state, life),
            touches=[self._touch(row) for row in self._work.touches(self._lead)],
            opened=life.current.opened,
            zone=self._zone,
            exchange=_NO_RATES,
        )

    def _touch(self, row: TouchRow) -> Touch:
        known = self._touches.get(row.id)
        if known is None:
            known = self._touches[row.id] = touch_of(row)
        return known
