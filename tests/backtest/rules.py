"""R3.12 to R3.14 as the rules say them, on the rows of the golden backtest."""

from __future__ import annotations

from typing import Any

from tests.intervals.rules import mcnemar, wilson

Json = dict[str, Any]


def known(row: Json, label: str) -> bool:
    """R3.12: a label exists only for a cycle that was handed and is mature."""
    return bool(row["handed"] and row["mature"]) and row[label] is not None


def six(number: Any) -> float:
    """Six decimals, as the cases print."""
    return round(float(number), 6)


def share(part: int, whole: int) -> float | None:
    """A rate, or nothing where there is nothing."""
    return six(part / whole) if whole else None


def measure(rows: list[Json], chosen: set[str], label: str) -> Json:
    """R3.13: precision, recall, coverage and bounds of one definition on one label."""
    picked = [row for row in rows if row["id"] in chosen]
    told = [row for row in picked if known(row, label)]
    hits = sum(1 for row in told if row[label])
    all_hits = sum(1 for row in rows if known(row, label) and row[label])
    unknown, n = len(picked) - len(told), len(picked)
    return {
        "selected": n,
        "selected_with_known_outcome": len(told),
        "coverage": share(len(told), n),
        "true_positive": hits,
        "precision": share(hits, len(told)),
        "precision_ci": [six(end) for end in wilson(hits, len(told))],
        "precision_bounds_all_unknown": [share(hits, n), share(hits + unknown, n)],
        "recall": share(hits, all_hits),
        "recall_ci": [six(end) for end in wilson(hits, all_hits)],
    }


def side(rows: list[Json], chosen: set[str], labels: tuple[str, ...]) -> Json:
    """All measures of one definition, and the revenue of what it selected and is known."""
    told = [row for row in rows if row["id"] in chosen and row["handed"] and row["mature"]]
    found: Json = {label: measure(rows, chosen, label) for label in labels}
    return found | {"revenue_minor": sum(row["revenue_minor"] for row in told)}


def paired(rows: list[Json], one: set[str], other: set[str]) -> tuple[int, int, float]:
    """Of the known cycles: where only one is right, only the other, and McNemar's p."""
    told = [row for row in rows if known(row, "accepted")]
    right = [
        [(row["id"] in chosen) == bool(row["accepted"]) for chosen in (one, other)] for row in told
    ]
    b = sum(1 for mine, yours in right if mine and not yours)
    c = sum(1 for mine, yours in right if yours and not mine)
    return b, c, float(mcnemar(b, c))


def better(p: float, coverages: list[float | None]) -> bool:
    """R3.14: whether anything may be said at all."""
    return p < 0.05 and all(cover is not None and cover >= 0.8 for cover in coverages)


def expected(rows: list[Json], one: set[str], other: set[str], labels: tuple[str, ...]) -> Json:
    """Everything that the golden backtest says, for two sets of selected cycles."""
    ids = [row["id"] for row in rows]
    b, c, p = paired(rows, one, other)
    told = {row["id"]: bool(row["accepted"]) for row in rows if known(row, "accepted")}
    handed = [row for row in rows if row["handed"]]
    return {
        "sides": [side(rows, one, labels), side(rows, other, labels)],
        "only": [
            [ident for ident in ids if ident in one - other],
            [ident for ident in ids if ident in other - one],
        ],
        "changed": [
            [sum(ident in told for ident in gone), sum(told.get(ident, False) for ident in gone)]
            for gone in (one - other, other - one)
        ],
        "both": len(one & other),
        "neither": len(set(ids) - one - other),
        "right": (b, c),
        "p": p,
        "population": {
            "cycles": len(rows),
            "handed": len(handed),
            "known": sum(1 for row in handed if row["mature"]),
            "immature": sum(1 for row in handed if not row["mature"]),
        },
    }
