"""Amounts of money in criteria: read from facts, and converted by the agreed rates (R9.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from crmbridge.agreement.revenue.rates import Rate
from crmbridge.model.exact import EXACT
from crmbridge.model.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """The company's currency, and rates from a day on into it; days are those of `zone`."""

    currency: str = ""
    rates: tuple[Rate, ...] = ()
    zone: tzinfo = UTC

    def rate(self, currency: str, as_of: datetime) -> Decimal | None:
        """Return what a unit was worth on that day; `None` if nobody said."""
        if currency in ("", self.currency):
            return Decimal(1)
        day = as_of.astimezone(self.zone).date()
        known = [one for one in self.rates if one.currency == currency and one.from_ <= day]
        return max(known, key=lambda one: one.from_).per_unit if known else None

    def convert(self, amount: Decimal, was: str, to: str, as_of: datetime) -> Decimal | None:
        """Return an amount in another currency, rounded once to its digits (R9.4).

        `None` without a rate.
        """
        if was == to:
            return amount
        have, want = self.rate(was, as_of), self.rate(to, as_of)
        if have is None or want is None:
            return None
        return Money.of(EXACT.divide(EXACT.multiply(amount, have), want), to).amount


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
