"""Charts for the page: figures of plotly made of a sheet's own columns, and the library itself.

Nothing is told by colour alone: series also differ in pattern, mark or dash, and the table below
has each number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

from crmbridge.model.money import Money
from crmbridge.report.frame.flows import flows
from crmbridge.report.frame.look import COLOURS, label
from crmbridge.report.frame.sheet import Cell, Chart, Column, Sheet, ends_of
from crmbridge.report.frame.words import told
from crmbridge.report.text import visible

PATTERNS = ("", "/", ".", "x", "-", "+")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
MOST = 60
"""Rows that a chart has room for."""
FLAT = 5
"""Names that may have room side by side."""
LONGEST = 28
"""Characters of a name below the axis; the whole of it stands in the table."""
MARKS = ("circle", "square", "diamond", "cross", "triangle-up", "x")

_ADDRESS = re.compile(r"([\"'`])https?://(?!www\.w3\.org/)")
"""An address in the library's code that it could call; names of XML's vocabularies are none."""
_SLASHES = re.compile(r"(https?:|<)/(?=/|script)", re.IGNORECASE)


def figure(sheet: Sheet) -> dict[str, Any] | None:
    """Return plotly's figure of a sheet's chart, in JSON's types; `None` where nothing is drawn.

    That is a sheet without a chart or rows, or with nothing but unknown cells. Of many rows the
    first are drawn (see `caption`).
    """
    if sheet.chart is None or not sheet.rows:
        return None
    if sheet.chart.kind == "flows":
        return flows(sheet, sheet.chart)
    series = [one for one in _series(sheet, sheet.chart) if any(y is not None for y in one["y"])]
    if not series:
        return None
    kinds = {sheet.columns[sheet.index(name)].kind for name in sheet.chart.y}
    names = _names(sheet, sheet.chart)
    return {
        "data": [_styled(sheet.chart.kind, n, one) for n, one in enumerate(series)],
        "layout": {
            "barmode": "stack" if sheet.chart.kind == "stacked" else "group",
            "xaxis": {
                # rows stand at their numbers: two may have one name, and names may look like days
                **{"tickmode": "array", "tickvals": list(range(len(names)))},
                **{
                    "ticktext": [_short(one) for one in names],
                    "showgrid": False,
                    "zeroline": False,
                },
                # many names are turned to the left, where the page has room for them; a few only
                # where they have no room side by side, as on a phone
                **({"tickangle": -40} if len(names) > FLAT else {}),
                "ticklabeloverflow": "allow",
                **{"automargin": True, "fixedrange": True},
            },
            "yaxis": {
                "tickformat": ".0%" if kinds <= {"share", "interval"} else ",",
                **{"automargin": True, "fixedrange": True, "rangemode": "tozero"},
            },
            "showlegend": len(series) > 1,
            "legend": {"orientation": "h", "yanchor": "bottom", "y": 1, "traceorder": "normal"},
            **{"margin": {"t": 16, "r": 16, "b": 48, "l": 56}, "height": 360},
        },
    }


def caption(sheet: Sheet) -> str:
    """The chart's title, and how many of the rows it shows where that is not all of them."""
    if sheet.chart is None:
        return ""
    title = visible(sheet.chart.title)
    rows = len(sheet.rows)
    all_ = rows <= MOST or sheet.chart.kind == "flows"
    return title if all_ else f"{title} (the first {MOST} of {rows} rows)"


def _names(sheet: Sheet, chart: Chart) -> list[str]:
    """The names of the rows; where several would have one, with the next column of texts in it."""
    axis, rows = sheet.index(chart.x), sheet.rows[:MOST]
    names = [told(row[axis], sheet.columns[axis]) for row in rows]
    for at, column in enumerate(sheet.columns):
        if len(set(names)) == len(names):
            break
        if at != axis and column.kind == "text":
            names = [f"{name}, {row[at]}" for name, row in zip(names, rows, strict=True)]
    return names


