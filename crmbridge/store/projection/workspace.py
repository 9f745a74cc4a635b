"""The leads in hand during one transaction, changed by events that are kept with it."""

from __future__ import annotations

from datetime import datetime

from crmbridge.model.event import Event
from crmbridge.store import cursors, events
from crmbridge.store.projection.apply import RECORDS, apply, note_order
from crmbridge.store.projection.inventory import Inventory
from crmbridge.store.table import Tx


class Workspace(Inventory):
    """A unit of work over the ledger's projections.

    `emit` applies an event at once and keeps it; `flush` appends the events and writes every
    changed row, in the transaction that was given.
    """

    def __init__(self, tx: Tx) -> None:
        super().__init__(tx)
        self.pending: list[Event] = []
        self._seq: int | None = None
        self._keys: set[str] = set()
        self._marks: dict[str, tuple[datetime, str]] = {}

    def turn(self) -> int:
        """The number that the next entry will have: it tells two like entries apart."""
        if self._seq is None:
            self._seq = events.last_seq(self.tx)
        return self._seq + len(self.pending)

    def emit(self, event: Event) -> None:
        """Apply an event and keep it for `flush`; one whose key is kept already says nothing."""
        if event.key not in self._keys:
            self._keys.add(event.key)
            apply(self, event)
            self.pending.append(event)

    def due(self, lead: str, at: datetime, why: str) -> None:
        """Make a lead due for a decision; the earliest time counts."""
        known = self._marks.get(lead)
        if known is None or at < known[0]:
            self._marks[lead] = (at, why)

    def forget_due(self) -> None:
        """Make no lead due after all: history is being read, nobody waits for a decision."""
        self._marks = {}

    def flush(self) -> list[Event]:
        """Append the kept events and write every changed row; return the new events."""
        new = events.append(self.tx, self.pending)
        self._keys.clear()
        self.pending, self._seq = [], None
        for event in new:
            self.stamp(event)
        self.write_rows()
        cursors.mark(self.tx, [(lead, at, why) for lead, (at, why) in self._marks.items()])
        self._marks = {}
        return new

    def stamp(self, event: Event) -> None:
        """Note an event's number on its lead, and on the record that it tells of."""
        note_order(self, event)
        if event.lead and event.type not in RECORDS:
            held = self.lead(event.lead)
            held.state.rev = event.seq
            held.updated_at = event.recorded_at
            held.dirty = True
