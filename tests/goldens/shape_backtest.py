"""Reads the golden backtest: its rows, its two rules, and what it says of each."""

from __future__ import annotations

import operator
import re
from typing import Any

from crmbridge.policy.backtest import History, Measure, Report
from crmbridge.policy.intervals import Interval
from tests.goldens.shape import Json, only

LABELS = ("accepted", "opportunity", "won")
FILE = {"topic", "columns", "rules", "rows", "expect"}
EXPECT = {"sides", "mcnemar_accepted", "changed_side_known", "population"}
COLUMNS = {
    *("id", "letter", "engagement", "stage", "handed", "mature", "revenue_minor"),
    *LABELS,
}


def rows_of(doc: Json) -> list[Json]:
    """The rows by their columns, all parts of the file being known."""
    only(doc, FILE, "file")
    only(dict.fromkeys(doc["columns"]), COLUMNS, "columns")
    only(doc["expect"], EXPECT | set(doc["rules"]), "expect")
    return [dict(zip(doc["columns"], row, strict=True)) for row in doc["rows"]]


def history(row: Json) -> History:
    """A cycle of a case."""
    labels = {name: None if row[name] is None else bool(row[name]) for name in LABELS}
    return History(
        id=row["id"],
        handed=bool(row["handed"]),
        mature=bool(row["mature"]),
        revenue={row["id"]: row["revenue_minor"]},
        **labels,
    )


def selects(rule: str, row: Json) -> bool:
    """Read a rule of the file: `and`, `or`, brackets, `in a, b`, `>= n`."""
    said = re.sub(r"(\w+) in ([\w, ]+?)(?= and | or |\)|$)", lambda m: truth(among(row, m)), rule)
    said = re.sub(r"(\w+) >= ([\d.]+)", lambda m: truth(operator.ge(row[m[1]], float(m[2]))), said)
    flat = said.replace(" ", "")
    assert re.fullmatch(r"(?:[01()]|and|or)+", flat), f"the reader does not understand {rule!r}"
    return reduced(flat)


def among(row: Json, match: re.Match[str]) -> bool:
    """Whether a value is in the list of a rule."""
    return row[match[1]] in re.split(r", ?", match[2])


def truth(value: bool) -> str:
    """A truth as a digit."""
    return "1" if value else "0"


def reduced(said: str) -> bool:
    """The truth of a rule whose parts are digits."""
    while "(" in said:
        said = re.sub(r"\(([^()]*)\)", lambda m: truth(either(m[1])), said)
    return either(said)


def either(flat: str) -> bool:
    """The truth of digits joined by `and` and `or`."""
    return any("0" not in part.split("and") for part in flat.split("or"))


def shown(measure: Measure) -> Json:
    """A measure as the file writes it."""
    return {
        "selected": measure.selected,
        "selected_with_known_outcome": measure.known,
        "coverage": rounded(measure.coverage),
        "true_positive": measure.positives,
        "precision": rounded(measure.precision),
        "precision_ci": pair(measure.precision_ci),
        "precision_bounds_all_unknown": pair(measure.bounds),
        "recall": rounded(measure.recall),
        "recall_ci": pair(measure.recall_ci),
    }


def rounded(value: float | None) -> float | None:
    """Six decimals."""
    return None if value is None else round(value, 6)


def pair(interval: Interval | None) -> Any:
    """Both ends of an interval."""
    return None if interval is None else [rounded(interval.low), rounded(interval.high)]


def population(report: Report) -> Json:
    """How many cycles there are of each kind."""
    return {name: getattr(report, name) for name in ("cycles", "handed", "known", "immature")}
