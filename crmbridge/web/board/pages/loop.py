"""The loop: where leads that entered in a period went, how fast, and why some came back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from starlette.responses import Response

from crmbridge.policy.intervals import wilson
from crmbridge.report.frame.sheet import Estimate, Report, Sheet
from crmbridge.report.frame.words import interval
from crmbridge.report.reasons import reason_sheets
from crmbridge.report.text import age, many, reason_words
from crmbridge.report.work.asked import Question
from crmbridge.report.work.came import came_sheet
from crmbridge.report.work.cells import FEWER
from crmbridge.report.work.cohorts import cohort_sheets
from crmbridge.report.work.flows import Told, entered_in, flow_sheet, paths, told
from crmbridge.report.work.only import cycles_of
from crmbridge.store.table import Tx
from crmbridge.web.board.frame import Answer
from crmbridge.web.board.pages.figures import (
    WHOLE,
    Shown,
    all_sources,
    figures_page,
    long_cut,
    question,
)
from crmbridge.web.board.pages.links import LOOP, linker
from crmbridge.web.board.visit import Page, Visit

PARTS = {"": "Where leads go", "speed": "How fast", "back": "What comes back"}
MOST_REASONS = 3
"""Reasons that the first lines name."""


def show(visit: Visit) -> Response:
    """Show the page."""
    of = visit.query.word("of") if visit.query.word("of") in PARTS else ""
    source = visit.query.word("source")

    def count() -> Shown:
        with visit.company.ledger.read() as tx:
            return _MAKERS[of](visit, tx, question(visit))

    return figures_page(
        visit,
        visit.counted(f"loop {of}", count, source=source),
        title="The loop between marketing and sales",
        link=linker(visit, LOOP, source=source),
        teams=True,
        sources=all_sources(visit),
        tabs=[
            (title, visit.to("loop", of=name, source=source), name == of)
            for name, title in PARTS.items()
        ],
    )


def _flows(visit: Visit, tx: Tx, asked: Question) -> Shown:
    agreement = visit.company.agreement
    cycles = cycles_of(tx, visit.company.teams, asked)
    followed = paths(entered_in(cycles, asked), agreement)
    sheets = (flow_sheet(followed, cycles), came_sheet(cycles, agreement, asked))
    answers = list(_answers(visit, told(followed, asked.now)))
    return Shown(reports=[_report(visit, sheets)], answers=answers)


def _speed(visit: Visit, tx: Tx, asked: Question) -> Shown:
    agreement = visit.company.agreement
    cycles = cycles_of(tx, visit.company.teams, asked)
    sheets = tuple(cohort_sheets(cycles, agreement, replace(asked, by=long_cut(visit))))
    return Shown(reports=[_report(visit, sheets)], answers=list(_paces(sheets)))


def _back(visit: Visit, tx: Tx, asked: Question) -> Shown:
    company = visit.company
    asked = replace(asked, by=long_cut(visit))
    sheets, notes = reason_sheets(tx, company.agreement, company.teams, asked)
    shown = tuple(map(_plain, sheets))
    report = replace(_report(visit, shown), notes=notes)
    return Shown(reports=[report], answers=list(_why_back(shown[0])))


def _plain(sheet: Sheet) -> Sheet:
    """A table of reasons in people's words: no keys, and of versions their numbers alone."""
    words = {"reason": reason_words, "most": reason_words, "version": _number}
    tell = [words.get(one.name) for one in sheet.columns]
    rows = (
        tuple(
            say(cell) if say and isinstance(cell, str) else cell
            for say, cell in zip(tell, row, strict=True)
        )
        for row in sheet.rows
    )
    title = _DEFINITIONS if sheet.name == "definitions" else sheet.title
    return replace(sheet, rows=tuple(rows), title=title)


_DEFINITIONS = "Rejected because they do not fit or need nurture, by version of the definition"


