"""What one lead adds to the totals, as it is kept beside the lead until it changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass, replace
from typing import Any

from crmbridge.model.lifecycle.stage import TOMBSTONES
from crmbridge.model.record import Value
from crmbridge.policy.totals.stays import Stayed
from crmbridge.policy.totals.trip import BACK as BACK_BY
from crmbridge.policy.totals.trip import (
    ORDER,
    STEPS,
    WON,
    Trip,
    came_back,
    reached,
    reason_of,
    won_ones,
)

STAGE, WAITS, STEP, RETURNED, AGAIN, BACK = "stage", "waits", "step", "returned", "again", "back"
ADOPTED, ENDED, BETWEEN = "adopted", "ended", "between"
ON_TRACK, ENTERED = "on_track", "entered"
PART, ENTERED_PART = "part", "entered_part"
"""What is counted: see `Key`."""
EXPANDED = "x_"
"""Before the name of a count of cycles: those of expansion alone, which are in the other, too."""

Key = tuple[str, str, str]
"""What is counted, and by what.

`stage` by stage, `waits` by reason (leads in line), `step` by step and source (cycles that reached
it), `returned` by outcome and reason, `again` by reason (cycles that came back, of a lead that was
handed over in a later one), `back` by source, `ended` by the furthest step and outcome (cycles that
came back), `between` by outcome and reason (leads that a team gave back to the one that had handed
them on, in the same cycle), `adopted` by outcome and reason (cycles that were
under way or over at the first look, which count in none of the others; the outcome is empty while
one is open), `on_track` by track (leads that are on it), `entered` by track and by the day on which
a lead came on it, with the days until it was ready behind a space (stays on a track), `part` by id
(leads that are in a part of a stage, of the company's own), `entered_part` by id (the cycles in
which it was entered, adopted ones left out). The money of won deals is in `money`.
"""

NOT_LOOKED_AT = "not_looked_at"
"""Why a lead waits that no tick of the spigot has seen."""


@dataclass(frozen=True, slots=True)
class Way:
    """A cycle as it counts: `steps` are digits, places in `STEPS`; `outcome` is how it came back,
    empty for one that did not. One that was `adopted` has no steps, and the outcome that it has.
    `between` are outcome and reason of each return from a team to the one before; `expansion` is of
    cycles with a customer."""

    steps: str
    outcome: str = ""
    reason: str = ""
    again: bool = False
    adopted: bool = False
    between: tuple[tuple[str, str], ...] = ()
    expansion: bool = False


KNOWN = (Way("0"),)
"""The cycles of a lead of which nothing but that it is known has happened."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A lead as it counts: `waits` is why it is in line, empty for one that is not there; `deals`
    are those that its cycles list, `stays` those on nurture tracks. `part` is the part of its stage
    that it is in, empty for none, and `entered` are the parts that its cycles entered, one for each
    cycle."""

    stage: str = "known"
    source: str = ""
    waits: str = ""
    ways: tuple[Way, ...] = KNOWN
    deals: tuple[str, ...] = ()
    stays: tuple[Stayed, ...] = ()
    part: str = ""
    entered: tuple[str, ...] = ()

    def to_json(self) -> list[Any]:
        """Write as JSON's types; what is empty at the end is left out."""
        ways = None if self.ways == KNOWN else [_row(one) for one in self.ways]
        stays = [list(astuple(one)) for one in self.stays]
        row = [self.stage, self.source, self.waits, ways, list(self.deals), stays]
        row += [self.part, list(self.entered)]
        while len(row) > 1 and not row[-1]:
            row.pop()
        return row

    @classmethod
    def of(cls, row: Sequence[Any]) -> Counted:
        """Read back what `to_json` wrote."""
        stage, source, waits, ways, deals, stays, part, entered = (*row, *_NOTHING[len(row) :])
        if ways is None:
            ways = () if stage in TOMBSTONES else KNOWN
        else:
            ways = tuple(_read(one) for one in ways)
        stayed = tuple(Stayed(*one) for one in stays)
        return cls(stage, source, waits, ways, tuple(deals), stayed, part, tuple(entered))

    def totals(self) -> Counter[Key]:
        """What is added."""
        out: Counter[Key] = Counter({(STAGE, self.stage, ""): 1})
        if self.waits:
            out[WAITS, self.waits, ""] += 1
        if self.part:
            out[PART, self.part, ""] += 1
        for part in self.entered:
            out[ENTERED_PART, part, ""] += 1
        for way in self.ways:
            if way.adopted:
                out[ADOPTED, way.outcome, way.reason] += 1
                continue
            ways = _of_way(way, self.source)
            out.update(ways)
            if way.expansion:
                out.update({(EXPANDED + what, one, two): n for (what, one, two), n in ways.items()})
        for stay in self.stays:
            out[ENTERED, stay.track, f"{stay.day} {stay.ready}".strip()] += 1
            if stay.on:
                out[ON_TRACK, stay.track, ""] += 1
        return out


