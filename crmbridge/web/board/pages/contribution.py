"""Contribution: whether targets are met, and marketing's part in pipeline and revenue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from starlette.responses import Response

from crmbridge.model.money import Money
from crmbridge.report.credit.contribution import (
    CANNOT_TELL,
    MET,
    MET_SO_FAR,
    MISSED,
    NO_DEALS,
    NOT_SO_FAR,
    contribution_report,
)
from crmbridge.report.frame.sheet import Report, Sheet
from crmbridge.report.frame.words import money, told
from crmbridge.report.text import many
from crmbridge.web.board.frame import Answer, Tone
from crmbridge.web.board.pages.figures import WHOLE, Shown, figures_page, scope
from crmbridge.web.board.pages.links import CONTRIBUTION as RULES
from crmbridge.web.board.pages.links import linker
from crmbridge.web.board.pages.sources import records
from crmbridge.web.board.visit import Page, Visit

TONES: dict[str, Tone] = {MET: "good", MET_SO_FAR: "good", MISSED: "bad", NOT_SO_FAR: "bad"}
SAID = {
    MET: "is met",
    MET_SO_FAR: "is met so far",
    NOT_SO_FAR: "is not met so far",
    MISSED: "is missed",
    CANNOT_TELL: "cannot be told yet",
    NO_DEALS: "has no deals yet",
}
OF_ALL = (
    "These figures are of the whole company, as its targets are, so that no team and no source is "
    "chosen here. What each source brought is on Sources, what each team sold on Hand-off under "
    "Reps and teams."
)


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
        intro=OF_ALL,
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
    side = "below" if row["gap"].minor < 0 else "above"
    return Answer(
        text=f"Target {cell('target')} {row['of']} of {row['measure'].lower()}: "
        f"{SAID[row['standing']]}.",
        tone=TONES.get(row["standing"], "wait"),
        more=f"From {cell('first')} to {cell('last')}: {now}, {gap} {side} what was agreed."
        f"{_to_come(row)}",
    )


def _to_come(row: Mapping[str, Any]) -> str:
    """What the rest of a target's days can change, where anything of it was counted.

    With the sum s of marketing's deals, w of all and the target t, s / (w + x) is t once others
    bring x = (s - t w) / t more; (s + x) / (w + x) is t once marketing brings x = (t w - s) /
    (1 - t) more.
    """
    if not row["left"]:
        return ""
    days = f" {many(row['left'], 'day')} {'is' if row['left'] == 1 else 'are'} still to come"
    if row["share"] is None:
        return f"{days}."
    gap, target = row["gap"], row["target"]
    if gap.minor < 0:
        missing = _part(gap, -1 / (1 - target))
        return f"{days}: it is reached with {money(missing)} more from marketing, and none beside."
    room = _part(gap, 1 / target)
    return f"{days}: it is lost once other deals bring {money(room)} more, and marketing's none."


def _part(gap: Money, times: Decimal) -> Money:
    return Money(int((gap.minor * times).to_integral_value()), gap.currency)


CONTRIBUTION = Page(name="contribution", title="Contribution", show=show, words=(WHOLE,))
