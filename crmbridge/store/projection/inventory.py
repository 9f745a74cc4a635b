"""The rows of the standing view in hand: loaded on demand, changed in memory, written at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from crmbridge.model.event import Event
from crmbridge.model.evidence import Evidence
from crmbridge.model.lead import Ref
from crmbridge.model.lifecycle import Lifecycle
from crmbridge.model.state import Happened, LeadState
from crmbridge.policy.totals.counted import Counted
from crmbridge.store import accounts, born, leads, queue, trail
from crmbridge.store.projection.books import Books
from crmbridge.store.projection.deals import Deals
from crmbridge.store.projection.kept import Kept
from crmbridge.store.projection.shapes import (
    RefEntry,
    account_row,
    cycle_rows,
    entry_of,
    fold_life,
    lead_row,
    ref_row,
    state_of,
)
from crmbridge.store.projection.suppressed import Suppressed
from crmbridge.store.projection.totals import Totals, counted_in
from crmbridge.store.rows import AccountRow, IdentityRow, TouchRow, UserRow
from crmbridge.store.table import Tx

_STEP = attrgetter(
    *("at", "type", "reason", "deal", "kind", "out", "stage", "outcome", "system"),
    *("team", "rep", "back"),
)
"""All that a step says."""


@dataclass(slots=True, kw_only=True)
class _Held:
    """A lead in hand, and what is derived from it."""

    state: LeadState
    updated_at: datetime | None = None
    lifecycle: Lifecycle | None = None
    dirty: bool = False
    refs: dict[Ref, RefEntry] | None = None
    first: Event | None = None
    """The entry of its first look, where that says all of it or was written just now."""
    steps: set[tuple[Any, ...]] | None = None
    """The steps of its life, once somebody asks for one."""
    counted: Counted | None = None
    """How it counts in the totals; `None` for a lead that was not there."""


class Inventory:
    """The projections of one transaction, as the handlers of events see and change them.

    Reading loads what is missing, one statement a miss: call the `load_…` methods first for a
    whole page. `write_rows` writes every changed row, in the transaction that was given.
    """

    def __init__(self, tx: Tx) -> None:
        self.tx = tx
        self._leads: dict[str, _Held] = {}
        self._absent: set[str] = set()
        self._refs: dict[Ref, RefEntry | None] = {}
        self._dirty_refs: dict[Ref, RefEntry] = {}
        self.suppressed = Suppressed(tx)
        self._identities: dict[str, str] = {}
        self._dirty_identities: set[str] = set()
        self._touches: dict[str, TouchRow | None] = {}
        self._dirty_touches: set[str] = set()
        self._changed_touches: set[str] = set()
        self._touches_of: dict[str, list[TouchRow]] = {}
        self._orphans: dict[str, list[TouchRow]] = {}
        self._users: dict[str, UserRow] = {}
        self.books = Books(tx)
        self.totals = Totals(tx, self, self.books)
        self.kept = Kept(tx, self.totals.shares.accounts, self.books.worked)
        self.deals = Deals(tx, self.totals)
        self._workers: dict[str, list[AccountRow]] = {}

    # loading

    def load_leads(self, ids: Iterable[str]) -> None:
        """Load leads in bulk; unknown ids are ignored."""
        missing = [
            one
            for one in dict.fromkeys(ids)
            if one and one not in self._leads and one not in self._absent
        ]
        if not missing:
            return
        found = leads.kept(self.tx, missing)
        firsts = born.firsts(self.tx, leads=found.values())
        for ident, row in found.items():
            state = state_of(row, firsts)
            self._leads[ident] = _Held(
                state=state,
                updated_at=row.updated_at,
                first=firsts.get(row.rev) if row.state is None else None,
                counted=counted_in(row, state),
            )
        self._absent.update(one for one in missing if one not in found)

    def load_refs(self, refs: Iterable[Ref]) -> None:
        """Load vendor records in bulk, and the leads that they belong to."""
        missing = sorted({ref for ref in refs if ref not in self._refs})
        for (system, obj), group in groupby(missing, key=lambda ref: (ref.system, ref.obj)):
            wanted = list(group)
            found = leads.kept_refs(self.tx, system, obj, [ref.id for ref in wanted])
            firsts = born.firsts(self.tx, refs=found.values())
            for ref in wanted:
                row = found.get(ref.id)
                self._refs[ref] = entry_of(row, firsts) if row else None
        self.load_leads(entry.lead for ref in missing if (entry := self._refs[ref]) and entry.lead)

    def load_refs_of(self, ids: Iterable[str]) -> None:
        """Load all vendor records of some leads in bulk."""
        wanted = [one for one in dict.fromkeys(ids) if one and self.lead(one).refs is None]
        if not wanted:
            return
        found = leads.kept_refs_of(self.tx, [one.id for one in map(self.state, wanted)])
        firsts = born.firsts(self.tx, refs=[row for rows in found.values() for row in rows])
        for ident in wanted:
            mine: dict[Ref, RefEntry] = {}
            for row in found.get(ident, []):
                ref = Ref(system=row.system, obj=row.obj, id=row.id)
                if ref not in self._refs:
                    self._refs[ref] = entry_of(row, firsts)
                if (entry := self._refs[ref]) and entry.lead == ident:
                    mine[ref] = entry
            for ref, entry in self._dirty_refs.items():
                if entry.lead == ident:
                    mine[ref] = entry
            self._leads[ident].refs = mine

    def load_identities(self, hashes: Iterable[str]) -> None:
        """Load identities in bulk, and the leads that they belong to."""
        missing = [one for one in dict.fromkeys(hashes) if one and one not in self._identities]
        if not missing:
            return
        found = leads.by_identity(self.tx, missing)
        self._identities.update({one: found.get(one, "") for one in missing})
        self.load_leads(found.values())

    def load_touches(self, ids: Iterable[str]) -> None:
        """Load touches in bulk."""
        missing = [one for one in dict.fromkeys(ids) if one not in self._touches]
        if not missing:
            return
        found = trail.get_touches(self.tx, missing)
        self._touches.update({one: found.get(one) for one in missing})

    def load_workers(self, marks: Iterable[str]) -> None:
        """Load in bulk who works some accounts, as `workers` tells it."""
        missing = [one for one in dict.fromkeys(marks) if one and one not in self._workers]
        found = accounts.workers(self.tx, missing) if missing else {}
        self._workers.update({one: found.get(one, []) for one in missing})

    def forget(self, lead: str, ref: Ref, identity: IdentityRow | None) -> None:
        """Forget that a lead, its record and its address were not there: they are now."""
        self._absent.discard(lead)
        self._refs.pop(ref, None)
        if identity is not None:
            self._identities.pop(identity.hash, None)

    def in_hand(self, lead: str, ref: Ref) -> bool:
        """Whether a lead or a record was made or changed in this transaction."""
        return lead in self._leads or ref in self._dirty_refs

    # reading

    def has(self, lead: str) -> bool:
        """Whether a lead exists."""
        self.load_leads([lead])
        return lead in self._leads

    def lead(self, lead: str) -> _Held:
        """A lead in hand; a new one when it does not exist yet."""
        if lead not in self._leads:
            self.load_leads([lead])
        if lead not in self._leads:
            self._absent.discard(lead)
            self._leads[lead] = _Held(state=LeadState(id=lead), refs={})
        return self._leads[lead]

    def state(self, lead: str) -> LeadState:
        """A lead's standing view; change it only through events."""
        return self.lead(lead).state

    def lifecycle(self, lead: str) -> Lifecycle:
        """A lead's lifecycle, folded from its events."""
        held = self.lead(lead)
        if held.lifecycle is None:
            held.lifecycle = fold_life(held.state.life)
        return held.lifecycle

    def ref(self, ref: Ref) -> RefEntry | None:
        """A vendor record that the ledger knows; `None` for one never seen."""
        if ref not in self._refs:
            self.load_refs([ref])
        return self._refs[ref]

    def refs(self, lead: str) -> list[RefEntry]:
        """All vendor records of a lead, dead ones too, in a fixed order."""
        if self.lead(lead).refs is None:
            self.load_refs_of([lead])
        mine = self._leads[lead].refs or {}
        return [mine[ref] for ref in sorted(mine)]

    def identity(self, mark: str) -> str:
        """The lead that an identity's hash belongs to; empty when it belongs to none."""
        if mark not in self._identities:
            self.load_identities([mark])
        return self._identities[mark]

    def touch(self, ident: str) -> TouchRow | None:
        """A touch by its id; `None` when it was never seen."""
        if ident not in self._touches:
            self.load_touches([ident])
        return self._touches[ident]

    def touches_from(self, ref: str) -> list[TouchRow]:
        """The touches that stand in one vendor record, as they are now."""
        return [row for one in trail.touches_from(self.tx, [ref]) if (row := self.touch(one.id))]

    def touches(self, lead: str) -> list[TouchRow]:
        """A lead's touches by time, those of this transaction too."""
        self.load_touches_of([lead])
        rows = {row.id: row for row in self._touches_of[lead]}
        for ident in self._changed_touches:
            rows.pop(ident, None)
            if (row := self._touches[ident]) and row.lead == lead:
                rows[ident] = row
        return sorted(rows.values(), key=attrgetter("at", "id"))

    def load_touches_of(self, ids: Iterable[str]) -> None:
        """Load all touches of some leads in bulk."""
        missing = [one for one in dict.fromkeys(ids) if one not in self._touches_of]
        if not missing:
            return
        found = trail.touches_of(self.tx, missing)
        self._touches_of.update({one: found.get(one, []) for one in missing})

    def load_orphans(self, marks: Iterable[str]) -> None:
        """Load the touches of some identities that belong to no lead, in bulk."""
        missing = [one for one in dict.fromkeys(marks) if one not in self._orphans]
        if not missing:
            return
        self._orphans.update({one: [] for one in missing})
        for row in trail.orphan_touches(self.tx, missing):
            if row.identity:
                self._orphans[row.identity].append(row)

    def orphans(self, mark: str) -> list[TouchRow]:
        """Touches of this identity that belong to no lead yet."""
        self.load_orphans([mark])
        rows = {row.id: row for row in self._orphans[mark]}
        for ident in self._changed_touches:
            rows.pop(ident, None)
            row = self._touches[ident]
            if row and row.lead is None and row.identity == mark:
                rows[ident] = row
        return sorted(rows.values(), key=attrgetter("at", "id"))

    def holders(self, deals: Iterable[str]) -> dict[str, Mapping[str, Evidence]]:
        """Who shares each of some deals, and by what evidence; see `Shares.holders`."""
        return self.totals.shares.holders(deals)

    def count_anew(self, ids: Iterable[str]) -> None:
        """Let leads be counted that no total has."""
        for ident in ids:
            held = self.lead(ident)
            if held.first is not None and held.counted is not None:
                self.totals.lead(ident, None, held.counted)
            else:
                held.counted, held.dirty = None, True

    def has_step(self, lead: str, item: Happened) -> bool:
        """Whether a lead's life has a step that is alike."""
        held = self.lead(lead)
        if held.steps is None:
            held.steps = set(map(_STEP, held.state.life))
        return _STEP(item) in held.steps

    # changing, for the handlers of events

    def happened(self, lead: str, item: Happened) -> None:
        """Add a lifecycle event to a lead."""
        held = self.lead(lead)
        held.state.life.append(item)
        if held.steps is not None:
            held.steps.add(_STEP(item))
        held.lifecycle = None
        held.dirty = True

    def unhappen(self, lead: str, items: Iterable[Happened]) -> None:
        """Take lifecycle events from a lead that were another's; one that it lacks is no error."""
        held, gone = self.lead(lead), [_STEP(item) for item in items]
        for item in list(held.state.life):
            if _STEP(item) in gone:
                gone.remove(_STEP(item))
                held.state.life.remove(item)
        held.steps, held.lifecycle, held.dirty = None, None, True

    def put_ref(self, ref: Ref, lead: str) -> RefEntry:
        """Take a vendor record in hand and give it to a lead (empty: to none)."""
        entry = self.ref(ref)
        if entry is None:
            entry = RefEntry(ref=ref)
            self._refs[ref] = entry
        if lead != entry.lead:
            self.totals.shares.person(ref)
            if entry.lead and (before := self.lead(entry.lead).refs):
                before.pop(ref, None)
            entry.lead = lead
        if lead and (mine := self.lead(lead).refs) is not None:
            mine[ref] = entry
        self._dirty_refs[ref] = entry
        return entry

    def put_identity(self, mark: str, lead: str) -> None:
        """Give an identity to a lead."""
        self._identities[mark] = lead
        self._dirty_identities.add(mark)

    def put_touch(self, row: TouchRow) -> None:
        """Insert or replace a touch."""
        before = self._touches.get(row.id)
        self.books.touched([row.lead, before.lead if before else None])
        self._touches[row.id] = row
        self._dirty_touches.add(row.id)
        self._changed_touches.add(row.id)

    def put_user(self, row: UserRow) -> None:
        """Insert or replace a vendor's user."""
        self._users[row.ref] = row

    def workers(self, mark: str) -> list[AccountRow]:
        """The leads of an account that reps work, as the rows were last written."""
        self.load_workers([mark])
        return self._workers.get(mark, [])

    def write_rows(self, *, whole: bool = False) -> None:
        """Write every changed row; `whole` where the entries are in another ledger."""
        self._workers.clear()
        anew = self.totals.counted_anew()
        self.load_leads(anew)
        dirty = {ident: it for ident, it in self._leads.items() if it.dirty or ident in anew}
        lives = {ident: self.lifecycle(ident) for ident in dirty}
        counts = self.totals.judge(lives)
        rows = [
            lead_row(x.state, lives[i], x.updated_at, counts[i], None if whole else x.first)
            for i, x in dirty.items()
        ]
        leads.put_many(self.tx, rows)
        queue.changed(self.tx, [row.id for row in rows if row.waiting and not row.opted_out])
        leads.put_cycles(self.tx, {ident: cycle_rows(ident, it) for ident, it in lives.items()})
        for ident, held in dirty.items():
            self.totals.lead(ident, held.counted, counts[ident])
            held.counted = counts[ident]
        self.books.leads(dirty)  # a source, a hand-off or a beginning may be another
        worked = {one: account_row(held.state, lives[one]) for one, held in dirty.items()}
        if accounts.put_work(self.tx, worked):
            queue.wake(self.tx)  # whom a lead in line should go to follows from it
        leads.put_refs(self.tx, [ref_row(it, whole=whole) for it in self._dirty_refs.values()])
        leads.put_identities(
            self.tx,
            [IdentityRow(hash=one, lead=self._identities[one]) for one in self._dirty_identities],
        )
        trail.put_touches(
            self.tx, [row for one in self._dirty_touches if (row := self._touches[one])]
        )
        trail.put_users(self.tx, list(self._users.values()))
        self.kept.write()
        if not whole:  # a view of the past counts nothing
            self.totals.write()
        self.deals.write()
        if not whole:
            self.books.write()
        self._clean(dirty.values())

    def _clean(self, dirty: Iterable[_Held]) -> None:
        for held in dirty:
            held.dirty = False
        for pile in (self._dirty_refs, self._users):
            pile.clear()
        for marks in (self._dirty_identities, self._dirty_touches):
            marks.clear()
