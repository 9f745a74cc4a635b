"""Targets: which share of the deals both sides want to be marketing's, in which days (R6.22)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field, model_validator

from crmbridge.agreement.base import Table
from crmbridge.agreement.revenue.attribution import Sourced
from crmbridge.agreement.revenue.fiscal import FiscalStart, first_day, last_day

Measure = Literal["revenue", "pipeline"]


class Target(Table):
    """A share of all deals won (`revenue`) or created (`pipeline`) in some days, by amount.

    `of` says whether deals count that marketing only influenced. `definition` is what makes a deal
    marketing's, empty for that of `[attribution]`. The days are a fiscal `year`, or `from` and
    `to`, both included.
    """

    measure: Measure
    definition: Sourced | None = None
    of: Literal["sourced", "sourced_or_influenced"] = "sourced"
    share: Decimal = Field(gt=0, lt=1, decimal_places=6)
    year: int | None = Field(default=None, ge=1990, le=2999)
    from_: date | None = Field(default=None, alias="from")
    to: date | None = None

    @model_validator(mode="after")
    def _has_its_days(self) -> Target:
        if self.year is not None and (self.from_ is not None or self.to is not None):
            raise ValueError("year and from/to say the days twice: keep one of them")
        if self.year is None and (self.from_ is None or self.to is None):
            raise ValueError("it needs its days: year = 2026, or from and to")
        if self.from_ is not None and self.to is not None and self.to < self.from_:
            raise ValueError(f"it ends on {self.to}, before it begins on {self.from_}")
        return self

    def days(self, start: FiscalStart) -> tuple[date, date]:
        """Return the first and the last of its days; `start` is the company's fiscal start."""
        if self.from_ is not None and self.to is not None:
            return self.from_, self.to
        year = self.year or 0  # the shape says that one of both is there
        return first_day(year, start), last_day(year, start)

    def by(self, locked: Sourced) -> Sourced:
        """Return what makes a deal marketing's for it; `locked` is what both sides agreed on."""
        return self.definition or locked


def called(item: Mapping[str, Any]) -> str:
    """Return what tells a target in a file from the others; empty for what is no target."""
    if not item.get("measure"):
        return ""
    days = item.get("year") or f"{item.get('from')} to {item.get('to')}"
    return f"{item['measure']} {days}"
