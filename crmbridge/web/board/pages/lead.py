"""A lead's page: who it is, where it stands and why, what would change it, and what happened."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import RedirectResponse, Response

from crmbridge.company import Company
from crmbridge.errors import CrmBridgeError, LedgerError
from crmbridge.flows.explain import explain
from crmbridge.flows.explain.consent import consent_told
from crmbridge.report.explain.consent import text as consent_text
from crmbridge.report.explain.definition import flip, steps
from crmbridge.report.explain.history import history
from crmbridge.report.explain.standing import short
from crmbridge.report.explain.whole import parts
from crmbridge.report.held import title as title_of
from crmbridge.report.text import capital, visible, when
from crmbridge.store import leads
from crmbridge.store.table import Tx
from crmbridge.web.board.frame import Answer, Tone
from crmbridge.web.board.people import NOBODY, Record, record
from crmbridge.web.board.visit import Visit
from crmbridge.web.board.wording import Line, Wording

PAGE = 50
"""Entries of the timeline on a page."""
LONG = 240
"""Characters of an entry that are shown at once; the rest is folded."""
ROUTINE = frozenset({"delivered", "settled"})
ROUTINE_TYPES = frozenset({"write", "scored"})
"""Entries about writes and scores, which the timeline shows only when they are asked for."""
SIDES: Mapping[str, str] = {"sales": "With sales", "marketing": "With marketing", "out": "Out"}
APART = ("Records", "Won deals", "Held for a person", "Ready for sales?")
"""Parts that the page shows by itself, not folded."""
_ID = re.compile(r"[0-9a-f]{32}")

Told = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the timeline; `rest` is folded."""

    at: str
    line: str
    rest: str = ""


def lead_page(visit: Visit) -> Response:
    """Show the lead whose id stands in the address."""
    ident = visit.rest
    company = visit.company
    with company.ledger.read() as tx:
        if not _ID.fullmatch(ident) or ident not in leads.get_many(tx, [ident]):
            return _nobody(visit)
        try:
            told = explain(company, tx, ident)
        except LedgerError:
            raise
        except CrmBridgeError:
            return _nobody(visit)
        if told["merged_into"]:
            return RedirectResponse(visit.to("leads", told["merged_into"]), 303)
        words = Wording(visit, told)
        page = _words(visit, told, words)
        page |= _consent(company, tx, ident, words)
        page |= _timeline(visit, history(tx, ident), words)
    return visit.render("lead.html.j2", page)


def _nobody(visit: Visit) -> Response:
    gone = {
        "title": "There is no such lead",
        "text": "It may have been erased, or the address is not whole. Search for it.",
        "back": visit.to("leads"),
    }
    return visit.render("message_here.html.j2", gone, status=404)


def _words(visit: Visit, told: Told, words: Wording) -> dict[str, Any]:
    who = told["who"]
    name = " ".join(one for one in (who["first_name"], who["last_name"]) if one)
    return {
        "title": visible(name or who["email"] or NOBODY),
        "about": [visible(one) for one in (who["title"], who["account"]) if one],
        "email": visible(who["email"]) if name else "",
        "stage": told["own_stage"]["name"] or told["stage"],
        "side": SIDES.get(told["side"], told["side"]),
        "answers": list(_answers(told, words)),
        "why": _why(told, words),
        "held": list(_held(visit, told, words)),
        "records": list(_records(visit, told)),
        "money": list(words.lines(parts(told)["Won deals"])),
        "folded": list(_folded(told, words)),
        "merged": [visible(one[:8]) for one in told["merged_from"]],
        "search": visit.to("leads"),
    }


def _answers(told: Told, words: Wording) -> Iterator[Answer]:
    """How it stands, in the sentences of the explanation."""
    first, *rest = [words.plain(one) for one in short(told) if "see below" not in one]
    yield Answer(text=first, tone=_tone(told), more=" ".join(rest))


def _tone(told: Told) -> Tone:
    if told["held"] or told["side"] == "out":
        return "bad" if told["held"] else ""
    if told["waiting"] or told["passing"]:
        return "wait"
    return "good" if told["side"] == "sales" or told["stage"] == "customer" else ""


def _why(told: Told, words: Wording) -> dict[str, Any]:
    """Why it is not with sales, or why it is ready, and what would change that."""
    ready = told["ready"]
    met = ready["result"] == "true"
    lines = list(words.lines(parts(told)["Ready for sales?"]))
    change = [words.plain(one) for one in steps(ready)] if ready["flip"]["possible"] else []
    return {
        "met": met,
        "result": ready["result"],
        "change": change,
        "none": "" if change else words.plain(flip(ready)),
        "estimate": ready["flip"]["estimate"],
        "criteria": lines,
    }


def _held(visit: Visit, told: Told, words: Wording) -> Iterator[dict[str, Any]]:
    for one in told["held"]:
        yield {
            "title": title_of(one["kind"]),
            "href": visit.to("attention", one["id"]),
            "advice": words.pieces(one["advice"]),
        }


def _records(visit: Visit, told: Told) -> Iterator[Record]:
    for one in told["records"]:
        more = [f"status {visible(one['status'])}"] if one["status"] else []
        more += ["gone"] if not one["live"] else []
        if one["converted_to"]:
            more.append(f"lives on as {record(visit, one['converted_to']).text}")
        yield record(visit, one["record"], ", ".join(more))


def _folded(told: Told, words: Wording) -> Iterator[tuple[str, list[Line]]]:
    for title, some in parts(told).items():
        lines = list(words.lines(some)) if title not in APART else []
        if lines:
            yield title, lines


def _consent(company: Company, tx: Tx, ident: str, words: Wording) -> dict[str, Any]:
    first, *rest = consent_text(consent_told(company, tx, ident))
    return {
        "opted_out": first.endswith("opted out") and not first.endswith("not opted out"),
        "consent": list(words.lines(rest)),
    }


def _timeline(visit: Visit, entries: Sequence[Told], words: Wording) -> dict[str, Any]:
    """A page of what happened, the newest first."""
    whole = visit.query.word("all") == "yes"
    shown = [one for one in reversed(entries) if whole or not _is_routine(one)]
    text = visit.query.word("p")
    last = max(1, -(-len(shown) // PAGE))
    page = min(last, max(1, int(text))) if text.isascii() and text.isdigit() else 1
    some = shown[(page - 1) * PAGE : page * PAGE]
    keep = {"all": "yes"} if whole else {}
    ident = visit.rest
    return {
        "entries": [_entry(one, words) for one in some],
        "page": page,
        "pages": last,
        "newer": visit.to("leads", ident, p=str(page - 1), **keep) if page > 1 else "",
        "older": visit.to("leads", ident, p=str(page + 1), **keep) if page < last else "",
        "whole": whole,
        "other": visit.to("leads", ident, **({} if whole else {"all": "yes"})),
        "left_out": len(entries) - len(shown),
    }


def _is_routine(one: Told) -> bool:
    return one["kind"] in ROUTINE or one["type"] in ROUTINE_TYPES


def _entry(one: Told, words: Wording) -> Entry:
    line, at = words.plain(one["line"]), words.plain(when(one["at"]))
    line = capital(line)
    if one["source"] == "dashboard":
        line += ", in the dashboard"
    if len(line) <= LONG:
        return Entry(at=at, line=line)
    return Entry(at=at, line=line[:LONG], rest=line[LONG:])
