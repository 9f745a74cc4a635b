"""Needs attention: held work by cause, with advice, and what a person answers to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from crmbridge.flows.fit.advice import KINDS as CAUSES
from crmbridge.report.held import title, urgency
from crmbridge.report.text import many
from crmbridge.store import held
from crmbridge.store.held import Held
from crmbridge.store.table import Tx
from crmbridge.web.board.frame import Answer, clock
from crmbridge.web.board.pages.held_acts import done, sure_page, told
from crmbridge.web.board.pages.held_piece import detail_page
from crmbridge.web.board.people import Person, people
from crmbridge.web.board.prose import Piece, keys_of, prose
from crmbridge.web.board.visit import Page, Visit

FEW, MANY = 5, 50
"""Pieces that are shown of a cause among others, and on a page of its own."""
URGENT = 8
"""Kinds that are told in red: they keep an opt-out or a hand-off from its place, or all work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A piece of held work in a list: whose it is, since when, what to do where that differs."""

    href: str
    who: Person | None
    since: str
    times: int
    advice: list[Piece]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A kind of held work: how much of it, whom it is of, and what to do."""

    kind: str
    title: str
    count: str
    urgent: bool
    advice: list[Piece]
    rows: list[Row]
    more: str
    left_out: int


def show(visit: Visit) -> Response:
    """Show the page, or one piece; do first what was asked."""
    said = told(visit)
    refused = False
    if visit.form:
        if visit.form.get("act") == "ask":
            return sure_page(visit)
        came_to = done(visit)
        if isinstance(came_to, Response):
            return came_to
        said, refused = came_to, True
    if visit.rest and not refused:
        return detail_page(visit)
    kind = visit.query.word("kind")
    with visit.company.ledger.read() as tx:
        counts = held.counts(tx)
        wanted = [kind] if kind else sorted(counts, key=urgency)
        causes = [_cause(visit, tx, one, counts.get(one, 0), whole=bool(kind)) for one in wanted]
        first = held.oldest(tx)
    words = {
        "causes": [one for one in causes if one.rows],
        "answers": list(_answers(visit, counts, first)),
        "all_href": visit.to("attention") if kind else "",
    }
    return visit.render("attention.html.j2", words, told=said, status=409 if refused else 200)


def _answers(visit: Visit, counts: dict[str, int], first: datetime | None) -> Iterator[Answer]:
    if not counts:
        yield Answer(
            text="Nothing waits for a person.",
            tone="good",
            more="What crmbridge cannot decide, or what a system refuses, will stand here with "
            "what to do about it. All other work goes on meanwhile.",
        )
        return
    whole = sum(counts.values())
    since = (
        f" The oldest waits since {first.astimezone(visit.company.zone):%Y-%m-%d}." if first else ""
    )
    urgent = [one for one in sorted(counts, key=urgency) if urgency(one) < URGENT]
    verb = "needs" if whole == 1 else "need"
    yield Answer(
        text=f"{many(whole, 'item')} {verb} a person{_causes(counts)}.",
        tone="bad" if urgent else "wait",
        more=f"All other work goes on.{since}",
    )
    for kind in urgent:
        yield Answer(
            text=f"{title(kind)}: {counts[kind]:,}.",
            tone="bad",
            href=f"#{kind}",
            link="What to do",
        )


def _causes(counts: dict[str, int]) -> str:
    return f", for {len(counts)} different causes" if len(counts) > 1 else ""


def _cause(visit: Visit, tx: Tx, kind: str, count: int, *, whole: bool) -> Cause:
    rows = held.find(tx, kind=kind, limit=MANY if whole else FEW)
    who = people(visit, tx, (row.lead for row in rows))
    keys = keys_of(visit.company)
    said = {row.advice for row in rows}
    one_for_all = rows[0].advice if len(said) == 1 else ""
    shown = [_row(visit, row, who.get(row.lead), "" if one_for_all else row.advice) for row in rows]
    return Cause(
        kind=kind,
        title=title(kind),
        count=_count(kind, rows, count),
        urgent=urgency(kind) < URGENT,
        advice=prose(one_for_all, keys, operates=visit.session.operates),
        rows=shown,
        more="" if whole else visit.to("attention", kind=kind),
        left_out=count - len(rows),
    )


def _count(kind: str, rows: Sequence[Held], count: int) -> str:
    """How much it is: of a field or a write the leads that wait for it, else the pieces."""
    of_leads = sum(row.count for row in rows if not row.lead)
    if kind in CAUSES and of_leads and count == len(rows):
        return many(of_leads, "lead")
    return f"{count:,}"


def _row(visit: Visit, row: Held, who: Person | None, advice: str) -> Row:
    return Row(
        href=visit.to("attention", row.id),
        who=who,
        since=clock(row.first_at.astimezone(visit.company.zone)),
        times=row.count if row.lead else 1,
        advice=prose(advice, keys_of(visit.company), operates=visit.session.operates),
    )


ATTENTION = Page(name="attention", title="Needs attention", show=show, words=("kind",))
