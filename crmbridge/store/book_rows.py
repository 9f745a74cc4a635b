"""The rows of the books: postings of credit, how deals stand there, costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

REVENUE, PIPELINE = "revenue", "pipeline"
MEASURES = (REVENUE, PIPELINE)
"""What the books are kept of: won deals, and created ones. Never added up (R6.21)."""
CLASS = "@"
"""Before the name of a definition of what is sourced, where a model's name stands else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditRow:
    """What a posting adds to a touch by a model, in the currency's smallest unit.

    `n` numbers a deal's postings of a measure, `i` the rows of one. `posted` is the company's day
    on which it stands in the books, `day` that of the win or the creation. Of a class (`model`
    begins with `@`) `channel` is the class and `deals` how many deals it gains or loses. `touch`
    is empty for what no touch is credited with, and `channel` then says why.
    """

    deal: str
    measure: str
    n: int
    i: int
    model: str
    touch: str
    minor: int
    posted: date
    day: date | None = None
    lead: str | None = None
    version: str = ""
    channel: str = ""
    campaign: str = ""
    asset: str = ""
    cause: str = ""
    currency: str = ""
    deals: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedRow:
    """How a deal stands in the books of a measure since its last posting, `n`.

    `minor` is in `currency`, the company's own, or the deal's where there is no rate (`rate` is
    `no_rate`); `own_minor` is in the deal's. The four classes are sourced, influenced, none, or
    empty while the deal does not count. `unpriced` says that it has no amount.
    """

    deal: str
    measure: str
    n: int
    minor: int = 0
    currency: str = ""
    own_minor: int = 0
    own_currency: str = ""
    rate: str = ""
    day: date | None = None
    handed: str = ""
    first_touch: str = ""
    lead_source: str = ""
    pre_sales: str = ""
    unpriced: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StakeRow:
    """A lead whose touches a deal's credit follows from."""

    deal: str
    measure: str
    lead: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRow:
    """What a campaign cost in a month (`2026-03`); `campaign` is its name or record, as given."""

    month: str
    campaign: str
    currency: str
    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FitRow:
    """A model fitted to closed deals; `n` numbers its fits, `data` is the fit in JSON's types."""

    model: str
    n: int
    version: str
    made: date
    data: Mapping[str, Any]
