"""A report as tables of texts, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crmbridge.report.frame.sheet import NUMBERS, Report, Row, Sheet
from crmbridge.report.frame.words import told
from crmbridge.report.text import visible


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table as it is printed. `right` are the columns, by place, that are set to the right."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[int]
    empty: str
    notes: tuple[str, ...]


def heading(report: Report) -> str:
    """The line above all; empty for a report of all days, whose name was just typed."""
    return "" if report.period is None else f"{visible(report.title)}, {report.period}"


def tables(report: Report) -> Iterator[Table]:
    """Yield the sheets as texts, in order; a total is the last row."""
    return map(_table, report.sheets)


def _table(sheet: Sheet) -> Table:
    return Table(
        title=visible(sheet.title),
        head=tuple(visible(one.title) for one in sheet.columns),
        rows=tuple(cells(sheet, row) for row in rows_of(sheet)),
        right=frozenset(n for n, one in enumerate(sheet.columns) if one.kind in NUMBERS),
        empty=sheet.empty,
        notes=tuple(map(visible, sheet.notes)),
    )


def rows_of(sheet: Sheet) -> tuple[Row, ...]:
    """All rows with the total at the end; a sheet without rows has no total either."""
    return (*sheet.rows, sheet.total) if sheet.total is not None and sheet.rows else sheet.rows


def cells(sheet: Sheet, row: Row) -> tuple[str, ...]:
    """A row in words."""
    return tuple(told(cell, column) for cell, column in zip(row, sheet.columns, strict=True))
