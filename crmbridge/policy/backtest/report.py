"""What a backtest answers, as plain values and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from crmbridge.model.codec import instant
from crmbridge.model.money import Money
from crmbridge.policy.intervals import Interval, Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """How right a definition was about one label.

    `precision` and `recall` are `None` of no cases. `bounds` is the precision if nobody, and if
    everybody, whose outcome is unknown had the label.
    """

    selected: int
    known: int
    positives: int
    precision: float | None
    precision_ci: Interval
    bounds: Interval | None
    coverage: float | None
    recall: float | None
    recall_ci: Interval
    sample: Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One definition over the history; `measures` are by label, `revenue` in minor units."""

    name: str
    measures: Mapping[str, Measure]
    revenue: int

    @property
    def accepted(self) -> Measure:
        """How right it was about acceptance, the label that the verdict rests on."""
        return self.measures["accepted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """How many more hand-offs with a known outcome a verdict takes, by what asks for them.

    `pairs` is `None` where both were right equally often: no number would tell them apart. Where
    none of those that change side has an outcome it is the fewest that can tell.
    """

    coverage: int
    sample: int
    pairs: int | None

    @property
    def most(self) -> int | None:
        """The number that meets all three; `None` when none does."""
        return None if self.pairs is None else max(self.coverage, self.sample, self.pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Two definitions over one history.

    The first and the second keep their order throughout. `changed` is, of the cycles that only
    one selects, how many have a known outcome and how many of these were accepted. `right` is how
    many known cycles only that one judged right, `p` McNemar's of these two. `winner` is the name
    of the better one, empty where nobody can tell; then `needs` says what it would take.
    `holdout` is how many cycles that only the second selects to hand over as a test.
    """

    sides: tuple[Side, Side]
    both: int
    only: tuple[tuple[str, ...], tuple[str, ...]]
    neither: int
    changed: tuple[tuple[int, int], tuple[int, int]]
    right: tuple[int, int]
    p: float
    winner: str
    needs: Needs
    holdout: int
    cycles: int
    handed: int
    known: int
    immature: int

    @property
    def verdict(self) -> str:
        """`better`, `same` when no lead changes side, else `cannot_tell`."""
        if not any(self.only):
            return "same"
        return "better" if self.winner else "cannot_tell"

    def shown(self) -> dict[str, Any]:
        """Return JSON's types."""
        return asdict(self) | {"verdict": self.verdict, "more_needed": self.needs.most}


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """What was compared over which time, and what came out; amounts are in `currency`.

    With `hindsight` by what had happened, else by what was known then.
    """

    report: Report
    since: datetime
    until: datetime
    currency: str
    hindsight: bool = False

    def shown(self) -> dict[str, Any]:
        """Return JSON's types; `won` is the revenue of each side as people write it."""
        return {
            "since": instant(self.since),
            "until": instant(self.until),
            "hindsight": self.hindsight,
            "currency": self.currency,
            "won": [str(Money(side.revenue, self.currency)) for side in self.report.sides],
            **self.report.shown(),
        }
