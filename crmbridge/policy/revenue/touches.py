"""Which touches of a deal are credited, in what order, and why there may be none (R6.2 - R6.7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from itertools import groupby

from crmbridge.policy.revenue.journey import Point, Window

SESSION = 1800
"""Seconds; a touch that comes this long after the one before begins another session (R6.4)."""
DAY = 86_400


class Why(StrEnum):
    """Why a deal's credit is nobody's (R6.7)."""

    NO_PEOPLE = "no_people"
    NO_TOUCH = "no_touch"
    SALES_ONLY = "sales_only"
    ALL_AFTER_CLOSE = "all_after_close"
    OUTSIDE_WINDOW = "outside_window"
    NO_POSITION = "no_position"


def collapse(points: Iterable[Point]) -> list[Point]:
    """Return one touch a session, its earliest, sorted by (at, id) (R6.4).

    A session is what one person did with one asset through one channel, with less than 30 minutes
    from each touch to the next. It makes a lead if one of its touches does. Kinds that do not
    count are left out before, and the window is asked afterwards: a session belongs to where it
    began.
    """
    kept: list[Point] = []
    for _, found in groupby(sorted(points, key=_by_session), key=lambda one: _by_session(one)[:3]):
        kept += _sessions(list(found))
    return sorted(kept, key=in_order)


def _by_session(point: Point) -> tuple[str, str, str, int, str]:
    return (point.person, point.channel, point.asset, point.at, point.id)


def _sessions(points: Sequence[Point]) -> list[Point]:
    """Return the first of each session among the touches of one person, channel and asset."""
    kept: list[Point] = []
    before: int | None = None
    for one in points:
        if before is None or one.at - before >= SESSION:
            kept.append(one)
        elif one.converting and not kept[-1].converting:
            kept[-1] = replace(kept[-1], converting=True)
        before = one.at
    return kept


def in_order(point: Point) -> tuple[int, str]:
    """Return the key by which touches are put in order (R6.5)."""
    return (point.at, point.id)


def window_of(
    created: int | None, cutoff: int, lookback_days: int, previous_win: int | None = None
) -> Window:
    """Return the window of a deal: from its creation less the lookback to `cutoff` (R6.2, R6.3).

    `cutoff` is the won instant for revenue, the creation for pipeline. `previous_win` is when the
    account's deal before was won; the touches up to that second are that deal's, so ours begin a
    second later. A win at or after the cutoff is none before. `None` for it lets all deals of an
    account share its touches. Where no creation is known, the lookback is counted from the cutoff,
    which credits no touch that a known creation would not.
    """
    start = (cutoff if created is None else created) - lookback_days * DAY
    if previous_win is not None and previous_win < cutoff:
        start = max(start, previous_win + 1)
    return Window(cutoff=cutoff, start=start)


def eligible(points: Iterable[Point], window: Window) -> list[Point]:
    """Return the touches inside the window, each id once, sorted by (at, id)."""
    start = window.start
    inside = (
        one for one in points if one.at <= window.cutoff and (start is None or one.at >= start)
    )
    once: dict[str, Point] = {}
    for one in sorted(inside, key=in_order):
        once.setdefault(one.id, one)
    return list(once.values())


def groups(points: Iterable[Point]) -> list[list[Point]]:
    """Return sorted touches by their seconds: those of one second hold a position together."""
    return [list(found) for _, found in groupby(points, key=lambda one: one.at)]


def why_none(people: int, points: Iterable[Point], window: Window, *, sales: int = 0) -> Why:
    """Say why no touch is eligible; the first that holds, in this order (R6.7).

    1. no_people: nobody is known on the deal (`people` is their number).
    2. no_touch: they have no touch at all.
    3. sales_only: they have some of sales (`sales` is their number), and none of marketing's.
    4. all_after_close: each of marketing's, `points`, is later than the cutoff.
    5. outside_window: one at least is earlier than the window.
    6. no_position: touches are eligible, and none holds a position of the model.
    """
    times = [one.at for one in points]
    if not people:
        return Why.NO_PEOPLE
    if not times:
        return Why.SALES_ONLY if sales else Why.NO_TOUCH
    if min(times) > window.cutoff:
        return Why.ALL_AFTER_CLOSE
    inside = (at <= window.cutoff and (window.start is None or at >= window.start) for at in times)
    return Why.NO_POSITION if any(inside) else Why.OUTSIDE_WINDOW
