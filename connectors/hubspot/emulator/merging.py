"""Merges two records as the vendor does: a third id lives on, and both old ids answer as it."""

from __future__ import annotations

from dataclasses import replace

from connectors.hubspot.emulator.errors import Problem, invalid
from connectors.hubspot.emulator.portal import Portal
from connectors.hubspot.emulator.record import UPDATED_BY, Hand, Record
from connectors.hubspot.emulator.store import MORE_EMAILS, Store

MOST = 250
"""Merged identities of one contact. Source: hubspot.md 1.2."""


def merge(portal: Portal, store: Store, winner: str, loser: str, hand: Hand) -> Record:
    """Merge two live records; return the survivor.

    The survivor has a new id, unless the option `merge_keeps_primary` is on. The winner's values
    win; the loser fills gaps. Raises `Problem` 400 or 404.
    """
    main, other = store.find(winner), store.find(loser)
    if main is None or other is None:
        raise Problem(404, "resource not found", "OBJECT_NOT_FOUND")
    if main.id == other.id:
        raise invalid("Cannot merge a record with itself")
    now = portal.now()
    keeps = bool(portal.options["merge_keeps_primary"])
    id = main.id if keeps else store.new_id(portal.chance.randint(1, 9))
    survivor = _survivor(store, main, other, id, now, keeps=keeps)
    survivor = replace(survivor, props={**survivor.props, UPDATED_BY: hand.user})
    for old in (main, other):
        store.remove(old.id)
        if old.id != id:
            store.alias[old.id] = id
    portal.save(store, survivor)
    gone = [old.id for old in (main, other) if old.id != id]
    portal.links.move(store.kind.name, gone, id)
    if store.kind.name == "contacts":
        portal.lists.move(gone, id)
    return survivor


def _survivor(
    store: Store, main: Record, other: Record, id: int, now: int, *, keeps: bool
) -> Record:
    props = {**other.props, **main.props}
    merged = [part for old in (main, other) for part in _parts(old, "hs_merged_object_ids")]
    merged += [str(other.id)] if keeps else [str(main.id), str(other.id)]
    if len(merged) > MOST:
        raise invalid(f"Cannot have more than {MOST} identities")
    props["hs_merged_object_ids"] = ";".join(merged)
    if store.kind.name == "contacts":
        # chained merges are missing here on purpose: hubspot.md 1.3
        gone = [other.id] if keeps else [main.id, other.id]
        props["hs_calculated_merged_vids"] = ";".join(f"{old}:{now}" for old in gone)
        props |= _emails(main, other)
    return replace(
        main,
        id=id,
        props=props,
        created=min(main.created, other.created),
        updated=now,
        version=max(main.version, other.version) + 1,
    )


def _parts(record: Record, name: str) -> list[str]:
    return [part for part in record.props.get(name, "").split(";") if part]


def _emails(main: Record, other: Record) -> dict[str, str]:
    first = main.props.get("email") or other.props.get("email", "")
    more = [*_parts(main, MORE_EMAILS), *_parts(other, MORE_EMAILS), other.props.get("email", "")]
    kept = [email for email in dict.fromkeys(more) if email and email != first]
    return {MORE_EMAILS: ";".join(kept)} if kept else {}
