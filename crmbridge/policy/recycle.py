"""What follows when sales gives a lead back, and when it may go again (R5.2 to R5.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum

from crmbridge.agreement.recycle import MISSING_REASON, Recycle

MOST_GROWTH = 4
"""A cool-off grows with the loops up to so many times its base (R5.3)."""


class Reentry(StrEnum):
    """What stands between a returned lead and the line, the first that applies (R5.4)."""

    REENTER = "reenter"
    NO_PERMISSION = "no_permission"
    OUT = "out"
    WAIT_DATA = "wait_data"
    WAIT_MERGE = "wait_merge"
    WAIT_DEAL = "wait_deal"
    MANUAL_ONLY = "manual_only"
    WAIT_COOL_OFF = "wait_cool_off"
    WAIT_BAR = "wait_bar"
    WAIT_NOT_READY = "wait_not_ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What a return means.

    `row` is the reason whose row applies. `loops` counts returns including this one. `until` is
    when the cool-off ends, `None` where none applies. `rep` is prefer, avoid or any; `refund`
    whether the rep gets the turn back (R4.9). `warning` is `unmapped:<text>` for a reason that the
    table does not know, else empty.
    """

    row: str
    class_: str
    track: str | None
    rep: str
    contact: str
    loops: int
    counted: bool
    refund: bool
    max_loops: int
    bar: int
    cool_off_days: int | None
    until: datetime | None
    returned_at: datetime
    warning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """How a returned lead stands when somebody asks whether it may go again.

    `engagement_since` counts touches after the return only. `ready` says whether it meets the
    definition.
    """

    ready: bool
    engagement_since: Decimal = Decimal(0)
    permitted: bool = True
    hand_raise_at: datetime | None = None
    data_fixed_at: datetime | None = None
    merged: bool = False
    deal_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Whether the lead may go again; `via` is `hand_raise` when that broke cool-off and bar."""

    decision: Reentry
    via: str = ""


def returned(
    reason: str,
    table: Recycle,
    returned_at: datetime,
    zone: tzinfo,
    *,
    earlier_loops: int = 0,
    closed_lost: bool = False,
    expansion: bool = False,
) -> Returned:
    """Read the row of a reason, and count loops and cool-off.

    An empty reason and one that the table lacks take the row `missing_reason` (R5.2).
    `earlier_loops` counts the earlier returns whose rows count, across reasons. A cycle of
    `expansion` has the row's track for customers, where there is one. Raises `KeyError`
    for a table without that row, which the agreement's lint refuses.
    """
    known = reason in table.reasons
    name = reason if known else MISSING_REASON
    row = table.reasons[name]
    loops = earlier_loops + row.counts_loop
    base = row.cool_off_days
    if base is not None and closed_lost:
        base = max(base, table.closed_lost_min_days)
    days = None
    if row.class_ == "returns" and base is not None:
        days = min(table.cool_off_cap_days, base * min(max(loops, 1), MOST_GROWTH))
    return Returned(
        row=name,
        class_=row.class_,
        track=(row.expansion_track or row.track) if expansion else row.track,
        rep=row.rep,
        contact=row.contact,
        loops=loops,
        counted=bool(row.counts_loop),
        refund=bool(row.refund_fairness),
        max_loops=row.max_loops,
        bar=row.bar or 0,
        cool_off_days=days,
        until=None if days is None else cool_off_end(returned_at, days, zone),
        returned_at=returned_at,
        warning=f"unmapped:{reason}" if reason and not known else "",
    )


def cool_off_end(returned_at: datetime, days: int, zone: tzinfo) -> datetime:
    """Return 00:00 company time of the day `days` after the return's; 0 days end at once."""
    if days <= 0:
        return returned_at
    day = returned_at.astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(day, time(), zone).astimezone(returned_at.tzinfo)


def reentry(state: Returned, now: datetime, situation: Situation) -> Decision:
    """Decide whether a returned lead may go again, in the order of R5.4."""
    raised = situation.hand_raise_at
    by_hand = raised is not None and state.returned_at < raised <= now
    stop = _barred(state, now, situation) or (None if by_hand else _too_soon(state, now, situation))
    if stop is None and not situation.ready:
        stop = Reentry.WAIT_NOT_READY
    if stop is not None:
        return Decision(decision=stop)
    return Decision(decision=Reentry.REENTER, via="hand_raise" if by_hand else "")


def _barred(state: Returned, now: datetime, situation: Situation) -> Reentry | None:
    """What no raised hand can break: permission, out, repairs, loops."""
    if not situation.permitted:
        return Reentry.NO_PERMISSION
    if state.class_ == "out":
        return Reentry.OUT
    if state.class_ == "fix_data" and (wait := _unrepaired(state, now, situation)):
        return wait
    return Reentry.MANUAL_ONLY if state.loops > state.max_loops else None


def _unrepaired(state: Returned, now: datetime, situation: Situation) -> Reentry | None:
    fixed = situation.data_fixed_at
    match state.track:
        case "repair" if fixed is None or not state.returned_at <= fixed <= now:
            return Reentry.WAIT_DATA
        case "merge" if not situation.merged:
            return Reentry.WAIT_MERGE
        case "attach" if situation.deal_open:
            return Reentry.WAIT_DEAL
    return None


def _too_soon(state: Returned, now: datetime, situation: Situation) -> Reentry | None:
    if state.until is not None and now < state.until:
        return Reentry.WAIT_COOL_OFF
    return Reentry.WAIT_BAR if situation.engagement_since < state.bar else None
