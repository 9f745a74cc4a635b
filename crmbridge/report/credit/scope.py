"""Which days, in whose agreement and currency, a report of the books is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, tzinfo

from crmbridge.agreement import Agreement
from crmbridge.model.money import Money
from crmbridge.policy.definition.exchange import Exchange
from crmbridge.report.frame.period import Bucket, Period, buckets, compared
from crmbridge.store.book_reads import Days

MEASURES = {"revenue": "Revenue won", "pipeline": "Pipeline created"}
"""What the books are kept of, as people read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a report is asked for; `today` is the company's day, `currency` the company's own.

    `by` is week, month, quarter, year or empty, `compare` before, year or empty. Of the
    hand-offs `only` are those that count, by lead and cycle; `None` for all.
    """

    company: str
    agreement: Agreement
    currency: str
    exchange: Exchange
    zone: tzinfo
    today: date
    period: Period
    by: str = ""
    compare: str = ""
    only: frozenset[tuple[str, int]] | None = None

    @property
    def days(self) -> Days:
        """The days of the period."""
        return days_of(self.period)

    def beside(self) -> Period | None:
        """The period that it is compared with; `None` for none."""
        if not self.compare:
            return None
        first = self.period.since or self.today
        return compared(self.period.closed(first, self.today), self.compare)

    def buckets(self, first: date | None) -> list[Bucket]:
        """The parts that it is cut into; `first` is the first day that anything is known of."""
        if not self.by:
            return []
        whole = self.period.closed(first or self.today, self.today)
        return buckets(whole, self.by, self.agreement.attribution.fiscal_start)

    def money(self, minor: int) -> Money:
        """An amount in the company's currency."""
        return Money(minor, self.currency)


def days_of(period: Period) -> Days:
    """The days of a period, as the ledger is asked."""
    return Days(period.since, period.until)


def sums(pairs: Iterable[tuple[str, int]]) -> tuple[Money, ...]:
    """Add up units by currency, each apart; what is nothing is left out."""
    found: dict[str, int] = {}
    for currency, minor in pairs:
        found[currency] = found.get(currency, 0) + minor
    return tuple(Money(minor, name) for name, minor in sorted(found.items()) if minor)
