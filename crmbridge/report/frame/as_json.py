"""A report as one JSON document, for programs: names that stay, numbers as they are."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from crmbridge.model.money import Money
from crmbridge.report.frame.period import Period
from crmbridge.report.frame.sheet import Cell, Report, Row, Sheet, ends_of


def document_of(report: Report) -> dict[str, Any]:
    """Return the document, in JSON's types.

    `sheets` is name -> `title, columns, rows, total, notes`; a row is an object by the columns'
    names. Money is `{"amount": "12.50", "currency": "EUR"}`, sums in several currencies a list of
    it. Shares are numbers of one, intervals `{"value", "low", "high"}`, days `2026-03-02`, what is
    not known `null`. The period has its first and last day, both in it; either may be `null`.
    """
    return {
        "report": report.name,
        "title": report.title,
        "company": report.company,
        "period": _period(report.period or Period()),
        "sheets": {sheet.name: _sheet(sheet) for sheet in report.sheets},
        "notes": list(report.notes),
    }


def _period(period: Period) -> dict[str, str | None]:
    ends = {"first_day": period.since, "last_day": period.last}
    return {name: None if day is None else day.isoformat() for name, day in ends.items()}


def _sheet(sheet: Sheet) -> dict[str, Any]:
    return {
        "title": sheet.title,
        "columns": [
            {"name": one.name, "title": one.title, "kind": one.kind} for one in sheet.columns
        ],
        "rows": [_row(sheet, row) for row in sheet.rows],
        "total": None if sheet.total is None else _row(sheet, sheet.total),
        "notes": list(sheet.notes),
    }


def _row(sheet: Sheet, row: Row) -> dict[str, Any]:
    return {column.name: value(cell) for column, cell in zip(sheet.columns, row, strict=True)}


def value(cell: Cell | None) -> Any:
    """A cell in JSON's types."""
    if cell is None or isinstance(cell, str | int):
        return cell
    if isinstance(cell, float | Fraction | Decimal):
        return float(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, Money):
        return {"amount": str(cell.amount), "currency": cell.currency}
    if isinstance(cell, tuple):
        return [value(one) for one in cell]
    found = ends_of(cell)
    return found and {"value": found.value, "low": found.low, "high": found.high}
