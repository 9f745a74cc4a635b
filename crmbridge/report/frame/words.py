"""Cells as people read them, in the terminal and on a page alike."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from crmbridge.model.money import Money
from crmbridge.report.frame.sheet import Cell, Column, ends_of
from crmbridge.report.text import visible

NONE = "-"


def told(cell: Cell | None, column: Column) -> str:
    """Return a cell in words: `1,234`, `298,900.00 EUR`, `45.5 % [40.2, 50.8]`, `12.5 d`.

    What is not known is `-`; characters that steer a terminal, or the direction of writing, are
    shown as escapes.
    """
    if cell is None:
        return NONE
    if isinstance(cell, str):
        return visible(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, Money):
        return money(cell)
    if isinstance(cell, tuple):
        return ", ".join(map(money, cell)) or NONE
    if isinstance(cell, int | float | Fraction | Decimal):
        return _number(cell, column.kind)
    return interval(cell)


def money(one: Money) -> str:
    """Return an amount with its currency, all of its digits and commas between thousands."""
    return f"{one.amount:,f} {visible(one.currency)}"


def interval(cell: Cell) -> str:
    """Return a share with its interval, in per cent; the interval alone where there is no share."""
    found = ends_of(cell)
    if found is None:
        return NONE
    ends = f"[{_digits(100 * found.low)}, {_digits(100 * found.high)}]"
    return ends if found.value is None else f"{_digits(100 * found.value)} % {ends}"


def _number(value: float | Fraction | Decimal, kind: str) -> str:
    if kind == "share":
        return f"{_digits(100 * float(value))} %"
    if kind == "days":
        return f"{value:,} d" if isinstance(value, int) else f"{_digits(float(value))} d"
    if isinstance(value, int):
        return f"{value:,}"
    # a decimal says itself how exact it is; other numbers have digits without end
    return f"{value:,f}" if isinstance(value, Decimal) else _digits(float(value), 2)


def _digits(value: float, digits: int = 1) -> str:
    # adding nothing turns the minus zero of a small negative number into zero
    return f"{round(value, digits) + 0.0:,.{digits}f}"
