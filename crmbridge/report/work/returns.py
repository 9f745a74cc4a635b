"""Cycles that came back from sales, and whether sending them again paid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from crmbridge.agreement.recycle import MISSING_REASON, Recycle
from crmbridge.policy.reasons import Return
from crmbridge.policy.recycle import MOST_GROWTH
from crmbridge.report.work.days import Days
from crmbridge.report.work.hand_offs import HandOff


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """A cycle that came back on a company day, and what is known of the one after it."""

    day: date
    found: Return
    of: HandOff


def returns(made: Iterable[HandOff], recycle: Recycle, days: Days, today: date) -> list[Back]:
    """Return the cycles that came back, by lead; `made` are all hand-offs by lead and cycle.

    Whether a lead goes again is known once it did, once its reason says never, or once its
    cool-off is over: until then nobody could send it.
    """
    by_lead: dict[str, list[HandOff]] = {}
    for one in made:
        by_lead.setdefault(one.cycle.lead, []).append(one)
    return [back for mine in by_lead.values() for back in _of_lead(mine, recycle, days, today)]


def _of_lead(mine: Sequence[HandOff], recycle: Recycle, days: Days, today: date) -> Iterable[Back]:
    loops = 0
    for one, after in zip(mine, [*mine[1:], None], strict=True):
        if not one.came_back or one.cycle.closed is None:
            continue
        reason = str(one.cycle.data["reason"] or MISSING_REASON)
        row = recycle.reasons.get(reason) or recycle.reasons[MISSING_REASON]
        loops += row.counts_loop
        day = days.of(one.cycle.closed)
        if after is not None:
            accepted, won = _accepted(after), _won(after)
            told = Return(reason=reason, again=True, accepted=accepted, won=won)
            yield Back(day=day, found=told, of=one)
            continue
        over = row.class_ == "out" or _cool(recycle, reason, one, loops, day) < today
        yield Back(day=day, found=Return(reason=reason, again=False if over else None), of=one)


def _cool(recycle: Recycle, reason: str, one: HandOff, loops: int, day: date) -> date:
    """The day from which on a lead may go again (R5.3)."""
    row = recycle.reasons.get(reason) or recycle.reasons[MISSING_REASON]
    least = recycle.closed_lost_min_days if one.cycle.outcome == "lost" else 0
    base = max(row.cool_off_days or 0, least)
    grown = base * min(max(loops, 1), MOST_GROWTH)
    return day + timedelta(days=min(recycle.cool_off_cap_days, grown))


def _accepted(one: HandOff) -> bool | None:
    if one.accepted:
        return True
    return False if one.cycle.closed is not None else None


def _won(one: HandOff) -> bool | None:
    if one.won:
        return True
    return False if one.cycle.closed is not None else None
