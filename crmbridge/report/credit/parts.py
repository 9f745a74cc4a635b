"""What became of handed leads by week, month, quarter or year, and beside an earlier period."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from crmbridge.model.codec import moment
from crmbridge.policy.intervals import FEW, wilson
from crmbridge.report.credit.cohort import Cohort, Names, Tally, cohort, tallies
from crmbridge.report.credit.scope import Scope
from crmbridge.report.frame.sheet import Cell, Column, Estimate, Row, Sheet
from crmbridge.store.table import Tx

Shown = Callable[[str], str]
"""What people call it."""


def parts_of(
    tx: Tx, scope: Scope, found: Cohort, names: Names, shown: Shown, word: str, now: datetime
) -> Iterator[Sheet]:
    """Yield a table by the parts that are asked for, and one beside the earlier period.

    `found` are the cycles of the scope's period. Nothing for what nobody asked for.
    """
    if scope.by:
        yield _cut(scope, found, names, shown, word)
    if (before := scope.beside()) is not None:
        earlier = cohort(tx, replace(scope, period=before), now)
        yield _beside(scope, str(before), found, earlier, names, shown, word)


def _columns(scope: Scope) -> tuple[Column, ...]:
    return (
        Column(name="handed", title="Handed over", kind="count"),
        Column(name="acceptance", title="Accepted", kind="interval"),
        Column(name="won", title="Won", kind="count"),
        Column(name="revenue", title="Revenue of these leads", kind="money"),
    )


def _cells(scope: Scope, one: Tally) -> tuple[Cell | None, ...]:
    return one.pushed, _acceptance(one), one.won, scope.money(one.revenue)


def _acceptance(one: Tally) -> Estimate | None:
    """The share that sales accepted; below ten decided only counts are told (R3.16)."""
    decided = one.accepted + one.rejected
    if decided < FEW:
        return None
    return Estimate.of(one.accepted / decided, wilson(one.accepted, decided))


def _cut(scope: Scope, found: Cohort, names: Names, shown: Shown, word: str) -> Sheet:
    days = [moment(one.handed).astimezone(scope.zone).date() for one in found.cycles]
    rows: list[Row] = []
    for part in scope.buckets(min(days, default=None)):
        mine = [one for one, day in zip(found.cycles, days, strict=True) if day in part.period]
        by = tallies(replace(found, cycles=mine), names)
        rows += [(part.label, shown(name), *_cells(scope, by[name])) for name in _order(by)]
    return Sheet(
        name=f"by_{scope.by}",
        title=f"By {scope.by} of the hand-off",
        columns=(
            Column(name="period", title=scope.by.capitalize()),
            Column(name=word, title=word.capitalize()),
            *_columns(scope),
        ),
        rows=tuple(rows),
        empty="No lead was handed to sales in this period.",
    )


def _beside(
    scope: Scope,
    before: str,
    now: Cohort,
    earlier: Cohort,
    names: Names,
    shown: Shown,
    word: str,
) -> Sheet:
    here, there = (tallies(found, names) for found in (now, earlier))
    rows: list[Row] = []
    for name in _order({**there, **here}):
        for label, by in ((str(scope.period), here), (before, there)):
            rows.append((shown(name), label, *_cells(scope, by.get(name, Tally()))))
    return Sheet(
        name="compared",
        title="Compared",
        columns=(
            Column(name=word, title=word.capitalize()),
            Column(name="days", title="Handed over in"),
            *_columns(scope),
        ),
        rows=tuple(rows),
        empty="No lead was handed to sales in either period.",
        notes=("Leads of the later period had less time to be accepted and won.",),
    )


def _order(by: dict[str, Tally]) -> list[str]:
    return sorted(by, key=lambda one: (-by[one].pushed, one))
