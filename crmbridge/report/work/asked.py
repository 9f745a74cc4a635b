"""What a report of work is asked: for which days, cut how, and held against which others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import NamedTuple, TypeVar

from crmbridge.errors import ConfigError
from crmbridge.model.nearest import meant
from crmbridge.report.frame.period import (
    CALENDAR,
    Fiscal,
    Period,
    buckets,
    compared,
    label,
)

T = TypeVar("T")


class Part(NamedTuple):
    """Some of the days that are asked for, or those that they are held against."""

    name: str
    period: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which days, at which instant, and whose.

    `by` and `compare` are empty where nobody asked. `motion` is new or expansion, `team` a team's
    id, and `source` one as reports show it; empty for all.
    """

    now: datetime
    zone: tzinfo
    period: Period = field(default_factory=Period)
    by: str = ""
    compare: str = ""
    fiscal: Fiscal = CALENDAR
    motion: str = ""
    team: str = ""
    source: str = ""

    @property
    def today(self) -> date:
        """The company's day of `now`."""
        return self.now.astimezone(self.zone).date()

    @property
    def is_cut(self) -> bool:
        """Whether parts were asked for."""
        return bool(self.by or self.compare)

    @property
    def shown(self) -> Period | None:
        """The period as a report names it; `None` where all days are asked for."""
        return None if self.period == Period() else self.period

    def parts(self, first: date | None, by: str = "") -> list[Part]:
        """Cut the days from the first one that has anything, and add those of the comparison.

        `by` stands in where no cut was asked for. Without anything, a cut or a comparison there
        are none.
        """
        cut = self.by or by
        whole = self.period.closed(first or self.today, self.today)
        found: list[Part] = []
        if cut and (first is not None or self.period.since is not None):
            found = [Part(one.label, one.period) for one in buckets(whole, cut, self.fiscal)]
        if self.compare:
            before = compared(whole, self.compare)
            if not cut:
                found.append(Part(str(whole), whole))
            found.append(Part(f"{before} ({_WORDS[self.compare]})", before))
        return found

    def label(self, by: str, first: date) -> str:
        """Name the week, month, quarter or year that begins on a day."""
        return label(by, first, self.fiscal)


_WORDS = {"before": "before", "year": "a year earlier"}


def spread(
    items: Iterable[T], day: Callable[[T], date], parts: Iterable[Part]
) -> list[tuple[str, list[T]]]:
    """Sort things into parts by their day, in the order of the parts; one may be in several."""
    days: dict[date, list[T]] = {}
    for one in items:
        days.setdefault(day(one), []).append(one)
    return [
        (name, [one for at in sorted(days) if at in period for one in days[at]])
        for name, period in parts
    ]


def known_team(team: str, teams: Iterable[str]) -> str:
    """Return a team's id, empty for all. Raises `ConfigError`, with the nearest, for another."""
    there = list(teams)
    if team and team not in there:
        hint = meant(team, there, f"there are: {', '.join(there)}")
        raise ConfigError(f"--team {team!r}: no such team in teams.toml; {hint}")
    return team
