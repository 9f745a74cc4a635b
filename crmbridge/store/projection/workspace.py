"""The leads in hand during one transaction, changed by events that are kept with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from crmbridge.model.event import Event
from crmbridge.model.lead import Ref
from crmbridge.model.payload import FirstSeen, Step
from crmbridge.store import cursors, events, leads
from crmbridge.store.born import rows_of
from crmbridge.store.lean import FirstLook
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
        self._new: set[str] = set()
        self._heard: dict[int, Event | None] = {}
        self._last_words: list[Callable[[], None]] = []
        self._silent = False

    def turn(self) -> int:
        """The number that the next entry will have: it tells two like entries apart."""
        if self._seq is None:
            self._seq = events.last_seq(self.tx)
        return self._seq + len(self.pending)

    def emit(self, event: Event) -> None:
        """Apply an event and keep it for `flush`; one whose key is kept already says nothing."""
        if event.key in self._keys or self._happened(event):
            return
        if event.key:
            self._keys.add(event.key)
        apply(self, event)
        self.pending.append(event)

    def _happened(self, event: Event) -> bool:
        """Whether the ledger has this very step: `flush` would leave it out, so nobody sees it.

        Asked only where the lead has a step that is alike, for another entry may have told it.
        """
        told = event.payload
        if not isinstance(told, Step) or not event.key:
            return False
        alike = self.has_step(event.lead, told.happened(event.at))
        return alike and bool(events.known_keys(self.tx, [event.key]))

    def take_new(self, event: Event) -> None:
        """Keep the first look at somebody whom nobody knows, without applying it.

        Until `flush` nothing else of this transaction may ask for the lead, its record or its
        address. The rows are those that `emit` would have led to.
        """
        self._new.add(event.lead)
        self.pending.append(event)

    def nobodys(self, mark: str) -> bool:
        """Whether an address is of no lead and no touch that waits, and nobody opted out by it."""
        return not self.identity(mark) and mark not in self.suppressed and not self.orphans(mark)

    def first_look(self, ref: Ref) -> FirstSeen | None:
        """The first look at a record, while no later one was news; `None` where it cannot tell."""
        entry = self.ref(ref)
        if entry is None:
            return None
        self.load_first_looks([ref])
        first = entry.first or self._heard.get(entry.seen.heard)
        told = first.payload if first and first.type == FirstSeen.type else None
        return told if isinstance(told, FirstSeen) and told.ref == ref else None

    def load_first_looks(self, refs: Iterable[Ref]) -> None:
        """Load in bulk what was last heard of some records, for `first_look`."""
        found = (entry for ref in refs if (entry := self.ref(ref)) and not entry.first)
        missing = {one.seen.heard for one in found} - {0} - self._heard.keys()
        if missing:
            got = events.by_seqs(self.tx, sorted(missing))
            self._heard.update({seq: got.get(seq) for seq in missing})

    def due(self, lead: str, at: datetime, why: str) -> None:
        """Make a lead due for a decision; the earliest time counts."""
        known = self._marks.get(lead)
        if known is None or at < known[0]:
            self._marks[lead] = (at, why)

    def forget_due(self) -> None:
        """Make no lead due after all: history is being read, nobody waits for a decision."""
        self._marks, self._silent = {}, True

    def before_flush(self, say: Callable[[], None]) -> None:
        """Have something emitted once all other entries of the next `flush` are there."""
        self._last_words.append(say)

    def flush(self) -> list[Event]:
        """Append the kept events and write every changed row; return the new events."""
        words, self._last_words = self._last_words, []
        for say in words:
            say()
        new = events.append(self.tx, self.pending)
        self._keys.clear()
        self.pending, self._seq = [], None
        fresh = []
        for event in new:
            if event.lead in self._new and event.type == FirstSeen.type:
                fresh.append(event)
            else:
                self.stamp(event)
        if fresh:
            self._write_new(fresh)
        self.write_rows()
        if new and not self._silent:
            for lead in self.totals.shares.moved:
                self.due(lead, new[-1].recorded_at, "its part of a deal")
        self.totals.shares.moved.clear()
        cursors.mark(self.tx, [(lead, at, why) for lead, (at, why) in self._marks.items()])
        self._marks = {}
        return new

    def _write_new(self, entries: Sequence[Event]) -> None:
        """Write the rows of leads that one entry each says all of, and forget their absence."""
        made = [rows_of(one) for one in entries]
        refs = [Ref(system=row.system, obj=row.obj, id=row.id) for _, row, _ in made]
        for ref, (lead, _, _) in zip(refs, made, strict=True):
            if self.in_hand(lead.id, ref):  # two ways met that must not
                raise RuntimeError(f"{ref} was taken for unknown, and something else told of it")
        for one in entries:
            self.totals.new(one.content.source if isinstance(one.content, FirstLook) else None)
        leads.add(self.tx, [lead for lead, _, _ in made])
        leads.add(self.tx, [row for _, row, _ in made])
        leads.add(self.tx, [identity for _, _, identity in made if identity])
        for ref, (lead, _, identity) in zip(refs, made, strict=True):
            self.forget(lead.id, ref, identity)
        self._new.clear()

    def stamp(self, event: Event) -> None:
        """Note an event's number on its lead, and on the record that it tells of."""
        note_order(self, event)
        if event.lead and event.type not in RECORDS:
            held = self.lead(event.lead)
            held.state.rev = event.seq
            held.updated_at = event.recorded_at
            held.dirty = True
            if event.type == FirstSeen.type:
                held.first = event
