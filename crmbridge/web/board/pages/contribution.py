"""Contribution: whether targets are met, and marketing's part in pipeline and revenue."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from starlette.responses import Response

from crmbridge.report.credit.contribution import contribution_report
from crmbridge.report.frame.sheet import Report, Sheet
from crmbridge.report.frame.words import told
from crmbridge.web.board.frame import Answer, Tone
from crmbridge.web.board.pages.figures import WHOLE, Shown, figures_page, scope
from crmbridge.web.board.pages.links import CONTRIBUTION as RULES
from crmbridge.web.board.pages.links import linker
from crmbridge.web.board.pages.sources import records
from crmbridge.web.board.visit import Page, Visit

TONES: dict[str, Tone] = {"met": "good", "missed": "bad"}
SAID = {
    "met": "is met",
    "missed": "is missed",
    "cannot tell yet": "cannot be told yet",
    "no deals yet": "has no deals yet",
}


def show(visit: Visit) -> Response:
    """Show the page."""

    def count() -> Shown:
        with visit.company.ledger.read() as tx:
            report = contribution_report(tx, scope(visit, by="month"))
        return Shown(reports=[report], answers=list(answers(report)))

    shown = visit.counted("contribution", count)
    return figures_page(
        visit,
        shown,
        title="Marketing's part in pipeline and revenue",
        link=linker(visit, RULES),
    )


def answers(report: Report) -> Iterator[Answer]:
    """Answer for each target whether it is met."""
    sheet = next((one for one in report.sheets if one.name == "targets"), None)
    if sheet is None:
        yield Answer(
            text="No target is agreed.",
            tone="wait",
            more="Both sides agree on one under [[target]] in agreement.toml, and sign it.",
        )
        return
    rows = records(sheet)
    for row in rows:
        yield _answer(sheet, row)
    if not rows:
        yield Answer(text="No target lies in these days.", tone="wait")


def _answer(sheet: Sheet, row: dict[str, Any]) -> Answer:
    def cell(name: str) -> str:
        return told(row[name], sheet.columns[sheet.index(name)])

    now = f"now {cell('share')}" if row["share"] is not None else "nothing counted yet"
    gap = cell("gap").removeprefix("-")
    side = "below" if row["gap"] is not None and row["gap"].minor < 0 else "above"
    return Answer(
        text=f"Target {cell('target')} {row['of']} of {row['measure'].lower()}: "
        f"{SAID.get(row['standing'], row['standing'])}.",
        tone=TONES.get(row["standing"], "wait"),
        more=f"From {cell('first')} to {cell('last')}: {now}, {gap} {side} what was agreed.",
    )


CONTRIBUTION = Page(name="contribution", title="Contribution", show=show, words=(WHOLE,))
