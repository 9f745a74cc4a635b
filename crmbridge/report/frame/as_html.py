"""A report as one page that stands alone: no file beside it, no address in it, nothing to load."""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from typing import Any

from crmbridge.report.frame.as_text import Table, cells, tables
from crmbridge.report.frame.charts import caption, figure, library
from crmbridge.report.frame.period import Period
from crmbridge.report.frame.sheet import Report, Sheet
from crmbridge.report.text import visible


def html_of(report: Report) -> str:
    """Return the page. With a chart it holds plotly's code once, without one no script at all.

    The same report makes the same page, byte by byte.
    """
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    shown = [
        _shown(sheet, table) for sheet, table in zip(report.sheets, tables(report), strict=True)
    ]
    scripts = [library(), _part("page.js")] if any(one["figure"] for one in shown) else []
    style = _part("page.css")
    env = Environment(autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True)
    page = env.from_string(_part("page.html.j2"))
    return page.render(
        report={"title": visible(report.title), "company": visible(report.company)},
        days=str(report.period or Period()),
        sheets=[one | {"figure": Markup(one["figure"])} for one in shown],  # noqa: S704  # see _data
        notes=[visible(one) for one in report.notes],
        policy=policy(scripts),
        style=Markup(style),  # noqa: S704  # our own file
        scripts=[Markup(one) for one in scripts],  # noqa: S704  # our own file, and the library's
    )


def policy(scripts: list[str]) -> str:
    """What the browser lets the page do: run these very scripts, and load nothing from anywhere."""
    hashes = [f"'sha256-{b64encode(sha256(one.encode()).digest()).decode()}'" for one in scripts]
    run = " ".join(hashes) or "'none'"
    # plotly sets styles on its drawings; it makes pictures of data for its patterns
    return (
        f"default-src 'none'; script-src {run}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _shown(sheet: Sheet, table: Table) -> dict[str, Any]:
    drawn = figure(sheet)
    return {
        "name": sheet.name,
        "title": table.title,
        "head": table.head,
        "rows": [cells(sheet, row) for row in sheet.rows],
        "total": cells(sheet, sheet.total) if sheet.total is not None else (),
        "right": table.right,
        "empty": table.empty,
        "notes": table.notes,
        "chart": caption(sheet),
        "figure": _data(drawn) if drawn else "",
    }


def _data(drawn: dict[str, Any]) -> str:
    """Data inside a script element: no text in it can end the element."""
    text = json.dumps(drawn, ensure_ascii=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _part(name: str) -> str:
    return files("crmbridge.report.frame").joinpath(name).read_text(encoding="utf-8")