def _of_way(way: Way, source: str) -> Counter[Key]:
    """What one cycle adds."""
    out: Counter[Key] = Counter((STEP, STEPS[int(digit)], source) for digit in way.steps)
    if way.outcome:
        out[RETURNED, way.outcome, way.reason] += 1
        out[BACK, "", source] += 1
        out[ENDED, furthest(way), way.outcome] += 1
    for outcome, reason in way.between:
        out[BETWEEN, outcome, reason] += 1
    if way.again:
        out[AGAIN, "", way.reason] += 1
    return out


def furthest(way: Way) -> str:
    """The furthest step that a cycle reached."""
    return max((STEPS[int(one)] for one in way.steps), key=ORDER.index)


def source_of(value: Value) -> str:
    """A lead's source as it is counted, by the fact that names it; empty for none."""
    return str(value) if value else ""


_NOTHING: tuple[Any, ...] = ("", "", "", None, (), (), "", ())


def _read(row: Sequence[Any]) -> Way:
    between = tuple((outcome, reason) for outcome, reason in (row[5] if len(row) > 5 else ()))
    return replace(Way(*row[:5]), between=between, expansion=len(row) > 6 and bool(row[6]))


def _row(way: Way) -> list[Any]:
    row: list[Any] = [way.steps, way.outcome, way.reason, way.again, way.adopted]
    row += [[list(one) for one in way.between], way.expansion]
    while len(row) > 1 and not row[-1]:
        row.pop()
    return row


def counted(
    stage: str,
    source: str,
    waits: str,
    trips: Sequence[Trip],
    won: Collection[str],
    stays: Sequence[Stayed] = (),
    part: str = "",
    parts: Sequence[Sequence[Any]] = (),
) -> Counted:
    """Return how a lead counts; `trips` are its cycles that stand, in order, `won` the deals that
    stand as won, of those in them, and `stays` those on nurture tracks. `part` is the part of its
    stage that it is in, `parts` are those that it entered, each as cycle and id.

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
        tuple(stays),
        part,
        tuple(ident for n, ident in parts if n in own),
    )


def _way(trip: Trip, *, won: bool, last_handed: int) -> Way:
    if trip.data["kind"] == ADOPTED:
        outcome = WON if won else trip.outcome
        return Way("", outcome, reason_of(trip) if outcome in BACK_BY else "", adopted=True)
    far = reached(trip, won=won)
    steps = "".join(str(place) for place, step in enumerate(STEPS) if step in far)
    between = tuple((outcome, reason) for outcome, reason in trip.data.get("given_back", ()))
    way = Way(steps, between=between, expansion=bool(trip.data.get("expansion")))
    if not came_back(trip, won=won):
        return way
    return replace(way, outcome=trip.outcome, reason=reason_of(trip), again=last_handed > trip.n)
