"""How a page is put together: templates that escape all, the list of pages, tables and charts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from crmbridge.report.frame.as_text import Table, cells, tables
from crmbridge.report.frame.charts import caption, figure
from crmbridge.report.frame.sheet import Column, Report, Row, Sheet
from crmbridge.report.text import capital, visible
from crmbridge.web.board.assets import address_of, map_styles

Tone = Literal["good", "bad", "wait", ""]
MOST_ROWS = 50
"""Rows of a table that a page shows at first: the rest comes when it is asked for."""

Called = Mapping[str, Mapping[str, str]]
"""By the name of a column, what people call the ids in it."""
_AS_IT_IS: Called = {}
Linker = Callable[[Sheet, Row, Column], str]
"""Gives the address that a cell leads to; empty for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A sentence that answers what people come for; `more` says why, `href` leads further."""

    text: str
    tone: Tone = ""
    more: str = ""
    href: str = ""
    link: str = "See more"


def no_link(sheet: Sheet, row: Row, column: Column) -> str:
    """Lead nowhere."""
    return ""


class Frame:
    """Renders templates; every value is escaped, and a name that is missing is an error."""

    def __init__(self) -> None:
        self._env = Environment(
            loader=PackageLoader("crmbridge.web.board", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            keep_trailing_newline=True,
            auto_reload=False,
        )
        self._env.globals["asset"] = address_of
        self._env.filters["coded"] = coded
        self._env.globals["map_styles"] = map_styles

    def page(
        self,
        template: str,
        words: Mapping[str, Any],
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> HTMLResponse:
        """Render a template as an answer; what every page knows and nobody gave is empty."""
        told = {**_EMPTY, **words}
        text = self._env.get_template(template).render(told)
        return HTMLResponse(text, status, headers=dict(headers or {}))

    def message(
        self,
        title: str,
        text: str,
        status: int,
        *,
        back: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> HTMLResponse:
        """A page that says one thing; `back` is where to go on from there, empty for nowhere."""
        words = {"title": title, "text": text, "back": back}
        return self.page("message.html.j2", words, status, headers)


_EMPTY: Mapping[str, Any] = {
    **dict.fromkeys(("title", "company", "fault", "as_of", "zone", "intro", "text", "back"), ""),
    **dict.fromkeys(
        ("nav", "companies", "answers", "sheets", "notes", "teams", "periods", "tabs", "sources"),
        (),
    ),
    **dict.fromkeys(("session", "query", "told"), None),
    **dict.fromkeys(("charts", "can_leave"), False),
    **dict.fromkeys(("sources", "late"), ()),
    **dict.fromkeys(("counted", "before", "after"), ""),
    **dict.fromkeys(("often", "filtered", "dated", "of_deals"), False),
}


def sheets_of(
    report: Report,
    link: Linker = no_link,
    *,
    whole: str = "",
    all_href: str = "",
    called: Called = _AS_IT_IS,
) -> list[dict[str, Any]]:
    """A report's tables as the templates show them, cut after 50 rows but for the one `whole`.

    `all_href` is the page's address with a place for a table's name: `{}`. `called` says by a
    column's name what people call the ids that stand in it.
    """
    shown = replace(report, sheets=tuple(map(_narrow, report.sheets)))
    return [
        _shown(sheet, table, link, sheet.name == whole, all_href, called)
        for sheet, table in zip(shown.sheets, tables(shown), strict=True)
    ]


WIDE = 9
"""From so many columns on a table is wider than a screen."""


def _narrow(sheet: Sheet) -> Sheet:
    """A wide table without the columns in which nothing stands."""
    if len(sheet.columns) < WIDE or not sheet.rows:
        return sheet
    drawn = {sheet.chart.x, *sheet.chart.y} if sheet.chart else set()
    rows = (*sheet.rows, *([sheet.total] if sheet.total is not None else []))
    kept = [
        n
        for n, column in enumerate(sheet.columns)
        if column.name in drawn or any(row[n] is not None for row in rows)
    ]
    return arranged(sheet, [sheet.columns[n].name for n in kept])


def arranged(sheet: Sheet, names: Sequence[str]) -> Sheet:
    """The same table with these of its columns, in this order."""
    places = [sheet.index(name) for name in names]

    def cut(row: Row) -> Row:
        return tuple(row[at] for at in places)

    return replace(
        sheet,
        columns=tuple(sheet.columns[at] for at in places),
        rows=tuple(map(cut, sheet.rows)),
        total=None if sheet.total is None else cut(sheet.total),
    )


def _shown(
    sheet: Sheet, table: Table, link: Linker, whole: bool, all_href: str, called: Called
) -> dict[str, Any]:
    drawn = figure(_named(sheet, called))
    most = len(sheet.rows) if whole or not all_href else MOST_ROWS
    return {
        "name": sheet.name,
        "title": capital(table.title),
        "head": list(map(capital, table.head)),
        "rows": [_linked(sheet, row, link, called) for row in sheet.rows[:most]],
        "left_out": max(0, len(sheet.rows) - most),
        "all_href": all_href.replace("{}", sheet.name),
        "total": _linked(sheet, sheet.total, no_link, called) if sheet.total is not None else (),
        "right": table.right,
        "empty": table.empty,
        "notes": table.notes,
        "chart": caption(sheet),
        "flows": bool(sheet.chart and sheet.chart.kind == "flows"),
        "figure": as_data(drawn) if drawn else "",
    }


def _named(sheet: Sheet, called: Called) -> Sheet:
    """The same table with what people call the ids in it, as a chart shows them."""
    names = [called.get(column.name, {}) for column in sheet.columns]
    if not any(names):
        return sheet
    rows = (
        tuple(known.get(str(cell), cell) for known, cell in zip(names, row, strict=True))
        for row in sheet.rows
    )
    return replace(sheet, rows=tuple(rows))


def _linked(sheet: Sheet, row: Row, link: Linker, called: Called) -> list[dict[str, str]]:
    texts = cells(sheet, row)
    return [
        {
            "text": called.get(column.name, {}).get(text, text),
            "href": link(sheet, row, column),
        }
        for text, column in zip(texts, sheet.columns, strict=True)
    ]


def as_data(drawn: Mapping[str, Any]) -> Markup:
    """Data inside a script element, which the browser does not run: no text in it ends it."""
    text = json.dumps(drawn, ensure_ascii=True)
    safe = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(safe)  # noqa: S704  # what could end the element is escaped above


def coded(text: str) -> Markup:
    """A sentence in which what is to be typed stands between backticks, as elements; escaped."""
    parts = text.split("`")
    if len(parts) % 2 == 0:  # one without its other
        return escape(text)
    code = Markup("<code>{}</code>")
    shown = [code.format(it) if n % 2 else escape(it) for n, it in enumerate(parts)]
    return Markup("").join(shown)


def has_charts(sheets: Sequence[Mapping[str, Any]]) -> bool:
    """Whether any table has a chart."""
    return any(one["figure"] for one in sheets)


def clock(at: datetime) -> str:
    """An instant as people read it: `2026-06-30 14:05`."""
    return f"{at:%Y-%m-%d %H:%M}"


def plain(text: str) -> str:
    """A text of somebody else's in one line, without characters that steer its direction."""
    return visible(" ".join(text.split()))
