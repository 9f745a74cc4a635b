"""The clocks of the hand-off: how long sales may take, and where each stands (R1.15, R1.16)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from crmbridge.agreement.sla.clocks import Sla
from crmbridge.model.lifecycle import Cycle
from crmbridge.policy.sla.calendar import Calendar

HOUR = 3600


class Status(StrEnum):
    """Where a clock stands."""

    RUNNING = "running"
    DUE_SOON = "due_soon"
    MET = "met"
    BREACHED = "breached"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the agreement grants, in seconds of open time. All of it is opinion (R1.16).

    `hand_raise`, `hot` and `warm` are for the first touch, `answer` for accepting or returning.
    """

    hand_raise: int = HOUR
    hot: int = 4 * HOUR
    warm: int = 8 * HOUR
    answer: int = 16 * HOUR

    @classmethod
    def of(cls, sla: Sla) -> Limits:
        """The agreement's business hours as seconds."""
        first = sla.first_touch
        return cls(
            hand_raise=_seconds(first.hand_raise),
            hot=_seconds(first.hot),
            warm=_seconds(first.warm),
            answer=_seconds(sla.answer),
        )

    def first_touch(self, rating: str, *, hand_raise: bool = False) -> int:
        """Return the limit of a first touch; what is neither hot nor warm has the longest."""
        if hand_raise:
            return self.hand_raise
        return self.hot if rating == "hot" else self.warm


def _seconds(hours: Decimal) -> int:
    return int(hours * HOUR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A clock as it stands: when it is due, its status, and the open seconds used and left.

    `left` is never negative.
    """

    due: datetime
    status: Status
    used: int
    left: int


def read(
    calendar: Calendar,
    start: datetime,
    limit: int,
    *,
    event: datetime | None = None,
    now: datetime | None = None,
) -> Reading:
    """Read a clock that started at `start` with `limit` seconds of open time.

    `event` is what stops it, `None` while nothing has; then `now` counts. Exactly at the due
    instant it is met. It is due soon from the last quarter on.

    Raises:
        ValueError: neither event nor now.
    """
    due = calendar.add(start, limit)
    at = event or now
    if at is None:
        raise ValueError("a clock is read at an instant: give the event that stopped it, or now")
    used = calendar.diff(start, at)
    left = max(0, limit - used)
    return Reading(due=due, status=_status(due, at, left, limit, event), used=used, left=left)


def _status(due: datetime, at: datetime, left: int, limit: int, event: datetime | None) -> Status:
    if at > due:
        return Status.BREACHED
    if event is not None:
        return Status.MET
    return Status.DUE_SOON if 4 * left <= limit else Status.RUNNING


def first_touch(
    cycle: Cycle,
    calendar: Calendar,
    limit: int,
    now: datetime,
    *,
    touched: datetime | None = None,
) -> Reading | None:
    """Read the clock until sales first touched the lead; `None` for a cycle never handed.

    `touched` stands for a first touch of which only the day is known: its earliest instant.

    `calendar` is the rep's, without their absences. Giving the lead back stops the clock too.
    Milestones count as they were told (R1.10). Of teams in a row the clock is that of the team
    that has the lead now, from when it got it.
    """
    marks = cycle.in_hand
    handed = marks.get("handed")
    if handed is None:
        return None
    stops = (touched or marks.get("first_sales_touch"), cycle.closed)
    return read(calendar, handed, limit, event=_first(stops), now=now)


def answer(cycle: Cycle, calendar: Calendar, limit: int, now: datetime) -> Reading | None:
    """Read the clock until sales accepted or returned the lead; `None` for a cycle never handed.

    `calendar` is the team's.
    """
    marks = cycle.in_hand
    handed = marks.get("handed")
    if handed is None:
        return None
    stops = (marks.get("accepted"), cycle.closed)
    return read(calendar, handed, limit, event=_first(stops), now=now)


def _first(stops: tuple[datetime | None, ...]) -> datetime | None:
    return min((at for at in stops if at is not None), default=None)
