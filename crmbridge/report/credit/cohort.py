"""The cycles handed to sales in a period, and what became of each: what quality is judged by."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from crmbridge.policy.incidence import OPEN, curve
from crmbridge.policy.revenue.quality import Source
from crmbridge.policy.totals.money import parts
from crmbridge.report.credit.scope import Scope
from crmbridge.store import book_reads, handed, totals
from crmbridge.store.book_rows import REVENUE
from crmbridge.store.handed import HandedCycle
from crmbridge.store.table import Tx

REJECTED = ("rejected", "disqualified")
RETURNED = ("returned", "stale_idle", "lost")
WON = "won"
DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """The cycles of a period, `worth` what each won in the company's smallest units, and `now`."""

    cycles: Sequence[HandedCycle]
    worth: Mapping[tuple[str, int], int]
    now: datetime


def cohort(tx: Tx, scope: Scope, now: datetime) -> Cohort:
    """Read the cycles that were handed in the scope's period."""
    since, until = (instant_of(scope, day) for day in (scope.period.since, scope.period.until))
    cycles = handed.handed_in(tx, since, until)
    return Cohort(cycles=cycles, worth=_worth(tx, scope, cycles), now=now)


def instant_of(scope: Scope, day: date | None) -> datetime | None:
    """When a day begins in the company's zone."""
    return None if day is None else datetime.combine(day, time(), scope.zone).astimezone(UTC)


def _worth(tx: Tx, scope: Scope, cycles: Iterable[HandedCycle]) -> dict[tuple[str, int], int]:
    """What each won cycle brought: its lead's part of the won deals that it lists as the first."""
    mine = [one for one in cycles if one.outcome == WON]
    first = handed.won_first(tx, (one.lead for one in mine))
    deals = {deal for one in mine for deal in one.deals}
    rows = book_reads.of_deals(tx, REVENUE, sorted(deals))
    people = totals.parts_of(tx, sorted(rows))
    shares = {
        deal: parts(scope.money(row.minor), sorted(p.lead for p in people.get(deal, ()) if p.kind))
        for deal, row in rows.items()
        if row.currency == scope.currency
    }
    return {
        (one.lead, one.n): sum(
            shares[deal][one.lead].minor
            for deal in one.deals
            if first.get((one.lead, deal)) == one.n and one.lead in shares.get(deal, {})
        )
        for one in mine
    }


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

    def add(self, one: HandedCycle, worth: int, now: datetime) -> None:
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
        waited = ((end or one.ended or now) - one.handed).total_seconds()
        self.waits.append((max(0, int(waited)), "decided" if end else OPEN))

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


def tallies(found: Cohort, names: Callable[[HandedCycle], Iterable[str]]) -> dict[str, Tally]:
    """Count the cycles by names; one with several counts for each."""
    out: dict[str, Tally] = defaultdict(Tally)
    for one in found.cycles:
        for name in dict.fromkeys(names(one)):
            out[name].add(one, found.worth.get((one.lead, one.n), 0), found.now)
    return dict(out)
