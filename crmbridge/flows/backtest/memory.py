"""A workspace that knows only the entries it is shown: a past replayed without a ledger."""

from __future__ import annotations

from collections.abc import Iterable

from crmbridge.model.event import Event
from crmbridge.model.lead import Ref
from crmbridge.store.projection import Workspace
from crmbridge.store.projection.apply import apply

BOOKKEEPING = frozenset(
    {
        *("write", "sent", "done", "field_refused", "assigned", "unassigned", "waits"),
        *("routed", "scored", "credited", "activity", "absorbed", "correction", "nurtured"),
        "stage_entered",
    }
)
"""Types of entries that change no fact, touch or stage of a lead."""


class Memory(Workspace):
    """Replays a lead's entries with the ledger's own handlers; what was not shown does not exist.

    Entries about deals are of no lead, so it is shown none.
    """

    def replay(self, event: Event) -> None:
        """Show it an entry."""
        apply(self, event)

    def load_leads(self, ids: Iterable[str]) -> None:
        """Know no lead."""
        self._absent.update(one for one in ids if one not in self._leads)

    def load_refs(self, refs: Iterable[Ref]) -> None:
        """Know no record."""
        for ref in refs:
            self._refs.setdefault(ref, None)

    def load_refs_of(self, ids: Iterable[str]) -> None:
        """Know no record of any lead."""
        for one in ids:
            held = self.lead(one)
            if held.refs is None:
                held.refs = {}

    def load_identities(self, hashes: Iterable[str]) -> None:
        """Know no identity."""
        for one in hashes:
            self._identities.setdefault(one, "")

    def load_touches(self, ids: Iterable[str]) -> None:
        """Know no touch."""
        for one in ids:
            self._touches.setdefault(one, None)

    def load_touches_of(self, ids: Iterable[str]) -> None:
        """Know no touch of any lead."""
        for one in ids:
            self._touches_of.setdefault(one, [])

    def load_orphans(self, marks: Iterable[str]) -> None:
        """Know no touch of nobody."""
        for one in marks:
            self._orphans.setdefault(one, [])
