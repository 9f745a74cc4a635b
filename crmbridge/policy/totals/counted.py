"""What one lead adds to the totals, as it is kept beside the lead until it changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from crmbridge.model.lifecycle.stage import TOMBSTONES
from crmbridge.model.record import Value
from crmbridge.policy.totals.trip import BACK as BACK_BY
from crmbridge.policy.totals.trip import (
    STEPS,
    WON,
    Trip,
    came_back,
    reached,
    reason_of,
    won_ones,
)

STAGE, WAITS, STEP, RETURNED, AGAIN, BACK = "stage", "waits", "step", "returned", "again", "back"
ADOPTED = "adopted"
PART, ENTERED = "part", "entered"
"""What is counted: see `Key`."""

Key = tuple[str, str, str]
"""What is counted, and by what.

`stage` by stage, `waits` by reason (leads in line), `step` by step and source (cycles that reached
it), `returned` by outcome and reason, `again` by reason (cycles that came back, of a lead that was
handed over in a later one), `back` by source, `adopted` by outcome and reason (cycles that were
under way or over at the first look, which count in none of the others; the outcome is empty while
one is open). `part` counts by id the leads that are in a part of a stage, of the company's own,
`entered` the cycles in which it was entered, adopted ones left out. The money of won deals is in
`money`.
"""

NOT_LOOKED_AT = "not_looked_at"
"""Why a lead waits that no tick of the spigot has seen."""


@dataclass(frozen=True, slots=True)
class Way:
    """A cycle as it counts: `steps` are digits, places in `STEPS`; `outcome` is how it came back,
    empty for one that did not. One that was `adopted` has no steps, and the outcome that it has."""

    steps: str
    outcome: str = ""
    reason: str = ""
    again: bool = False
    adopted: bool = False


KNOWN = (Way("0"),)
"""The cycles of a lead of which nothing but that it is known has happened."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A lead as it counts: `waits` is why it is in line, empty for one that is not there; `deals`
    are those that its cycles list. `part` is the part of its stage that it is in, empty for none,
    and `entered` are the parts that its cycles entered, one for each cycle."""

    stage: str = "known"
    source: str = ""
    waits: str = ""
    ways: tuple[Way, ...] = KNOWN
    deals: tuple[str, ...] = ()
    part: str = ""
    entered: tuple[str, ...] = ()

    def to_json(self) -> list[Any]:
        """Write as JSON's types; what is empty at the end is left out."""
        ways = None if self.ways == KNOWN else [_row(one) for one in self.ways]
        row = [self.stage, self.source, self.waits, ways, list(self.deals)]
        row += [self.part, list(self.entered)]
        while len(row) > 1 and not row[-1]:
            row.pop()
        return row

    @classmethod
    def of(cls, row: Sequence[Any]) -> Counted:
        """Read back what `to_json` wrote."""
        stage, source, waits, ways, deals, part, entered = (*row, *_NOTHING[len(row) :])
        if ways is None:
            ways = () if stage in TOMBSTONES else KNOWN
        else:
            ways = tuple(Way(*one) for one in ways)
        return cls(stage, source, waits, ways, tuple(deals), part, tuple(entered))

    def totals(self) -> Counter[Key]:
        """What is added."""
        out: Counter[Key] = Counter({(STAGE, self.stage, ""): 1})
        if self.waits:
            out[WAITS, self.waits, ""] += 1
        if self.part:
            out[PART, self.part, ""] += 1
        for part in self.entered:
            out[ENTERED, part, ""] += 1
        for way in self.ways:
            if way.adopted:
                out[ADOPTED, way.outcome, way.reason] += 1
                continue
            for digit in way.steps:
                out[STEP, STEPS[int(digit)], self.source] += 1
            if way.outcome:
                out[RETURNED, way.outcome, way.reason] += 1
                out[BACK, "", self.source] += 1
            if way.again:
                out[AGAIN, "", way.reason] += 1
        return out


def source_of(value: Value) -> str:
    """A lead's source as it is counted, by the fact that names it; empty for none."""
    return str(value) if value else ""


_NOTHING: tuple[Any, ...] = ("", "", "", None, (), "", ())


def _row(way: Way) -> list[Any]:
    row: list[Any] = [way.steps, way.outcome, way.reason, way.again, way.adopted]
    while len(row) > 1 and not row[-1]:
        row.pop()
    return row


def counted(
    stage: str,
    source: str,
    waits: str,
    trips: Sequence[Trip],
    won: Collection[str],
    part: str = "",
    parts: Sequence[Sequence[Any]] = (),
) -> Counted:
    """Return how a lead counts; `trips` are its cycles that stand, in order, and `won` the deals
    that stand as won, of those in them. `part` is the part of its stage that it is in, `parts` are
    those that it entered, each as cycle and id.

    A lead that was merged away or erased counts in its stage alone: the survivor has its cycles.
    """
    if stage in TOMBSTONES:
        return Counted(stage, ways=())
    wins = won_ones(trips, won)
    own = {one.n for one in trips if one.data["kind"] != ADOPTED}
    last = max((one.n for one in trips if "handed" in one.data["effective"]), default=0)
    return Counted(
        stage,
        source,
        waits,
        tuple(_way(one, won=one.n in wins, last_handed=last) for one in trips),
        tuple(sorted({deal for one in trips for deal in one.data["deals"]})),
        part,
        tuple(ident for n, ident in parts if n in own),
    )


def _way(trip: Trip, *, won: bool, last_handed: int) -> Way:
    if trip.data["kind"] == ADOPTED:
        outcome = WON if won else trip.outcome
        return Way("", outcome, reason_of(trip) if outcome in BACK_BY else "", adopted=True)
    far = reached(trip, won=won)
    steps = "".join(str(place) for place, step in enumerate(STEPS) if step in far)
    if not came_back(trip, won=won):
        return Way(steps)
    return Way(steps, trip.outcome, reason_of(trip), last_handed > trip.n)
