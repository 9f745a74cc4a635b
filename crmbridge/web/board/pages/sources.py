"""Sources and campaigns: what became of their leads, what they cost, and which to stop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from crmbridge.report.credit.quality import campaigns_report, sources_report
from crmbridge.report.credit.stop import NOT_YET
from crmbridge.report.digest.week import WEEKS, Looked, of_week
from crmbridge.report.frame.period import Period
from crmbridge.report.frame.sheet import Report, Sheet
from crmbridge.report.frame.words import told
from crmbridge.store.table import Tx
from crmbridge.web.board.frame import Answer
from crmbridge.web.board.pages.figures import (
    WHOLE,
    Shown,
    all_sources,
    chosen,
    figures_page,
    scope,
    sooner,
)
from crmbridge.web.board.pages.links import CAMPAIGNS, linker
from crmbridge.web.board.pages.links import SOURCES as SOURCE_RULES
from crmbridge.web.board.visit import Page, Visit

ASKED = "What should we stop? "


def show(visit: Visit) -> Response:
    """Show the page."""
    of = "campaigns" if visit.query.word("of") == "campaigns" else "sources"
    rules = CAMPAIGNS if of == "campaigns" else SOURCE_RULES
    source = visit.query.word("source")

    def count() -> Shown:
        with visit.company.ledger.read() as tx:
            make = campaigns_report if of == "campaigns" else sources_report
            report = make(tx, chosen(visit, tx), visit.company.now())
            if source:
                whole = make(tx, scope(visit), visit.company.now())
                return Shown(reports=[_without_answer(report)], answers=_of_all(whole, source))
            found, longer = list(answers(report)), list(_longer(visit, tx, report, of))
            if longer:
                found = [*longer, *_in_short(found)]
        return Shown(reports=[_without_answer(report)], answers=found)

    return figures_page(
        visit,
        visit.counted(of, count, source=source),
        link=linker(visit, rules, source=source),
        teams=True,
        sources=all_sources(visit),
        title=f"What became of the leads of each {of.removesuffix('s')}",
        tabs=[
            ("Sources", visit.to("sources", source=source), of == "sources"),
            ("Campaigns", visit.to("sources", of="campaigns", source=source), of == "campaigns"),
        ],
    )


def answers(report: Report) -> Iterator[Answer]:
    """Answer what to stop, and on what that rests."""
    found = _asked(report)
    rows = records(report.sheets[0])
    stop = [row for row in rows if row["stop"]]
    tone = "bad" if stop else "wait" if NOT_YET in found else "good"
    more = " ".join(_why(report.sheets[0], row) + _spent(report, row) for row in stop)
    if stop:
        more += " People look at why before they stop anything; no figure tells a cause."
    yield Answer(text=found, tone=tone, more=more)  # type: ignore[arg-type]


def _of_all(report: Report, source: str) -> list[Answer]:
    """The verdict on all sources together: of one alone there is none."""
    return [
        replace(one, text=f"Of all sources, not of {source} alone: {_bare(one)}")
        for one in answers(report)
    ]


def _in_short(found: Iterable[Answer]) -> Iterator[Answer]:
    """What the chosen days have no verdict of, after longer ones that have."""
    for one in found:
        yield replace(one, text=f"In the chosen days alone: {_bare(one)}", tone="wait")


def _bare(one: Answer) -> str:
    told = one.text.removeprefix(ASKED)
    return told[:1].lower() + told[1:]


def _asked(report: Report) -> str:
    return next(note for note in report.notes if note.startswith(ASKED))


def _longer(visit: Visit, tx: Tx, report: Report, of: str) -> Iterator[Answer]:
    """Where the chosen days have no verdict, what the meeting's weeks say, or else all days."""
    if NOT_YET not in _asked(report) or visit.query.team:
        return  # other days would answer for all teams
    company, now = visit.company, visit.company.now()
    week = of_week(company, "")
    looked = Looked(company=company, tx=tx, week=week, told={}, now=now).scope(week, WEEKS)
    whole = replace(looked, period=Period())
    make = campaigns_report if of == "campaigns" else sources_report
    for asked in (looked, whole):
        if asked.period == visit.period:
            continue
        found = make(tx, asked, now)
        if NOT_YET in _asked(found):
            continue
        period = asked.period
        said = f"In the {WEEKS} weeks up to {period.last}" if period.last else "Of all days"
        for one in answers(found):
            yield replace(
                one,
                text=f"{said}: {one.text.removeprefix(ASKED)}",
                href=visit.to("sources", days=_days(period), of=of if of == "campaigns" else ""),
                link="See these days",
            )
        return


def _days(period: Period) -> str:
    return f"{period.since}..{period.last}" if period.since else "all"


def _why(sheet: Sheet, row: Mapping[str, Any]) -> str:
    name = row[sheet.columns[0].name]
    return (
        f"Of {row['decided']:,} leads of {name} that sales decided on, it accepted "
        f"{_cell(sheet, row, 'acceptance')}; against the rest: {_cell(sheet, row, 'difference')}."
    )


def _spent(report: Report, row: Mapping[str, Any]) -> str:
    """What it cost, and what its leads brought, where a cost is known."""
    money, first = report.sheets[1], report.sheets[1].columns[0].name
    mine = next((one for one in records(money) if one[first] == row[first]), None)
    if mine is None or mine["cost"] is None:
        return ""
    return (
        f" It cost {_cell(money, mine, 'cost')}, and its leads brought "
        f"{_cell(money, mine, 'revenue')} so far."
    )


def _cell(sheet: Sheet, row: Mapping[str, Any], name: str) -> str:
    return told(row[name], sheet.columns[sheet.index(name)])


def records(sheet: Sheet) -> list[dict[str, Any]]:
    """The rows of a table by the names of its columns."""
    names = [one.name for one in sheet.columns]
    return [dict(zip(names, row, strict=True)) for row in sheet.rows]


def _without_answer(report: Report) -> Report:
    return replace(
        report,
        notes=tuple(one for one in report.notes if not one.startswith(ASKED)),
        sheets=tuple(sooner(one, "stop", "verdict", "win_verdict") for one in report.sheets),
    )


SOURCES = Page(name="sources", title="Sources", show=show, words=("of", "source", WHOLE))
