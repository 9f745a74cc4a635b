"""A rep as the spigot sees them at one moment: room, presence, and whose turn it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A rep at a tick.

    `v` is their virtual time, which grows by 1 / `weight` with each lead; who has the least is
    next. `hour`, `today` and `week` count what they were given in the last 60 minutes, this day
    and this ISO week of the team; a limit that is `None` does not limit. `was_available` is how
    the last tick left them.
    """

    id: str
    open_limit: int
    open: int = 0
    weight: Fraction = Fraction(1)
    per_hour: int | None = None
    per_day: int | None = None
    per_week: int | None = None
    hour: int = 0
    today: int = 0
    week: int = 0
    v: Fraction = Fraction(0)
    was_available: bool = True
    last: datetime | None = None
    on: bool = True
    absent: bool = False
    in_hours: bool = True
    skills: frozenset[str] = frozenset()

    @property
    def room(self) -> int:
        """How many more leads they can be given now (R4.2)."""
        limits = [
            (self.per_hour, self.hour),
            (self.per_day, self.today),
            (self.per_week, self.week),
        ]
        left = [limit - given for limit, given in limits if limit is not None]
        return max(0, min([self.open_limit - self.open, *left]))

    @property
    def available(self) -> bool:
        """Whether they can be given a lead now; a full desk cannot."""
        return self.on and not self.absent and self.in_hours and self.room > 0

    def may_have(self, exclude: frozenset[str], skills: frozenset[str]) -> bool:
        """Whether they are on, not excluded, and have the skills."""
        return self.on and self.id not in exclude and skills <= self.skills

    def given(self, at: datetime) -> Desk:
        """Return the desk after one more lead."""
        return replace(
            self,
            open=self.open + 1,
            hour=self.hour + 1,
            today=self.today + 1,
            week=self.week + 1,
            v=self.v + 1 / self.weight,
            last=at,
        )

    def refunded(self) -> Desk:
        """Return the desk after a lead came back that was nothing to work on (R4.9).

        The turn is given back; counts of the day are not.
        """
        return replace(self, v=self.v - 1 / self.weight)
