"""Single writes: create, update, archive, merge, and the privacy delete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.hubspot.emulator.calls import Call, reply
from connectors.hubspot.emulator.errors import Problem, invalid, not_found
from connectors.hubspot.emulator.links import wanted_types
from connectors.hubspot.emulator.merging import merge
from connectors.hubspot.emulator.portal import Portal
from connectors.hubspot.emulator.reads import UNTOLD, require_unique, shower
from connectors.hubspot.emulator.record import Record
from connectors.hubspot.emulator.store import Store
from connectors.hubspot.emulator.writes import commit, plan
from crmbridge.testing.emulator import Response


def create(call: Call) -> Response:
    """Create one record."""
    body, store = call.json(), call.store
    links_wanted(call.portal, store, body, creating=True)
    made = plan(call.portal, store, None, _properties(body), version=call.version)
    record = commit(call.portal, store, made)
    linked(call.portal, store, record, body)
    told = [name for name in record.props if name not in UNTOLD]
    shown = shower(call.portal, store, [*_properties(body), *told])(record)
    return _done(call, shown, status=201)


def update(call: Call) -> Response:
    """Update one record by id or by a unique property."""
    body, store, by = call.json(), call.store, call.request.one("idProperty")
    require_unique(store, by, "update")
    record = store.find(call.parts["id"], by)
    if record is None:
        raise not_found()
    made = plan(call.portal, store, record, _properties(body), version=call.version)
    changed = commit(call.portal, store, made)
    return _done(call, shower(call.portal, store, _properties(body))(changed))


def archive(call: Call) -> Response:
    """Archive one record; an unknown id is no error."""
    record = call.store.find(call.parts["id"])
    if record is not None:
        call.portal.archive(call.store, record.id)
    return reply(status=204, object=call.store.kind.name, rows=1, committed=record is not None)


def join(call: Call) -> Response:
    """Merge two records."""
    body, store = call.json(), call.store
    ids = [str(body.get(name, "")) for name in ("primaryObjectId", "objectIdToMerge")]
    record = merge(call.portal, store, ids[0], ids[1], call.portal.integration())
    return _done(call, shower(call.portal, store, ())(record))


def forget(call: Call) -> Response:
    """Delete a contact for good and put its address on the list of blocked ones."""
    body, store = call.json(), call.store
    by = str(body.get("idProperty") or "")
    require_unique(store, by)
    text = str(body.get("objectId", ""))
    record = store.find(text, by)
    if record is not None:
        call.portal.archive(store, record.id)
        store.archived.pop(record.id, None)
        text = record.props.get("email", "")
    if "@" in text:
        call.portal.blocked.add(text.strip().lower())
    return reply(status=204, object=store.kind.name, rows=1, committed=True)


def _properties(body: Mapping[str, Any]) -> Mapping[str, Any]:
    given = body.get("properties", {})
    if not isinstance(given, dict):
        raise invalid("Invalid input JSON: properties must be an object")
    return given


def _done(call: Call, shown: dict[str, Any], status: int = 200) -> Response:
    ops = [str(call.json()["objectWriteTraceId"])] if call.json().get("objectWriteTraceId") else ()
    return reply(shown, status=status, object=call.store.kind.name, rows=1, committed=True, ops=ops)


def links_wanted(
    portal: Portal, store: Store, one: Mapping[str, Any], *, creating: bool
) -> list[tuple[str, Record, list[int]]]:
    """Read the inline associations of a create. Raises `Problem` 400.

    A lead needs a contact (hubspot.md 1.6); a blocked address is refused (7.12, not verified).
    """
    email = str((one.get("properties") or {}).get("email", "")).strip().lower()
    if creating and store.kind.name == "contacts" and email in portal.blocked:
        raise invalid("This contact was deleted for privacy reasons and cannot be created again")
    found = [_link(portal, store, given) for given in one.get("associations") or ()]
    if creating and store.kind.name == "leads" and not any(n == "contacts" for n, _, _ in found):
        raise invalid("Leads must be associated with a contact or company at creation")
    return found


def _link(portal: Portal, store: Store, given: Mapping[str, Any]) -> tuple[str, Record, list[int]]:
    types = wanted_types(given.get("types", []))
    if not types:
        raise invalid("An association needs its types")
    known = {one.id: one.target for one in portal.links.types if one.source == store.kind.name}
    if types[0] not in known:
        raise invalid(f"No association type {types[0]} from {store.kind.name}")
    target = known[types[0]]
    id = str((given.get("to") or {}).get("id", ""))
    record = portal.store(target).find(id)
    if record is None:
        raise Problem(404, f"{target} {id} does not exist", "OBJECT_NOT_FOUND", whole=True)
    return target, record, types


def linked(portal: Portal, store: Store, record: Record, one: Mapping[str, Any]) -> None:
    """Make the inline associations of a create that was checked before."""
    for target, other, types in links_wanted(portal, store, one, creating=False):
        portal.links.add((store.kind.name, record.id), (target, other.id), types)
