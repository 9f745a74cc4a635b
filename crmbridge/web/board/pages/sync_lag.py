"""How far each reading of a system is, and whether that is as it should be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from crmbridge.flows.read.pull import CHANGES, DELETED
from crmbridge.flows.read.reconcile import RECONCILE, has_compared
from crmbridge.report.frame.sheet import Column, Row, Sheet
from crmbridge.report.text import age, many
from crmbridge.store import cursors
from crmbridge.store.cursors import Cursor
from crmbridge.store.table import Tx
from crmbridge.web.board.frame import Answer, clock
from crmbridge.web.board.people import system_name
from crmbridge.web.board.visit import Visit

READINGS: Mapping[str, str] = {
    CHANGES: "what changed",
    DELETED: "what was deleted",
    RECONCILE: "the comparison of all records",
}
"""Names of readings, in words."""
HOUR, DAY = 3600.0, 86_400.0
MOST: Mapping[str, float] = {CHANGES: 3 * HOUR, DELETED: 3 * HOUR, RECONCILE: 2 * DAY}
"""Seconds after which a reading is late. Some lists are read hourly, all records compared daily."""
FINE, LATE = "as it should be", "late"
NEVER = "nothing to compare: the system lists no such records whole"
"""Of what a system gives news alone, as the submissions of a form."""


def texts(*titles: str) -> tuple[Column, ...]:
    """Columns of text with these titles."""
    return tuple(Column(name=f"c{n}", title=one) for n, one in enumerate(titles))


def lag(visit: Visit, tx: Tx) -> tuple[Sheet, list[Answer]]:
    """How far each reading is, and a warning where some are late."""
    found = list(_rows(visit, tx, visit.company.now()))
    sheet = Sheet(
        name="lag",
        title="How far each reading is",
        columns=texts("System", "Records", "Reading", "Last moved", "Ago", "Is that right?"),
        rows=tuple(found),
        empty="Nothing was read yet: the first look begins once the daemon runs.",
    )
    late = sum(row[-1] == LATE for row in found)
    verb = "is" if late == 1 else "are"
    warning = Answer(
        text=f"{many(late, 'reading')} {verb} late.",
        tone="wait",
        more="The last table says which. Where a system is away, or the daemon stood still, they "
        "catch up by themselves.",
    )
    return sheet, [warning] if late else []


def _rows(visit: Visit, tx: Tx, now: datetime) -> Iterator[Row]:
    zone = visit.company.zone
    for one in cursors.all_cursors(tx):
        seconds = max(0.0, (now - one.updated_at).total_seconds())
        yield (
            system_name(visit, one.system),
            _records(visit, one.obj),
            READINGS.get(one.name, one.name.replace("_", " ")),
            clock(one.updated_at.astimezone(zone)),
            age(seconds),
            _is_right(one, seconds),
        )


def _records(visit: Visit, obj: str) -> str:
    """What is read; of a form its table of the mapping, for the form's own name is not known."""
    if not obj.startswith("form:"):
        return obj
    systems = (spec for _, spec in visit.company.mapping.systems())
    touches = (found for spec in systems for found in spec.touch.items())
    table = next((name for name, one in touches if one.object == obj), "")
    said = f", “{table}” in the mapping" if table else f" {obj.partition(':')[2][:8]}"
    return f"submissions of a form{said}"


def _is_right(one: Cursor, seconds: float) -> str:
    if seconds <= MOST.get(one.name, float("inf")):
        return FINE
    never = one.name == RECONCILE and not has_compared(one.position)
    return NEVER if never else LATE
