"""Amounts of money in criteria: read from facts, and converted by the agreed rates (R9.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from crmbridge.agreement.revenue.rates import Rate
from crmbridge.model.exact import EXACT
from crmbridge.model.money import Money

FRESH_DAYS = 62
"""A rate that is older on the day it is used for is used, and flagged (R9.3)."""


class RateStatus(StrEnum):
    """How good the rate was that an amount was converted by."""

    OK = "ok"
    STALE = "stale_rate"
    NONE = "no_rate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """An amount in another currency, and the rate that it rests on.

    `result` is rounded once to the currency's digits, `unrounded` is not; both are `None` without
    a rate. `rate_from` is the day of the rate of the currency that the amount was in, `None` for
    the company's own and where no rate is used.
    """

    result: Decimal | None
    unrounded: Decimal | None
    rate_from: date | None
    status: RateStatus


NO_QUOTE = Quote(result=None, unrounded=None, rate_from=None, status=RateStatus.NONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """The company's currency, and rates from a day on into it; days are those of `zone`."""

    currency: str = ""
    rates: tuple[Rate, ...] = ()
    zone: tzinfo = UTC

    def rate(self, currency: str, as_of: datetime) -> Decimal | None:
        """Return what a unit was worth on that day; `None` if nobody said."""
        if self._is_own(currency):
            return Decimal(1)
        row = self._row(currency, self.day(as_of))
        return row.per_unit if row else None

    def convert(self, amount: Decimal, was: str, to: str, as_of: datetime) -> Decimal | None:
        """Return an amount in another currency, rounded once to its digits (R9.4).

        `None` without a rate.
        """
        return amount if was == to else self.quoted(amount, was, to, self.day(as_of)).result

    def quoted(
        self, amount: Decimal, was: str, to: str, day: date, fresh_days: int = FRESH_DAYS
    ) -> Quote:
        """Convert an amount by the rates of a day of the company, and say how good they are.

        It is stale if either of the two rates is more than `fresh_days` old. An empty currency is
        the company's own. In one and the same currency the amount stays, to its digits.
        """
        was, to = was or self.currency, to or self.currency
        have, want = self._row(was, day), self._row(to, day)
        if was == to:
            result, have, want = amount, None, None
        elif (have or self._is_own(was)) and (want or self._is_own(to)):
            result = EXACT.multiply(amount, have.per_unit if have else Decimal(1))
            result = EXACT.divide(result, want.per_unit if want else Decimal(1))
        else:
            return NO_QUOTE
        used = [one for one in (have, want) if one]
        old = any((day - one.from_).days > fresh_days for one in used)
        return Quote(
            result=Money.of(result, to).amount,
            unrounded=result,
            rate_from=have.from_ if have else None,
            status=RateStatus.STALE if old else RateStatus.OK,
        )

    def day(self, at: datetime) -> date:
        """Return the company's day of an instant."""
        return at.astimezone(self.zone).date()

    def _is_own(self, currency: str) -> bool:
        return currency in ("", self.currency)

    def _row(self, currency: str, day: date) -> Rate | None:
        """The newest rate up to a day; the company's own currency has none."""
        if self._is_own(currency):
            return None
        known = [one for one in self.rates if one.currency == currency and one.from_ <= day]
        return max(known, key=lambda one: one.from_, default=None)


NO_RATES = Exchange()


def read_money(value: Any) -> tuple[Decimal, str] | None:
    """Read an amount and its currency from `1200.50 USD`, a table of both, or a bare number.

    A bare number has no currency, which stands for the company's own. `None` for what is none.
    """
    if isinstance(value, Mapping):
        amount, currency = value.get("amount"), str(value.get("currency", ""))
    else:
        text, _, currency = str(value).strip().partition(" ")
        amount = text if not isinstance(value, bool) else None
    try:
        number = Decimal(str(amount))
    except InvalidOperation:
        return None
    return (number, currency.strip().upper()) if number.is_finite() else None
