"""Why a clock of a hand-off ran out, as far as teams.toml and the hand-off tell (R7.5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from crmbridge.policy.sla.calendar import Calendar


class Cause(StrEnum):
    """Why nobody answered in time; the first that holds."""

    ABSENT = "absent"
    OUTSIDE_HOURS = "outside_hours"
    FULL = "full"
    IGNORED = "ignored"
    UNKNOWN = ""


def cause_of(
    start: datetime,
    due: datetime,
    *,
    running: Calendar,
    absences: Iterable[tuple[datetime, datetime]],
    own: Calendar,
    full: bool,
) -> Cause:
    """Say why a clock that ran from `start` was not answered by `due`.

    `running` is the time that it counted. The rep was absent for some of that (aware instants, the
    end left out); or had no working hour in it by `own`, their calendar; or the lead took the last
    place that they had. Else they left it lying. A clock that stands still while the rep is away
    is never over for that.
    """
    if any(running.diff(max(start, gone), min(due, back)) > 0 for gone, back in absences):
        return Cause.ABSENT
    if own.diff(start, due) <= 0:
        return Cause.OUTSIDE_HOURS
    return Cause.FULL if full else Cause.IGNORED
