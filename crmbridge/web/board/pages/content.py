"""Content: what is read before a win, what nobody touches, and what is in no catalogue."""

from __future__ import annotations

from collections.abc import Iterator

from starlette.responses import Response

from crmbridge.report.credit.content import content_report
from crmbridge.report.frame.sheet import Report, Sheet
from crmbridge.report.text import many
from crmbridge.web.board.frame import Answer
from crmbridge.web.board.pages.figures import WHOLE, Shown, all_sources, chosen, figures_page
from crmbridge.web.board.pages.links import CONTENT, linker
from crmbridge.web.board.pages.sources import records
from crmbridge.web.board.visit import Page, Visit

MOST_NAMED = 3
"""Pieces that the first lines name."""


def show(visit: Visit) -> Response:
    """Show the page."""
    source = visit.query.word("source")

    def count() -> Shown:
        with visit.company.ledger.read() as tx:
            report = content_report(tx, chosen(visit, tx), visit.company.now())
        return Shown(reports=[report], answers=list(answers(report)))

    return figures_page(
        visit,
        visit.counted("content", count, source=source),
        title="Content: whom it reaches, and what follows",
        link=linker(visit, CONTENT, source=source),
        teams=True,
        sources=all_sources(visit),
    )


def answers(report: Report) -> Iterator[Answer]:
    """Answer what was read before wins, what nobody touched, and what is uncatalogued."""
    sheets = {sheet.name: sheet for sheet in report.sheets}
    yield _before_wins(sheets["content"])
    yield from _better(sheets["content"])
    yield _quiet(sheets["quiet"])
    yield from _uncatalogued(sheets["uncatalogued"])


def _before_wins(sheet: Sheet) -> Answer:
    rows = sorted(records(sheet), key=lambda row: (-row["won"], row["content"]))
    won = [row for row in rows if row["won"]]
    if won:
        named = ", ".join(f"{row['content']} ({row['won']:,})" for row in won[:MOST_NAMED])
        return Answer(
            text=f"Read most by leads that are won: {named}.",
            more="Whoever reads much is keener anyway: that is no proof of a cause.",
        )
    if rows:
        return Answer(text="No lead that read anything is won yet.", tone="wait")
    return Answer(
        text="Nobody touched any content in these days.", tone="wait", more="Choose other days."
    )


def _better(sheet: Sheet) -> Iterator[Answer]:
    """What leads read that sales accepts more often, by more than chance explains."""
    found = [
        row for row in records(sheet) if row["difference"] is not None and row["difference"].low > 0
    ]
    if found:
        found.sort(key=lambda row: -row["difference"].value)
        named = ", ".join(row["content"] for row in found[:MOST_NAMED])
        yield Answer(text=f"Sales accepts leads more often that read: {named}.", tone="good")


def _quiet(sheet: Sheet) -> Answer:
    if not sheet.rows:
        return Answer(text=sheet.empty, tone="good")
    return Answer(
        text=f"Nobody touched {_pieces(sheet)} of the catalogue for 180 days: {_named(sheet)}.",
        tone="wait",
        href="#quiet",
        link="See which",
    )


def _uncatalogued(sheet: Sheet) -> Iterator[Answer]:
    if sheet.rows:
        verb = "is" if len(sheet.rows) == 1 else "are"
        yield Answer(
            text=f"{_pieces(sheet)} that people touched {verb} in no catalogue: {_named(sheet)}.",
            tone="wait",
            more="Add what is content of yours under [[content]] in agreement.toml.",
            href="#uncatalogued",
            link="See which",
        )


def _pieces(sheet: Sheet) -> str:
    return many(len(sheet.rows), "piece")


def _named(sheet: Sheet) -> str:
    names = ", ".join(str(row[0]) for row in sheet.rows[:MOST_NAMED])
    return names + (", and more" if len(sheet.rows) > MOST_NAMED else "")


CONTENT_PAGE = Page(name="content", title="Content", show=show, words=("source", WHOLE))
