"""Compares what two definitions select with what became of it (R3.11 to R3.16)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence, Set
from math import ceil

from crmbridge.policy.backtest.history import History
from crmbridge.policy.backtest.report import Measure, Needs, Report, Side
from crmbridge.policy.intervals import (
    ENOUGH,
    Interval,
    mcnemar,
    pairs_needed,
    rate,
    sample,
    wilson,
)

LABELS = ("accepted", "opportunity", "won")
COVERAGE = (4, 5)
"""The part of the selected cycles whose outcome must be known for a verdict (R3.14, opinion)."""
ALPHA = 0.05
HOLDOUT = 10
"""One in so many of the cycles that only the new definition selects is handed as a test."""

FEWEST_PAIRS = 6
"""Cases that change side, all of one mind, at which McNemar's exact test first goes below 0.05."""

Selects = Collection[str] | Callable[[History], bool]


def compare(
    cycles: Iterable[History],
    first: Selects,
    second: Selects,
    names: tuple[str, str] = ("v3", "v4"),
) -> Report:
    """Compare two definitions over cycles; each is a set of the ids that it selects, or a test.

    Cycles of unknown outcome are never counted against anybody. Ids are listed in order.
    """
    rows = sorted(cycles, key=lambda one: one.id)
    one, two = (_chosen(rows, selects) for selects in (first, second))
    known = [row for row in rows if row.label("accepted") is not None]
    right = (_only_right(known, one, two), _only_right(known, two, one))
    only = (tuple(sorted(one - two)), tuple(sorted(two - one)))
    sides = (_side(names[0], rows, one), _side(names[1], rows, two))
    p = mcnemar(*right)
    needs = _needs(sides, right, len(known))
    return Report(
        sides=sides,
        both=len(one & two),
        only=only,
        neither=len(rows) - len(one | two),
        changed=(_changed(known, one - two), _changed(known, two - one)),
        right=right,
        p=p,
        winner=_winner(names, right, p, needs),
        needs=needs,
        holdout=ceil(len(only[1]) / HOLDOUT),
        cycles=len(rows),
        handed=sum(row.handed for row in rows),
        known=len(known),
        immature=sum(row.handed and not row.mature for row in rows),
    )


def _chosen(rows: Sequence[History], selects: Selects) -> Set[str]:
    if callable(selects):
        return {row.id for row in rows if selects(row)}
    wanted = frozenset(selects)
    return {row.id for row in rows if row.id in wanted}


def _side(name: str, rows: Sequence[History], chosen: Set[str]) -> Side:
    mine = [row for row in rows if row.id in chosen]
    # a deal counts once, however many of its people were selected
    deals = {
        deal: minor
        for row in mine
        if row.label("accepted") is not None
        for deal, minor in row.revenue.items()
    }
    measures = {label: _measure(label, rows, mine) for label in LABELS}
    return Side(name=name, measures=measures, revenue=sum(deals.values()))


def _measure(label: str, rows: Sequence[History], mine: Sequence[History]) -> Measure:
    told = [found for row in mine if (found := row.label(label)) is not None]
    hits, selected, known = sum(told), len(mine), len(told)
    everywhere = sum(row.label(label) is True for row in rows)
    unknown = selected - known
    bounds = Interval(hits / selected, (hits + unknown) / selected) if selected else None
    return Measure(
        selected=selected,
        known=known,
        positives=hits,
        precision=rate(hits, known),
        precision_ci=wilson(hits, known),
        bounds=bounds,
        coverage=rate(known, selected),
        recall=rate(hits, everywhere),
        recall_ci=wilson(hits, everywhere),
        sample=sample(known),
    )


def _only_right(known: Iterable[History], mine: Set[str], theirs: Set[str]) -> int:
    """Count the known cycles that one side judged right and the other did not."""
    return sum(
        (row.id in mine) is row.label("accepted") and (row.id in mine) is not (row.id in theirs)
        for row in known
    )


def _changed(known: Iterable[History], ids: Set[str]) -> tuple[int, int]:
    told = [row.label("accepted") for row in known if row.id in ids]
    return len(told), sum(one is True for one in told)


def _needs(sides: tuple[Side, Side], right: tuple[int, int], known: int) -> Needs:
    measures = [side.accepted for side in sides]
    part, whole = COVERAGE
    # where nobody who changes side has an outcome, the rates to come are not known either
    wanted = pairs_needed(*right, known) if any(right) else known + FEWEST_PAIRS
    return Needs(
        coverage=max(0, *(-(-one.selected * part // whole) - one.known for one in measures)),
        sample=max(0, *(ENOUGH - one.known for one in measures)),
        pairs=None if wanted is None else max(0, wanted - known),
    )


def _winner(names: tuple[str, str], right: tuple[int, int], p: float, needs: Needs) -> str:
    if p >= ALPHA or needs.coverage or needs.sample:
        return ""
    return names[0] if right[0] > right[1] else names[1]
