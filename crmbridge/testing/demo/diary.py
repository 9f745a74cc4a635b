"""The days of the demo: which are worked, and what somebody has planned for each part of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import IntEnum

import holidays

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
"""The first morning, a Monday; nine o'clock in Berlin."""
_FREE = holidays.country_holidays("DE", subdiv="BE")
"""Holidays of acme's own calendar, on which nobody works."""
_LONGEST = 7
"""Days in a row of which one is worked, whatever holidays meet a weekend."""

Deed = Callable[[], None]


class Part(IntEnum):
    """The parts of a day, in their order: visits, then the reps' work, then visits after hours."""

    MORNING = 0
    DESK = 1
    EVENING = 2


class Diary:
    """Deeds by day and part; day 0 is the first. Nobody works at weekends and on holidays."""

    def __init__(self, days: int) -> None:
        self.days = days
        self.today = 0
        self._begun = (-1, Part.EVENING)
        self._planned: dict[tuple[int, Part], list[Deed]] = defaultdict(list)

    @staticmethod
    def works(day: int) -> bool:
        """Whether a day is worked."""
        at = START + timedelta(days=day)
        return at.weekday() < 5 and at.date() not in _FREE

    def next_work(self, day: int) -> int:
        """The day, or the first worked one after it."""
        return next(one for one in range(day, day + _LONGEST) if self.works(one))

    def before_end(self, day: int, spare: int = 2) -> int:
        """The day, pulled in so that `spare` days are left; still a worked one."""
        latest = self.days - spare
        return next(one for one in range(min(day, latest), -1, -1) if self.works(one))

    def plan(self, day: int, deed: Deed, part: Part = Part.MORNING) -> None:
        """Plan a deed for a part of a day, or of the next worked one where that has begun."""
        first = self.today if (self.today, part) > self._begun else self.today + 1
        self._planned[self.next_work(max(day, first)), part].append(deed)

    def planned(self, day: int, part: Part) -> bool:
        """Whether anything is planned for a part of a day."""
        return (day, part) in self._planned

    def due(self, day: int, part: Part) -> list[Deed]:
        """What is planned for a part of a day, in the order of planning; it begins with this."""
        self._begun = (day, part)
        return self._planned.pop((day, part), [])
