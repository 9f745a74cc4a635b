"""The days of the demo: which are worked, and what somebody has planned for each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
"""The first morning, a Monday."""

Deed = Callable[[], None]


class Diary:
    """Deeds by day; day 0 is the first. Nobody works on Saturday and Sunday."""

    def __init__(self, days: int) -> None:
        self.days = days
        self.today = 0
        self._begun = -1
        self._planned: dict[int, list[Deed]] = defaultdict(list)

    @staticmethod
    def works(day: int) -> bool:
        """Whether a day is worked."""
        return (START + timedelta(days=day)).weekday() < 5

    def next_work(self, day: int) -> int:
        """The day, or the first worked one after it."""
        return next(one for one in range(day, day + 3) if self.works(one))

    def before_end(self, day: int, spare: int = 2) -> int:
        """The day, pulled in so that `spare` days are left; still a worked one."""
        latest = self.days - spare
        return next(one for one in range(min(day, latest), -1, -1) if self.works(one))

    def plan(self, day: int, deed: Deed) -> None:
        """Plan a deed for a day, or for the next worked one whose deeds have not begun."""
        self._planned[self.next_work(max(day, self.today, self._begun + 1))].append(deed)

    def due(self, day: int) -> list[Deed]:
        """What is planned for a day, in the order of planning; the day begins with this."""
        self._begun = day
        return self._planned.pop(day, [])