def _number(version: str) -> str:
    return version.partition(":")[0]


_MAKERS = {"": _flows, "speed": _speed, "back": _back}


def _report(visit: Visit, sheets: tuple[Sheet, ...]) -> Report:
    return Report(name="loop", title="The loop", company=visit.company.name, sheets=sheets)


def _answers(visit: Visit, found: Told) -> Iterator[Answer]:
    if not found.entered:
        yield Answer(
            text="No lead became ready for sales in these days.",
            tone="wait",
            more="Choose other days, or look at who is ready, and who waits.",
            href=visit.to("leads"),
            link="Look at all leads",
        )
        return
    answered = f" Half were answered within {age(found.half)}." if found.half is not None else ""
    yield Answer(
        text=f"Of {many(found.handed, 'lead')} handed to sales, sales accepted {found.accepted:,}"
        f"{_share(found.accepted, found.handed)}.",
        more=f"{many(found.entered, 'lead')} became ready or went to sales in these days."
        f"{answered}",
    )
    back = found.back.total()
    if back:
        most = ", ".join(
            f"{reason_words(reason)} ({n:,})"
            for reason, n in sorted(found.back.items(), key=lambda it: (-it[1], it[0]))[
                :MOST_REASONS
            ]
        )
        yield Answer(
            text=f"{back:,} of these leads came back, most because of: {most}.",
            href=visit.to("loop", of="back"),
            link="See all reasons",
        )
    lost = found.entered - found.won - found.open - back
    rest = f" {many(lost, 'lead')} ended otherwise, such as by a lost deal." if lost > 0 else ""
    yield Answer(
        text=f"{found.won:,} of them are won, and {found.open:,} are still under way.{rest}",
        more="The table by step below counts what happened in these days, whenever a lead entered.",
    )


def _share(k: int, n: int) -> str:
    """A share with its interval, as far as the sample carries one."""
    if n < _FEW:
        return ""
    return f" ({interval(Estimate.of(k / n, wilson(k, n)))})"


_FEW = 10


def _paces(sheets: tuple[Sheet, ...]) -> Iterator[Answer]:
    """Answer for each step how long half took."""
    for sheet in sheets:
        if sheet.total is None:
            continue
        cells = dict(zip((one.name for one in sheet.columns), sheet.total, strict=True))
        half = "fewer than half have moved" if cells["median"] is None else _days(cells["median"])
        yield Answer(
            text=f"{sheet.title.split(',', 1)[0].capitalize()}: {half}.",
            more=f"Of {cells['cycles']:,} that came there, {cells['on']:,} went on, "
            f"{cells['back']:,} came back, and {cells['open']:,} are still there.",
        )
    if all(sheet.total is None for sheet in sheets):
        yield Answer(text="Nothing moved in these days.", tone="wait", more="Choose other days.")


def _days(median: object) -> str:
    if not median:
        return "half moved on or came back on the same day"
    days = int(str(median)) if isinstance(median, int) else round(float(str(median)))
    return f"half moved on or came back within {many(days, 'day')}"


def _why_back(sheet: Sheet) -> Iterator[Answer]:
    if not sheet.rows:
        yield Answer(text="Nothing came back from sales in these days.", tone="good")
        return
    names = [one.name for one in sheet.columns]
    first = dict(zip(names, sheet.rows[0], strict=True))
    whole = sum(int(str(row[names.index("back")])) for row in sheet.rows)
    yield Answer(
        text=f"{many(whole, 'lead')} came back; most often because of: {first['reason']} "
        f"({first['back']:,}).",
        more=f"Of those with this reason, {first['went']:,} went to sales again.",
    )
    missing = next((note for note in sheet.notes if note != FEWER), "")
    if missing:
        yield Answer(text=missing, tone="wait", more="Ask sales for a reason when it gives back.")


LOOP_PAGE = Page(name="loop", title="Loop", show=show, words=("of", "source", WHOLE))
