"""A report with a cell of every kind, and names that strangers would like to be obeyed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from crmbridge.model.money import Money
from crmbridge.report.frame.period import Period
from crmbridge.report.frame.sheet import Cell, Chart, Column, Estimate, Report, Sheet

EUR, USD = Money(29_890_000, "EUR"), Money(-5, "USD")

KINDS = (
    Column(name="source", title="source"),
    Column(name="handed", title="handed", kind="count"),
    Column(name="revenue", title="revenue", kind="money"),
    Column(name="part", title="part", kind="share"),
    Column(name="acceptance", title="acceptance", kind="interval"),
    Column(name="took", title="took", kind="days"),
    Column(name="day", title="first day", kind="day"),
    Column(name="worth", title="worth", kind="decimal"),
)
WHOLE: tuple[Cell | None, ...] = (
    *("webinar", 1234, (EUR, USD), Fraction(1, 3), Estimate(0.455, 0.402, 0.508)),
    *(12.25, date(2026, 3, 2), Decimal("1234.5600")),
)
NOTHING = ("(unknown)", *[None] * 7)

HOSTILE = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<!--<script>",
    '"><img src=x onerror=alert(1)>',
    '<a href="javascript:alert(1)">look</a>',
    "{{ 7 * 7 }}{% raw %}",
    "%{x} &lt;b&gt;",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "   =1+1",
    "\u00a0\u200b\ufeff=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "\ufe66 1",
    "\u22121",
    "fine;=1+1",
    "fine; @SUM(1)",
    "abc\u202egpj.exe\u2066",
    "\x1b[31mred\x1b]0;title\x07",
    "a\u2028b\x00c\ud800",
    'a "quoted", text',
    "[bold]x[/bold]",
)


def sheet(name: str = "sources", *rows: tuple[Cell | None, ...], chart: str = "") -> Sheet:
    """A sheet of all kinds; without rows it has a whole one and one of which nothing is known."""
    drawn = {
        "bars": ("handed", "revenue"),
        "stacked": ("handed", "took"),
        "lines": ("part", "worth"),
        "dots": ("acceptance",),
    }
    return Sheet(
        name=name,
        title=f"by {name}",
        columns=KINDS,
        rows=rows or (WHOLE, NOTHING),
        total=("total", 1234, (EUR, USD), None, None, None, None, None),
        notes=("A note.",),
        chart=Chart(kind=chart, title="A chart", x="source", y=drawn[chart]) if chart else None,  # type: ignore[arg-type]
    )


def report(*sheets: Sheet, period: Period | None = None) -> Report:
    return Report(
        name="quality",
        title="What sources are worth",
        company="acme",
        sheets=sheets or (sheet(),),
        period=period,
        notes=("Last words.",),
    )


def named(*names: str) -> Sheet:
    """A sheet with a row for each name."""
    return sheet("sources", *((name, 1, *[None] * 6) for name in names), chart="bars")
