"""The marketing director's two questions, answered by the reports, each with its command."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crmbridge.report.frame.sheet import Sheet
from crmbridge.report.frame.words import told as in_words
from crmbridge.testing.reported import Reported, records, sheet

STOP, TARGET = "crmbridge report sources", "crmbridge report contribution"
FURTHER = (
    ("crmbridge report campaigns", "the same of each campaign, with what it cost"),
    ("crmbridge report attribution --of campaign", "the revenue by campaign, model beside model"),
    ("crmbridge report contribution --by month", "marketing's part as the months went"),
    ("crmbridge report content", "what was read before a hand-off, a meeting and a win"),
    ("crmbridge report reasons", "why leads came back, and whether it paid to send them again"),
    ("crmbridge report sources --html sources.html", "a report as a page with charts, to send on"),
)
_ANSWER = "What should we stop?"
_UNSAID = ("too few to say", "few: no verdict", "nothing to compare with")


def which_to_stop(told: Reported) -> Iterator[str]:
    """Yield the report's answer in sentences, and what it rests on."""
    yield next(note for note in told.sources.notes if note.startswith(_ANSWER))
    quality, money = sheet(told.sources, "quality"), sheet(told.sources, "money")
    by_source = {row["source"]: row for row in records(money)}
    rows = records(quality)
    for row in rows:
        if row["stop"]:
            yield _candidate(quality, row, money, by_source[row["source"]])
    if any(row["stop"] for row in rows):
        yield "Before anything is stopped, people look at why; no figure tells a cause."
        return
    unsaid = [row for row in rows if row["verdict"] in _UNSAID or row["win_verdict"] in _UNSAID]
    yield (
        f"Of {len(unsaid)} of the {len(rows)} sources too few leads were decided or ended for a "
        "verdict on both."
    )


def _candidate(quality: Sheet, row: dict[str, Any], money: Sheet, spent: dict[str, Any]) -> str:
    cost = ""
    if spent["cost"] is not None:
        cost = (
            f" They cost {_cell(money, spent, 'cost')} and brought "
            f"{_cell(money, spent, 'revenue')} so far."
        )
    return (
        f"Of the {row['decided']} leads of {row['source']} that sales decided on it accepted "
        f"{_cell(quality, row, 'acceptance')} (against the rest: "
        f"{_cell(quality, row, 'difference')}); of those that ended "
        f"{_cell(quality, row, 'win_rate')} were won.{cost}"
    )


def is_target_met(told: Reported) -> Iterator[str]:
    """Yield a sentence for each target: what was agreed, what it is now, and whether it is met."""
    targets = next((one for one in told.contribution.sheets if one.name == "targets"), None)
    rows = [] if targets is None else records(targets)
    if targets is None or not rows:
        yield "No target is agreed."
        return
    for row in rows:
        agreed = (
            f"{row['measure']}, {row['of']} by marketing, {row['first']} to {row['last']}: "
            f"{_cell(targets, row, 'target')} was agreed, and "
        )
        if row["share"] is None:
            yield agreed + "there is no deal yet."
            continue
        yield (
            f"{agreed}it is {_cell(targets, row, 'share')}. "
            f"Is it met? {str(row['standing']).capitalize()}."
        )


def _cell(table: Sheet, row: dict[str, Any], name: str) -> str:
    return in_words(row[name], table.columns[table.index(name)])
