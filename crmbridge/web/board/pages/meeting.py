"""The weekly half-hour of both sides: each open item, with a name against it."""

from __future__ import annotations

from starlette.responses import Response

from crmbridge.report.digest.meeting import meeting
from crmbridge.report.digest.week import of_week
from crmbridge.report.frame.sheet import Report
from crmbridge.report.text import many
from crmbridge.web.board.frame import Answer
from crmbridge.web.board.pages.figures import WHOLE, Shown, figures_page
from crmbridge.web.board.visit import Page, Visit

WEEK = "week"
"""The word of an address that names a week, as `2026-W13`; the newest whole one without it."""


def show(visit: Visit) -> Response:
    """Show the page."""
    company, named = visit.company, visit.query.word(WEEK)
    week = of_week(company, named)

    def count() -> Shown:
        with company.ledger.read() as tx:
            report = meeting(tx, company, week, company.now())
        return Shown(reports=[report], answers=[_answer(report)])

    return figures_page(
        visit,
        visit.counted("meeting", count, week=week.key),
        title=f"The half-hour of both sides, week {week.key}",
        periods=(),
    )


def _answer(report: Report) -> Answer:
    items = len(report.sheets[0].rows)
    if not items:
        return Answer(text="No open items: take the half-hour off.", tone="good")
    return Answer(
        text=f"{many(items, 'open item')}. Begin with the first.",
        tone="wait",
        more="Each has the name of the person who has it.",
    )


MEETING = Page(name="meeting", title="Meeting", show=show, words=(WEEK, WHOLE))
