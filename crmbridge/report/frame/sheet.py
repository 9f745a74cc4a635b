"""What a report is before anybody chose a form: sheets of typed values, checked when they are made.

A cell is a raw value, never a text made of one: each form writes numbers its own way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from math import isfinite
from typing import Literal, Protocol, TypeAlias, TypeGuard

from crmbridge.model.money import Money
from crmbridge.report.frame.period import Period

Kind = Literal["text", "count", "money", "share", "interval", "days", "day", "decimal"]
"""`share` and `interval` are parts of one (0.455 is 45.5 %), or differences of such."""

NUMBERS: frozenset[str] = frozenset(
    {"count", "money", "share", "interval", "days", "decimal"},
)
"""Kinds that are read from the right."""


class Ends(Protocol):
    """An interval as statistics give it."""

    @property
    def low(self) -> float:
        """The lower end."""

    @property
    def high(self) -> float:
        """The upper end."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share with the interval it lies in; `value` is `None` where only the interval is told."""

    value: float | None
    low: float
    high: float

    @classmethod
    def of(cls, value: float | Fraction | None, ends: Ends) -> Estimate:
        """Put a share and its interval together."""
        return cls(None if value is None else float(value), ends.low, ends.high)


Cell: TypeAlias = (
    str | int | float | Fraction | Decimal | Money | tuple[Money, ...] | Estimate | Ends | date
)
"""`tuple[Money, ...]` are sums in several currencies, which are never added up."""

Row = Sequence[Cell | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`name` is for programs and never changes; `title` is what people read."""

    name: str
    title: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A picture of columns of its sheet, by their names: it tells nothing that the table does not.

    `x` is a column of texts or days, each `y` one of numbers. `bars` stand side by side, `stacked`
    on each other, `lines` go from row to row, `dots` are for estimates, drawn with their intervals.
    `flows` go from the place in `x` to the one in the first of `y`, as many as the second says.
    Money is drawn in one currency: sheets with several are not drawn in that column.
    """

    kind: Literal["bars", "stacked", "lines", "dots", "flows"]
    title: str
    x: str
    y: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table. `empty` is said when it has no rows; `total` is a row that no program adds up.

    Raises:
        ValueError: a row that is not as wide as the columns, a cell that is not of its column's
            kind, two columns of one name, or a chart of columns that are not there.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    empty: str = "Nothing to count."
    notes: tuple[str, ...] = ()
    total: Row | None = None
    chart: Chart | None = None

    def __post_init__(self) -> None:
        _distinct(f"columns of {self.name!r}", (one.name for one in self.columns))
        for row in chain(self.rows, () if self.total is None else (self.total,)):
            if len(row) != len(self.columns):
                raise ValueError(f"{self.name!r}: {len(row)} cells in {len(self.columns)} columns")
            for cell, column in zip(row, self.columns, strict=True):
                if not fits(cell, column.kind):
                    raise ValueError(f"{self.name!r}: {column.name} is no {column.kind}: {cell!r}")
        if self.chart is not None:
            for name in (self.chart.x, *self.chart.y):
                self.index(name)

    def index(self, name: str) -> int:
        """The place of a column. Raises `ValueError` for none of that name."""
        names = [one.name for one in self.columns]
        if name not in names:
            raise ValueError(f"{self.name!r} has no column {name!r}, only {', '.join(names)}")
        return names.index(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one command tells. `period` is `None` where all days are counted.

    Raises:
        ValueError: two sheets of one name.
    """

    name: str
    title: str
    company: str
    sheets: tuple[Sheet, ...]
    period: Period | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _distinct(f"sheets of {self.name!r}", (one.name for one in self.sheets))


def _distinct(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise ValueError(f"{what}: {name!r} is no name: use a to z, 0 to 9 and _")
        if name in seen:
            raise ValueError(f"{what}: {name!r} stands twice")
        seen.add(name)


def fits(cell: Cell | None, kind: Kind) -> bool:
    """Whether a value may stand in a column of a kind; `None`, for nothing known, may anywhere."""
    match kind:
        case _ if cell is None:
            return True
        case "text":
            return isinstance(cell, str)
        case "count":
            return isinstance(cell, int) and not isinstance(cell, bool)
        case "money":
            many = cell if isinstance(cell, tuple) else (cell,)
            return all(isinstance(one, Money) for one in many)
        case "interval":
            return ends_of(cell) is not None
        case "day":
            return isinstance(cell, date) and not isinstance(cell, datetime)
    return _is_number(cell)


def _is_number(cell: object) -> TypeGuard[int | float | Fraction | Decimal]:
    if isinstance(cell, bool) or not isinstance(cell, int | float | Fraction | Decimal):
        return False
    return not isinstance(cell, float | Decimal) or isfinite(cell)


def ends_of(cell: object) -> Estimate | None:
    """A cell as an estimate, also where it is an interval alone; `None` for anything else."""
    low, high = getattr(cell, "low", None), getattr(cell, "high", None)
    if not (_is_number(low) and _is_number(high)):
        return None
    value = getattr(cell, "value", None)
    if value is None:
        return Estimate(None, float(low), float(high))
    return Estimate(float(value), float(low), float(high)) if _is_number(value) else None
