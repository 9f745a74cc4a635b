"""A page of figures: answers first, then the tables of one report or several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.responses import Response

from crmbridge.errors import ConfigError
from crmbridge.policy.totals.counted import STEP
from crmbridge.report.credit.scope import Scope
from crmbridge.report.frame.sheet import Report, Sheet
from crmbridge.report.text import source_words
from crmbridge.report.work.asked import Question
from crmbridge.report.work.days import Days
from crmbridge.report.work.hand_offs import hand_offs
from crmbridge.report.work.only import hand_offs_of
from crmbridge.store import totals
from crmbridge.store.table import Tx
from crmbridge.web.board.frame import Answer, Linker, arranged, has_charts, no_link, sheets_of
from crmbridge.web.board.visit import Visit

WHOLE = "whole"
"""The word of an address that names the table to show all rows of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is counted for a page: the answers, and the reports whose tables follow."""

    reports: Sequence[Report]
    answers: Sequence[Answer] = ()


def figures_page(
    visit: Visit,
    shown: Shown | None,
    *,
    title: str,
    intro: str = "",
    link: Linker = no_link,
    teams: bool = False,
    sources: Sequence[str] = (),
    tabs: Sequence[tuple[str, str, bool]] = (),
    template: str = "report.html.j2",
    **more: Any,
) -> Response:
    """Answer with a page of figures, or that they are being counted.

    `tabs` are parts of the page: a title, an address, and whether it is this one. `sources` are
    those to choose from, `more` what a template of the page's own shows.

    Raises:
        ConfigError: a source that no lead has is asked for.
    """
    choice = visit.teams() if teams else ()
    source = visit.query.word("source")
    if sources and source and source not in sources:
        raise ConfigError(f"No lead has the source {source!r}. Choose one from the list")
    if shown is None:
        same = {name: more[name] for name in ("periods",) if name in more}
        return visit.counting(
            title=title, intro=intro, teams=choice, tabs=tabs, sources=sources, **same
        )
    all_href = f"/c/{visit.company.name}/{visit.page.name}" + visit.query.but(whole="TABLE")
    all_href = all_href.replace("TABLE", "{}")
    sheets = [
        sheet
        for report in shown.reports
        for sheet in sheets_of(
            report,
            link,
            whole=visit.query.word(WHOLE),
            all_href=all_href,
            called=called(visit),
        )
    ]
    notes = dict.fromkeys(note for report in shown.reports for note in report.notes)
    words = {
        "title": title,
        "intro": intro,
        "answers": shown.answers,
        "sheets": sheets,
        "notes": list(notes),
        "charts": has_charts(sheets),
        "teams": choice,
        "tabs": tabs,
        "sources": sources,
    }
    return visit.render(template, words | more)


def sooner(sheet: Sheet, *names: str) -> Sheet:
    """The same table with what decides before the counts: right behind the first column."""
    rest = [one.name for one in sheet.columns if one.name not in names]
    known = [name for name in names if any(one.name == name for one in sheet.columns)]
    return arranged(sheet, [rest[0], *known, *rest[1:]]) if known else sheet


def all_sources(visit: Visit) -> list[str]:
    """The sources that any lead has, as reports show them."""
    with visit.company.ledger.read() as tx:
        found = totals.read(tx, STEP)
    return sorted({source_words(source) for _, _, source in found})


def called(visit: Visit) -> dict[str, dict[str, str]]:
    """What people call the teams and reps whose ids stand in reports."""
    teams = visit.company.teams
    reps = {one.id: one.name for one in teams.reps if one.name}
    return {
        "team": {one.id: one.name for one in teams.teams if one.name},
        **dict.fromkeys(("rep", "owner"), reps),
    }


def chosen(visit: Visit, tx: Tx) -> Scope:
    """The same as `scope`, of the hand-offs to the team and from the source that are chosen."""
    asked = question(visit)
    if not (asked.team or asked.source):
        return scope(visit)
    made = hand_offs(tx, visit.company.teams, Days(asked.zone)).all
    mine = frozenset(one.key for one in hand_offs_of(tx, made, asked))
    return replace(scope(visit), only=mine)


def scope(visit: Visit, *, by: str = "", compare: str = "") -> Scope:
    """What a report of the books is asked for on this page."""
    company = visit.company
    return Scope(
        company=company.name,
        agreement=company.agreement,
        currency=company.mapping.currency,
        exchange=company.exchange,
        zone=company.zone,
        today=company.now().astimezone(company.zone).date(),
        period=visit.period,
        by=by,
        compare=compare,
    )


LONG = 400
"""From so many days on, reports are cut by quarters instead of months."""


def long_cut(visit: Visit) -> str:
    """How a report that is cut by months is cut on this page: by quarters for many days."""
    period = visit.period
    if period.since is None:
        return "quarter"
    end = period.until or visit.company.now().astimezone(visit.company.zone).date()
    return "quarter" if (end - period.since).days > LONG else "month"


def question(visit: Visit, *, by: str = "") -> Question:
    """What a report of work is asked for on this page."""
    company = visit.company
    return Question(
        now=company.now(),
        zone=company.zone,
        period=visit.period,
        by=by,
        fiscal=company.agreement.attribution.fiscal_start,
        team=visit.query.team,
        source=visit.query.word("source"),
    )
