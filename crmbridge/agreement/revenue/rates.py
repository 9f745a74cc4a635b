"""Rates of exchange that both sides agreed on, for criteria on money (R9.2)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from pydantic import Field

from crmbridge.agreement.base import Table


class Rate(Table):
    """From a day on, one unit of `currency` is worth `per_unit` of the company's currency."""

    currency: str = Field(pattern=r"^[A-Z]{3}$")
    from_: date = Field(alias="from")
    per_unit: Decimal = Field(gt=0)
