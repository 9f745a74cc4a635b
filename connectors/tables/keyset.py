"""Follows a table by a column with the time of change: rows in the order (stamp, id).

A row shows up some time after its stamp: its transaction ends later, or another clock made it. So
each run begins that lag behind the beginning of the one before, and says again what it finds there.
Once the newest stamp that was seen is older than the lag, nothing can come in before it any more,
and the run begins behind it: a quiet table costs two empty queries, however many rows share a
stamp.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from crmbridge.errors import Refused, Unavailable
from crmbridge.model.record import Page

from .cursor import Place, instant_text, packed, read_cursor, unpacked, write_cursor
from .opened import Opened, Shape, bound
from .pages import page_of
from .stamps import end_of, reach_of, spelled

KIND = "keyset"
EMPTY, ROWS = "empty", "rows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Where a run stands. `mark` is when it began, `top` the last row of it or of those before.

    `phase` says what is being read: rows without a stamp, rows with one, or, between two runs,
    nothing. `at` is the last row of the phase. A run of rows begins at `low`: behind it where that
    has an id, with it where it has none, and with the first row where it is `None`.
    """

    mark: datetime
    top: Place | None = None
    phase: str = ""
    at: Place | None = None
    low: Place | None = None

    def text(self, kind: str) -> str:
        """Write for the ledger."""
        places = {"top": self.top, "at": self.at, "low": self.low}
        told = {
            name: [packed(one.at), packed(one.id)]
            for name, one in places.items()
            if one is not None
        }
        return write_cursor(kind, mark=instant_text(self.mark), phase=self.phase, **told)


def _kind(opened: Opened) -> str:
    """Whose a cursor is: of this very pair of columns."""
    return f"{KIND}:{opened.spec.stamp}:{opened.spec.key}"


def _parsed(told: Mapping[str, Any]) -> Run:
    places = {
        name: Place(at=unpacked(told[name][0]), id=unpacked(told[name][1]))
        for name in ("top", "at", "low")
        if name in told
    }
    return Run(mark=datetime.fromisoformat(told["mark"]), phase=told["phase"], **places)


def read(
    shape: Shape, since: str | None, size: int, now: datetime, back: timedelta
) -> Iterator[Page]:
    """Yield pages of what changed, oldest first; `back` is how far reads reach back at least."""
    opened = shape.opened
    kind = opened.kinds[opened.spec.stamp]
    if kind not in ("date", "datetime"):
        raise Refused(
            f"{opened.spec.obj}.{opened.spec.stamp} is no column of times, so it cannot be "
            "followed: name another as stamp, say its type in "
            f"tables.{opened.spec.obj}.types, or leave stamp out",
            code="BAD_STAMP",
        )
    run = read_cursor(_kind(opened), since, opened.spec.obj, _parsed) if since else Run(mark=now)
    if not run.phase:
        run = _begun(run, opened, now, back)
    yield from _walked(shape, run, size)


def _begun(last: Run, opened: Opened, now: datetime, back: timedelta) -> Run:
    """A run after the last one; the first reads everything."""
    spec, low = opened.spec, last.top
    if low is not None:
        start = last.mark - reach_of(low.at, spec, max(spec.lag, back))
        end = end_of(opened.kinds[spec.stamp], low.at, spec)
        if end is None or end > start:
            low = Place(at=spelled(start, low.at, spec, floor=True), id=None)
    phase = ROWS if opened.stamped else EMPTY
    return Run(mark=now, top=last.top, phase=phase, low=low)


def _walked(shape: Shape, run: Run, size: int) -> Iterator[Page]:
    while True:
        rows = _rows(shape, run, size + 1)
        more, rows = len(rows) > size, rows[:size]
        before, run = run, _after(shape, run, rows, more=more)
        if run.phase and run == before:
            raise Unavailable(
                f"{shape.opened.spec.obj}: one page again and again: stamps are finer than the "
                "driver gives them"
            )
        if rows or not run.phase:
            yield page_of(shape, rows, run.text(_kind(shape.opened)), more=bool(run.phase))
        if not run.phase:
            return


def _rows(shape: Shape, run: Run, most: int) -> list[Sequence[Any]]:
    """The next rows of a run, at most so many.

    Those of the last row's own stamp are asked for apart from those behind it: each question is
    then one look into an index on (stamp, id), however many rows share a stamp.
    """
    opened = shape.opened
    stamp, key = opened.columns[opened.spec.stamp], opened.key
    if run.phase == EMPTY:
        query = shape.query.where(stamp.is_(None), key.is_not(None))
        query = query.where(key > bound(run.at.id)) if run.at else query
        return list(opened.fetch(query.order_by(key).limit(most)))
    rows: list[Sequence[Any]] = []
    query, place = shape.query.where(key.is_not(None)), run.at or run.low
    if place is None:
        query = query.where(stamp.is_not(None))
    elif place.id is None:
        query = query.where(stamp >= bound(place.at))
    else:
        ties = query.where(stamp == bound(place.at), key > bound(place.id))
        rows += opened.fetch(ties.order_by(key).limit(most))
        query = query.where(stamp > bound(place.at))
    if len(rows) < most:
        rows += opened.fetch(query.order_by(stamp, key).limit(most - len(rows)))
    return rows


def _after(shape: Shape, run: Run, rows: Sequence[Sequence[Any]], *, more: bool) -> Run:
    """Where a run stands behind some rows; between two runs where nothing follows."""
    last = Place(at=shape.stamp(rows[-1]), id=rows[-1][0]) if rows else None
    if run.phase == EMPTY:
        return replace(run, at=last) if more else replace(run, phase=ROWS, at=None)
    run = replace(run, at=last or run.at, top=last or run.top)
    return run if more else Run(mark=run.mark, top=run.top)
