"""What stands of a lead and its record while one entry, their first look, says all of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from crmbridge.errors import LedgerError
from crmbridge.model.event import Event
from crmbridge.model.payload import FirstSeen
from crmbridge.model.record import Value
from crmbridge.model.state import Fact, LeadState, SeenState
from crmbridge.policy.totals.counted import Counted, source_of
from crmbridge.store import events
from crmbridge.store.lean import FirstLook
from crmbridge.store.rows import IdentityRow, LeadRow, RefRow
from crmbridge.store.table import Tx


def state_of(entry: Event) -> LeadState:
    """The lead that an entry made."""
    told = _told(entry)
    said, state = told.said(), LeadState(id=entry.lead, rev=entry.seq)
    tell(state, entry, told, said)
    state.life.append(told.happened(entry.at))
    return state


def tell(state: LeadState, entry: Event, told: FirstSeen, said: Mapping[str, Value]) -> None:
    """Tell a lead what its first look says, but for what happened."""
    at, by = told.changed_at or entry.recorded_at, told.ref.system
    state.facts.update({word: Fact(value=value, by=by, at=at) for word, value in said.items()})
    if told.owner is not None:
        state.owner = told.owner
    if said.get("opted_out") is True:
        state.opted_out = True


def seen_of(entry: Event) -> SeenState:
    """The record that an entry is the first look at."""
    told = _told(entry)
    return SeenState(
        raw=dict(told.raw),
        values=told.said(),
        status=told.status,
        changed_at=told.changed_at,
        heard=entry.seq,
    )


def _told(entry: Event) -> FirstSeen:
    told = entry.payload
    if not isinstance(told, FirstSeen):
        raise LedgerError(
            f"entry {entry.seq} is to say all of lead {entry.lead}, and is of type {entry.type}: "
            "run `crmbridge ledger rebuild`, which makes all leads anew from their entries"
        )
    return told


def firsts(tx: Tx, leads: Iterable[LeadRow] = (), refs: Iterable[RefRow] = ()) -> dict[int, Event]:
    """Read the entries, by number, that some rows leave everything to."""
    wanted = {row.rev for row in leads if row.state is None}
    wanted |= {row.heard for row in refs if row.seen is None}
    return events.by_seqs(tx, sorted(wanted)) if wanted else {}


def whole_leads(tx: Tx, rows: Sequence[LeadRow]) -> list[LeadRow]:
    """Return leads with their state and how they count, whatever the rows leave to an entry."""
    found = firsts(tx, leads=rows)
    return [row if row.state is not None else _whole(row, found[row.rev]) for row in rows]


def _whole(row: LeadRow, entry: Event) -> LeadRow:
    state = state_of(entry)
    return replace(row, state=state.to_json(), counted=counted_of(state).to_json())


def counted_of(state: LeadState) -> Counted:
    """How a lead counts of which its first look says all."""
    return Counted(source=source_of(state.value("source")))


def whole_refs(tx: Tx, rows: Sequence[RefRow]) -> list[RefRow]:
    """Return vendor records with what was seen of them."""
    found = firsts(tx, refs=rows)
    return [
        row if row.seen is not None else replace(row, seen=seen_of(found[row.heard]).to_json())
        for row in rows
    ]


def rows_of(entry: Event) -> tuple[LeadRow, RefRow, IdentityRow | None]:
    """The rows of a lead that an entry made and says all of."""
    told = entry.content
    if not isinstance(told, FirstLook):
        raise TypeError(f"entry {entry.seq} is no first look by the short way")
    lead = LeadRow(
        id=entry.lead,
        state=None,
        stage="known",
        cycle=1,
        owner=told.owner or None,
        rev=entry.seq,
        updated_at=entry.recorded_at,
    )
    ref = RefRow(
        system=told.ref.system,
        obj=told.ref.obj,
        id=told.ref.id,
        lead=entry.lead,
        seen=None,
        changed_at=told.changed_at,
        heard=entry.seq,
    )
    mark = told.identity
    return lead, ref, IdentityRow(hash=mark, lead=entry.lead) if mark else None
