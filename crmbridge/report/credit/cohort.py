"""The cycles handed to sales in a period, and what became of each: what quality is judged by."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from crmbridge.model.codec import micros
from crmbridge.policy.incidence import OPEN, curve
from crmbridge.policy.revenue.quality import Source
from crmbridge.policy.revenue.split import shares
from crmbridge.report.credit.scope import Scope
from crmbridge.store import handed
from crmbridge.store.handed import Brought, HandedCycle, Ident, Micros
from crmbridge.store.table import Tx

REJECTED = ("rejected", "disqualified")
RETURNED = ("returned", "stale_idle", "lost")
WON = "won"
DAY = 86_400
SECOND = 1_000_000
"""Microseconds."""
Names = Callable[[HandedCycle], tuple[str, ...]]
"""What a cycle counts for; the same for each of many where they are alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """The cycles of a period, `worth` what each won in the company's smallest units, and `now`."""

    cycles: Sequence[HandedCycle]
    worth: Mapping[tuple[Ident, int], int]
    now: Micros


def cohort(tx: Tx, scope: Scope, now: datetime) -> Cohort:
    """Read the cycles that were handed in the scope's period, of those that count."""
    since, until = (instant_of(scope, day) for day in (scope.period.since, scope.period.until))
    cycles = handed.handed_in(tx, since, until)
    brought = handed.brought(tx, since, until, scope.currency)
    if (only := scope.only) is not None:
        cycles = [one for one in cycles if (one.lead.hex(), one.n) in only]
        brought = [one for one in brought if (one.lead.hex(), one.n) in only]
    worth: dict[tuple[Ident, int], int] = defaultdict(int)
    for one in brought:
        worth[one.lead, one.n] += _share(one)
    return Cohort(cycles=cycles, worth=worth, now=micros(now))


def _share(one: Brought) -> int:
    """A lead's part of a deal that is shared equally; nothing of one that is not its own."""
    if one.lead not in one.people:
        return 0
    each = shares(one.minor, [1] * len(one.people), len(one.people))
    return each[one.people.index(one.lead)]


def instant_of(scope: Scope, day: date | None) -> datetime | None:
    """When a day begins in the company's zone."""
    return None if day is None else datetime.combine(day, time(), scope.zone).astimezone(UTC)


@dataclass(slots=True)
class Tally:
    """What became of the cycles of one source, campaign or piece of content."""

    pushed: int = 0
    accepted: int = 0
    rejected: int = 0
    returned: int = 0
    won: int = 0
    ended: int = 0
    revenue: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    waits: list[tuple[int, str]] = field(default_factory=list)

    def add(self, one: HandedCycle, worth: int, now: Micros) -> None:
        """Count a cycle."""
        self.pushed += 1
        taken = one.accepted is not None
        self.accepted += taken
        turned_down = not taken and one.outcome in REJECTED
        self.rejected += turned_down
        self.returned += taken and one.outcome in RETURNED
        self.won += one.outcome == WON
        self.ended += one.ended is not None
        self.revenue += worth
        if turned_down:
            self.reasons[one.reason or "missing_reason"] += 1
        end = one.accepted or (one.ended if turned_down else None)
        waited = ((end or one.ended or now) - one.handed) // SECOND
        self.waits.append((max(0, waited), "decided" if end else OPEN))

    def join(self, other: Tally) -> None:
        """Count what another has counted."""
        self.pushed += other.pushed
        self.accepted += other.accepted
        self.rejected += other.rejected
        self.returned += other.returned
        self.won += other.won
        self.ended += other.ended
        self.revenue += other.revenue
        self.reasons.update(other.reasons)
        self.waits += other.waits

    def source(self, name: str, cost: int | None = None) -> Source:
        """The same as the policy of quality takes it."""
        return Source(
            name=name,
            pushed=self.pushed,
            accepted=self.accepted,
            rejected=self.rejected,
            won=self.won,
            ended=self.ended,
            revenue=self.revenue,
            cost=cost,
        )

    @property
    def median_days(self) -> float | None:
        """Days until half of them were accepted or rejected, open ones censored (R7.2)."""
        found = curve(self.waits).quantile(0.5)
        return None if found is None else found / DAY


def tallies(found: Cohort, names: Names) -> dict[str, Tally]:
    """Count the cycles by names; one with several counts for each."""
    alike: dict[tuple[str, ...], Tally] = defaultdict(Tally)
    for one in found.cycles:
        alike[names(one)].add(one, found.worth.get((one.lead, one.n), 0), found.now)
    out: dict[str, Tally] = defaultdict(Tally)
    for some, tally in alike.items():
        for name in dict.fromkeys(some):
            out[name].join(tally)
    return dict(out)
