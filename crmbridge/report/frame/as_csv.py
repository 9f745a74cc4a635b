"""A report as comma-separated values (RFC 4180), safe to open in a spreadsheet.

Names of leads and sources come from strangers. A spreadsheet runs a text that begins like a
formula, so such a text gets an apostrophe before it; numbers stay numbers.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from io import StringIO

from crmbridge.model.money import Money
from crmbridge.report.frame.sheet import Cell, Column, Report, Row, Sheet, ends_of
from crmbridge.report.text import visible

_FORMULA = frozenset("=+-@\u2212")
"""What a formula begins with, in the form that wide and small variants are folded to."""
_BLANK = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})
"""Kinds of character that a spreadsheet may pass over: controls, marks, spaces."""
_NEXT = re.compile(r"(;\s*)(\S)")
"""Where a spreadsheet of a country that divides by semicolons would see another cell begin."""


def csv_of(report: Report, sheet: str = "") -> str:
    """Return the sheets one below the other, or the one of a name alone.

    A sheet alone is a plain table: a line of the columns' names, then a line for each row. Where
    there are several, each has a line with its title above and an empty line below. Totals and
    notes are left out: who adds up a column must not count it twice.

    A column of money becomes one for each currency in it (`revenue_eur`); an interval becomes
    three (`acceptance`, `acceptance_low`, `acceptance_high`).

    Raises:
        KeyError: the report has no such sheet.
    """
    if sheet:
        return _table({one.name: one for one in report.sheets}[sheet])
    if len(report.sheets) == 1:
        return _table(report.sheets[0])
    return _line([]).join(_line([safe(one.title)]) + _table(one) for one in report.sheets)


def _table(sheet: Sheet) -> str:
    money = [_currencies(sheet, n) for n in range(len(sheet.columns))]
    head = [
        name
        for column, found in zip(sheet.columns, money, strict=True)
        for name in _names(column, found)
    ]
    return _line(head) + "".join(_line(list(_values(sheet, row, money))) for row in sheet.rows)


def _line(cells: list[str]) -> str:
    out = StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def _currencies(sheet: Sheet, n: int) -> list[str]:
    if sheet.columns[n].kind != "money":
        return []
    return sorted({one.currency for row in sheet.rows for one in _sums(row[n])})


def _sums(cell: Cell | None) -> tuple[Money, ...]:
    if isinstance(cell, tuple):
        return cell
    return (cell,) if isinstance(cell, Money) else ()


def _names(column: Column, currencies: list[str]) -> list[str]:
    if column.kind == "interval":
        return [column.name, f"{column.name}_low", f"{column.name}_high"]
    return [f"{column.name}_{safe(one.lower())}" for one in currencies] or [column.name]


def _values(sheet: Sheet, row: Row, money: list[list[str]]) -> Iterator[str]:
    for cell, column, currencies in zip(row, sheet.columns, money, strict=True):
        if column.kind == "money":
            has = {one.currency: str(one.amount) for one in _sums(cell)}
            yield from (has.get(one, "") for one in currencies or [""])
        elif column.kind == "interval":
            found = ends_of(cell)
            ends = (found.value, found.low, found.high) if found else (None, None, None)
            yield from ("" if one is None else str(one) for one in ends)
        else:
            yield _plain(cell)


def _plain(cell: Cell | None) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return safe(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return str(float(cell)) if isinstance(cell, Fraction) else str(cell)


def safe(text: str) -> str:
    """Return a text that a spreadsheet shows and does not run, without control characters.

    Looks past spaces and marks in front, folds wide characters, and sees what a spreadsheet that
    divides by semicolons would take for a cell of its own.
    """
    inside = _NEXT.sub(lambda at: f"{at[1]}{_guard(at[2])}{at[2]}", visible(text))
    begins = next((one for one in text if unicodedata.category(one) not in _BLANK), "")
    return ("'" if text.startswith(("\t", "\r")) else _guard(begins)) + inside


def _guard(begins: str) -> str:
    """The apostrophe, where a character may begin a formula."""
    return "'" if unicodedata.normalize("NFKC", begins)[:1] in _FORMULA else ""