def _short(name: str) -> str:
    return label(name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…")


def _series(sheet: Sheet, chart: Chart) -> Iterator[dict[str, Any]]:
    """One for each column, and of a column of money one for each currency."""
    names = [label(one) for one in _names(sheet, chart)]
    for name in chart.y:
        n = sheet.index(name)
        column = sheet.columns[n]
        some = [row[n] for row in sheet.rows[:MOST]]
        for currency in _currencies(some):
            cells: list[Cell | None] = (
                [_in(currency, one) for one in some] if currency else list(some)
            )
            title = f"{column.title} ({currency})" if currency else column.title
            at = {"x": list(range(len(names))), "customdata": names, "name": label(title)}
            yield at | _points(cells, column)


def _points(cells: list[Cell | None], column: Column) -> dict[str, Any]:
    found: dict[str, Any] = {
        "y": [_height(one) for one in cells],
        "text": [label(told(one, column)) for one in cells],
        "hovertemplate": "%{customdata}<br>%{text}",
        "textposition": "none",
    }
    if column.kind == "interval":
        found["error_y"] = {"type": "data", "symmetric": False, **_whiskers(cells)}
    return found


def _whiskers(cells: list[Cell | None]) -> dict[str, list[float]]:
    """How far each interval reaches above its point and below it."""
    up, down = [], []
    for cell in cells:
        found, at = ends_of(cell), _height(cell)
        up.append(found.high - at if found and at is not None else 0.0)
        down.append(at - found.low if found and at is not None else 0.0)
    return {"array": up, "arrayminus": down}


def _height(cell: Cell | None) -> float | None:
    """Where a cell is drawn; an interval without a share at its middle."""
    if isinstance(cell, Money):
        return float(cell.amount)
    if isinstance(cell, bool | str | date | tuple) or cell is None:
        return None
    if found := ends_of(cell):
        return (found.low + found.high) / 2 if found.value is None else found.value
    return float(cell) if isinstance(cell, int | float | Fraction) else float(str(cell))


def _currencies(cells: list[Cell | None]) -> list[str]:
    """The currencies of a column; one empty text for a column of no money."""
    found = {one.currency for cell in cells for one in _sums(cell)}
    return sorted(found) or [""]


def _sums(cell: Cell | None) -> tuple[Money, ...]:
    return cell if isinstance(cell, tuple) else (cell,) if isinstance(cell, Money) else ()


def _in(currency: str, cell: Cell | None) -> Money | None:
    return next((one for one in _sums(cell) if one.currency == currency), None)


def _styled(kind: str, n: int, series: dict[str, Any]) -> dict[str, Any]:
    colour = COLOURS[n % len(COLOURS)]
    if kind in ("bars", "stacked"):
        pattern = {"shape": PATTERNS[n % len(PATTERNS)], "solidity": 0.3}
        return {"type": "bar", **series, "marker": {"color": colour, "pattern": pattern}}
    styled = {
        "type": "scatter",
        "mode": "markers" if kind == "dots" else "lines+markers",
        **{name: value for name, value in series.items() if name != "textposition"},
        "marker": {"color": colour, "symbol": MARKS[n % len(MARKS)], "size": 9},
    }
    if kind == "lines":
        styled["line"] = {"color": colour, "dash": DASHES[n % len(DASHES)]}
    return styled


def library() -> str:
    """Return plotly's own code as it stands in a page, without an address that it could call.

    Its maps name servers of tiles. No chart of ours is a map, and the page forbids every call;
    without addresses, neither what looks through mail nor a reader has to take our word for it.
    """
    from plotly.offline import get_plotlyjs

    code = _ADDRESS.sub(r"\1about:blank#", get_plotlyjs())
    # in a script's text \/ is /: what is left are names, and no text can end the script
    return _SLASHES.sub(r"\1\\/", code)
