"""What the vendors know better than a backup that was put back: told before anything is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crmbridge.model.event import Event, Kind, looks
from crmbridge.model.payload import DealSeen, FirstSeen, OptedOut, RoleSeen, Suppressed, TouchSeen
from crmbridge.store import events
from crmbridge.store.live import restored
from crmbridge.store.table import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Newer:
    """A record that a vendor shows otherwise than the backup had it; fields are the vendor's."""

    record: str
    what: str
    fields: tuple[str, ...] = ()

    def row(self) -> dict[str, Any]:
        """As JSON's types."""
        return {"record": self.record, "what": self.what, "fields": list(self.fields)}


def newer(tx: Tx) -> list[Newer] | None:
    """Return what was read since a backup was put back; `None` when none was, or it is over.

    It is over when somebody has applied a plan. No value of a person is among it.
    """
    upto = restored(tx)
    if upto is None:
        return None
    found: list[Newer] = []
    others: Counter[str] = Counter()
    for entry in events.walk(tx, upto):
        if entry.kind is not Kind.OBSERVED:
            continue
        told = list(_of(entry))
        found += told
        if isinstance(touch := entry.payload, TouchSeen):
            others[f"touch ({touch.kind})"] += 1
        elif not told:
            others[entry.type.replace("_", " ")] += 1
    found += [Newer(record="", what=f"{n} more entries: {what}") for what, n in others.items()]
    return found


def _of(entry: Event) -> Iterator[Newer]:
    told = entry.payload
    for look in looks([entry]):
        first = isinstance(told, FirstSeen)
        what = "gone" if look.deleted else "not in the backup" if first else "changed"
        fields = () if first or look.deleted else tuple(sorted(look.raw or {}))
        yield Newer(record=str(look.ref), what=what, fields=fields)
        if look.opted_out:
            yield Newer(record=str(look.ref), what="opted out")
    if isinstance(told, OptedOut | Suppressed):
        yield Newer(record=entry.source, what="opted out")
    if isinstance(told, DealSeen):
        yield Newer(record=str(told.id), what=f"deal {told.state}")
    if isinstance(told, RoleSeen):
        what = "is on the deal" if told.live else "is no longer on the deal"
        yield Newer(record=str(told.person), what=f"{what} {told.deal}")
