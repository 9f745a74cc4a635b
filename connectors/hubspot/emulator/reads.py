"""Answers reads of records: one, a page in order of id, a batch by id or unique value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from connectors.hubspot.emulator.calls import Call, next_page, reply
from connectors.hubspot.emulator.errors import Problem, invalid, not_found
from connectors.hubspot.emulator.portal import Portal
from connectors.hubspot.emulator.record import CREATED_BY, UPDATED_BY, Hand, Record
from connectors.hubspot.emulator.store import Store
from connectors.hubspot.emulator.values import stamp
from crmbridge.testing.emulator import Response

PURGE_MS = 90 * 86_400_000
"""How long archived records can be read. Source: hubspot.md 1.3."""

UNTOLD = (CREATED_BY, UPDATED_BY)
"""What answers to writes leave out unless it is asked for; not verified."""

View = Callable[[Record], dict[str, Any]]


def shower(portal: Portal, store: Store, names: Iterable[str]) -> View:
    """Return what turns a record into its answer: defined and unset is null, undefined is left out.

    Without names the object's own default set is shown.
    """
    kind = store.kind
    stamps = {kind.created, kind.changed, "hs_object_id"}
    wanted = [name for name in (list(names) or kind.shown) if _defined(store, name)]
    plain = [name for name in wanted if name not in stamps]
    url = (
        f"https://app.vendor.example/contacts/{portal.options['portal_id']}/record/{kind.type_id}/"
    )

    def show(record: Record) -> dict[str, Any]:
        get = record.props.get
        props: dict[str, str | None] = {name: get(name) for name in plain}
        created, updated, id = stamp(record.created), stamp(record.updated), str(record.id)
        props[kind.created], props[kind.changed], props["hs_object_id"] = created, updated, id
        shown = {
            "id": id,
            "properties": props,
            "createdAt": created,
            "updatedAt": updated,
            "archived": bool(record.archived),
            "url": url + id,
        }
        if record.archived:
            shown["archivedAt"] = stamp(record.archived)
        return shown

    return show


def _defined(store: Store, name: str) -> bool:
    prop = store.properties.get(name)
    return prop is not None and not prop.archived


def history(store: Store, record: Record, names: Sequence[str]) -> dict[str, Any]:
    """Return `propertiesWithHistory`, newest first."""
    return {
        name: [_past(value, at, hand) for value, at, hand in record.changes(name)]
        for name in names
        if _defined(store, name)
    }


def _past(value: str, at: int, hand: Hand) -> dict[str, Any]:
    """Show one change; `updatedByUserId` is there when a user made it (hubspot.md 1.6)."""
    shown: dict[str, Any] = {
        "value": value,
        "timestamp": stamp(at),
        "sourceType": hand.source,
        "sourceId": "emulated",
    }
    return shown | ({"updatedByUserId": int(hand.user)} if hand.user else {})


def inline(portal: Portal, store: Store, record: Record, targets: Sequence[str]) -> dict[str, Any]:
    """Return the `associations` block of a read."""
    found: dict[str, Any] = {}
    for target in targets:
        other = portal.store(target).kind
        linked = portal.links.of(store.kind.name, record.id, other.name)
        if linked:
            type_ = f"{store.kind.singular}_to_{other.singular}"
            found[other.name] = {"results": [{"id": str(id), "type": type_} for id in linked]}
    return found


def full(call: Call, records: Iterable[Record]) -> list[dict[str, Any]]:
    """Show records as the query of a call asks, with history and associations."""
    store = call.store
    show = shower(call.portal, store, call.names("properties"))
    past, targets = call.names("propertiesWithHistory"), call.names("associations")
    shown = []
    for record in records:
        one = show(record)
        if past:
            one["propertiesWithHistory"] = history(store, record, past)
        if targets and (linked := inline(call.portal, store, record, targets)):
            one["associations"] = linked
        shown.append(one)
    return shown


def list_page(call: Call) -> Response:
    """Answer a page in order of id; `after` is the id of the first row of the next page."""
    store = call.store
    most = 50 if call.names("propertiesWithHistory") else 100
    limit, after = call.number("limit", 10, most), call.after()
    if len(call.request.raw_path) > 16_000:
        raise Problem(414, "URI too long", text="<html><h1>414 URI Too Long</h1></html>")
    if call.request.one("archived") == "true":
        since = call.portal.now() - PURGE_MS
        records = store.archived_page(after, limit + 1, since)
    else:
        records = store.page(after, limit + 1)
    body: dict[str, Any] = {"results": full(call, records[:limit])}
    if len(records) > limit:
        body["paging"] = next_page(str(records[limit].id), store.kind.name)
    return reply(body, object=store.kind.name, rows=len(body["results"]))


def get_one(call: Call) -> Response:
    """Answer one record; a merged id answers with the survivor."""
    store, by = call.store, call.request.one("idProperty")
    require_unique(store, by)
    record = store.find(call.parts["id"], by)
    if record is None and call.request.one("archived") == "true" and call.parts["id"].isdigit():
        record = store.archived.get(int(call.parts["id"]))
    if record is None:
        raise not_found()
    return reply(full(call, [record])[0], object=store.kind.name, rows=1)


def require_unique(store: Store, by: str, what: str = "get") -> None:
    """Refuse to look records up by a property that is not unique. Raises `Problem` 400."""
    if by and by != "hs_object_id" and by not in store.unique:
        raise invalid(f"Unable to perform {what} by non-unique {store.kind.type_id} property {by}")


def batch_read(call: Call) -> Response:
    """Answer up to 100 records by id or unique value; missing ones make it a 207."""
    store, body = call.store, call.json()
    inputs, by = call.inputs(100), str(body.get("idProperty") or "")
    require_unique(store, by, "batch read")
    past = list(body.get("propertiesWithHistory") or ())
    if past and len(inputs) > 50:
        raise invalid("The maximum number of inputs with propertiesWithHistory is 50")
    show = shower(call.portal, store, body.get("properties") or ())
    found, missing = _look_up(store, inputs, by, archived=call.request.one("archived") == "true")
    results = []
    for record in found:
        one = show(record)
        if past:
            one["propertiesWithHistory"] = history(store, record, past)
        results.append(one)
    call.portal.shuffled(results)
    return batch_reply(call, results, [_missing(store, missing)] if missing else [], len(missing))


def _look_up(
    store: Store, inputs: Sequence[dict[str, Any]], by: str, *, archived: bool
) -> tuple[list[Record], list[str]]:
    found: dict[int, Record] = {}
    missing: list[str] = []
    for one in inputs:
        text = str(one.get("id", ""))
        record = store.find(text, by)
        if archived:
            record = store.archived.get(int(text)) if text.isdigit() else None
        if record is None:
            missing.append(text)
        else:
            found[record.id] = record
    return list(found.values()), missing


def _missing(store: Store, ids: Sequence[str]) -> dict[str, Any]:
    kind = store.kind.singular.upper()
    text = f"Could not get some {kind} objects, they may be deleted or not exist."
    return Problem(404, text, "OBJECT_NOT_FOUND", context={"ids": ids}).body()


def batch_reply(
    call: Call,
    results: list[dict[str, Any]],
    errors: list[dict[str, Any]],
    failed: int | None = None,
    *,
    status: int = 200,
    committed: bool = False,
    ops: Sequence[str] = (),
) -> Response:
    """Return the envelope of a batch; with errors it is a 207."""
    at = stamp(call.portal.now())
    body: dict[str, Any] = {
        "status": "COMPLETE",
        "results": results,
        "startedAt": at,
        "completedAt": at,
    }
    if errors:
        body["numErrors"] = len(errors) if failed is None else failed
        body["errors"] = errors
    return reply(
        body,
        status=207 if errors else status,
        object=call.store.kind.name,
        rows=len(results),
        committed=committed,
        ops=ops,
    )
