"""From a figure of a table to the list of the leads, or deals, that it counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from crmbridge.report.frame.sheet import Column, Row, Sheet
from crmbridge.report.handoff import CAUSES
from crmbridge.report.work.came import BACK_STEP, STEPS
from crmbridge.report.work.cohorts import NEXT
from crmbridge.report.work.legs import LEGS
from crmbridge.web.board.frame import Linker
from crmbridge.web.board.pages.owners import mark_of
from crmbridge.web.board.visit import Visit

Words = Mapping[str, str]
Record = Mapping[str, Any]
Rule = Callable[[Record], Words]
"""The words of the list's address, by the cells of the row."""
Rules = Mapping[str, Mapping[str, Rule]]
"""By table, and by column."""
ALL = "all"
"""What a row of all of them is called."""


def linker(visit: Visit, rules: Rules, **always: str) -> Linker:
    """Lead from cells that count something to their list; `always` goes into each address that does
    not say otherwise."""

    def link(sheet: Sheet, row: Row, column: Column) -> str:
        rule = rules.get(sheet.name, {}).get(column.name)
        if rule is None or not row[sheet.index(column.name)]:
            return ""
        cells = {one.name: cell for one, cell in zip(sheet.columns, row, strict=True)}
        words = {name: text for name, text in {**always, **rule(cells)}.items() if text}
        return visit.to("leads", **words) if "what" in words else ""

    return link


def _quality(word: str) -> Rules:
    def rule(what: str) -> Rule:
        return lambda row: {"what": what, word: row[word]}

    return {
        "quality": {
            "pushed": rule("handed"),
            **dict.fromkeys(("decided", "acceptance"), rule("decided")),
            "returned": rule("returned"),
            "won": rule("won"),
            "win_rate": rule("ended"),
        },
        "money": {"revenue": rule("won"), "revenue_per_pushed": rule("handed")},
        "reasons": {"rejected": lambda row: {**rule("rejected")(row), "why": row["reason"]}},
    }


SOURCES, CAMPAIGNS = _quality("source"), _quality("campaign")


def _of_part(measure: str) -> Rule:
    return lambda row: {
        "what": "deals",
        "measure": measure,
        "definition": row["definition"],
        "share": row["part"],
    }


def _open(row: Record) -> Words:
    name = "" if str(row["currency"]).startswith("(") else row["currency"]
    return {"what": "open-deals", "currency": name}


CONTRIBUTION: Rules = {
    **{
        name: dict.fromkeys(("deals", "amount", "share", "share_of_deals"), _of_part(name))
        for name in ("revenue", "pipeline")
    },
    "open": {
        **dict.fromkeys(("deals", "amount", "at_home"), _open),
        "unpriced": lambda row: {**_open(row), "unpriced": "yes"},
    },
}


def _whose(row: Record) -> Words:
    """The team and the rep of a row, none of them for a row of all."""
    names = {"whose": row.get("team") or "", "rep": row.get("rep") or ""}
    return {name: "" if text == ALL else text for name, text in names.items()}


def _clock(what: str) -> Rule:
    return lambda row: {"what": what, "clock": row["clock"], **_whose(row)}


def _because(cause: str) -> Rule:
    return lambda row: {**_clock("breached")(row), "cause": cause}


_CLOCKS = {
    "handed": _clock("clocks"),
    **dict.fromkeys(("due", "share"), _clock("due")),
    "breached": _clock("breached"),
}
CLOCKS: Rules = {
    "teams": _CLOCKS,
    "reps": _CLOCKS,
    "causes": {(one.value or "unknown"): _because(words) for one, words in CAUSES.items()},
}


def _had(what: str) -> Rule:
    return lambda row: {"what": what, **_whose(row)}


def _closed(what: str) -> Rule:
    def words(row: Record) -> Words:
        owner = mark_of(row["owner"]) if row.get("owner") else ""
        return {
            **{"what": what, "product": row.get("product") or "", "owner": owner},
            **{"whose": row.get("team") or "", "days": row.get("part") or ""},
        }

    return words


def _owned(what: str) -> Rule:
    """Deals in a table of reps count for whoever owns them there."""

    def words(row: Record) -> Words:
        if not row.get("rep"):
            return {"what": what, "whose": row["team"]}
        return {"what": what, "owner": mark_of(row["rep"])}

    return words


def _leg(name: str) -> Rule:
    return lambda row: {"what": "handed-on", "leg": name, **_whose(row)}


_REPS = {
    "given": _had("had"),
    "accepted": _had("took"),
    "rejected": _had("gave-back"),
    **dict.fromkeys(("won", "revenue"), _owned("deals-won")),
    "lost": _owned("deals-lost"),
    "open": _had("open"),
    "breaches": _had("overdue"),
}
_DEALS = {
    **dict.fromkeys(("won", "amount"), _closed("deals-won")),
    "lost": _closed("deals-lost"),
}
REPS: Rules = {
    "teams": _REPS,
    "reps": _REPS,
    "handed_on": {name: _leg(name) for name in LEGS},
    **{f"deals_by_{one}": _DEALS for one in ("team", "owner", "product", "quarter")},
}

FAIRNESS: Rules = {
    "reps": {"given": _had("turns"), "undone": _had("undone")},
    "waits": {
        "leads": lambda row: {"what": "waited", "why": row["reason"]},
        "now": lambda row: {"what": "waiting", "why": row["reason"]},
    },
}


def _read(what: str) -> Rule:
    return lambda row: {"what": what, "content": row["content"]}


CONTENT: Rules = {
    "content": {
        "people": _read("touched"),
        "handed": _read("handed"),
        "accepted": _read("accepted"),
        "won": _read("won"),
    },
    "uncatalogued": {
        "people": lambda row: {"what": "touched-uncatalogued", "content": row["asset"]}
    },
    "meetings": {"people": lambda row: {"what": "met", "month": row["month"]}},
}


def _cohort(step: str, end: str) -> Rule:
    return lambda row: {"what": "cohort", "step": step, "end": end, "part": row["cohort"]}


def _came(step: str) -> Rule:
    return lambda row: {"what": "came", "step": step}


def _came_back(what: str) -> Rule:
    return lambda row: {"what": what, "why": row["reason"]}


LOOP: Rules = {
    "recycled": {"back": _came_back("back"), "went": _came_back("again")},
    "parts": {"back": lambda row: {"what": "back", "part": row["part"]}},
    "flows": {"leads": lambda row: {"what": "moved", "from": row["from"], "to": row["to"]}},
    "came": {step: _came(step) for step in (*STEPS, "won", BACK_STEP)},
    **{
        f"from_{step}": {
            "cycles": _cohort(step, ""),
            **{end: _cohort(step, end) for end in ("on", "back", "open")},
        }
        for step in NEXT
    },
}
"""Cells of the loop."""
