"""sObject Collections: up to 200 records a call, one result a record, inside HTTP 200."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from connectors.salesforce.emulator import dml
from connectors.salesforce.emulator.api import Call, Reply, Site, inner
from connectors.salesforce.emulator.coerce import body_values
from connectors.salesforce.emulator.faults import VendorError, bad_json, malformed_id
from connectors.salesforce.emulator.ids import read_id
from connectors.salesforce.emulator.org import Manner
from connectors.salesforce.emulator.rows import key_field, record, visible
from connectors.salesforce.emulator.schema import Entity, Field

MOST = 200
MOST_READ = 2_000
MOST_CHUNKS = 10
"""Sizes of one call. Source: salesforce.md 3, Collections."""
_Body = Mapping[str, Any]


def create(site: Site, call: Call) -> Reply:
    """POST composite/sobjects."""
    records = _records(call)
    entities = _entities(site, records)
    manner = site.manner(call)

    def one(place: int) -> dict[str, Any]:
        row = dml.create(site.org, entities[place], records[place], manner)
        return _good(row["Id"])

    return _run(site, call, len(records), one, entities)


def update(site: Site, call: Call) -> Reply:
    """PATCH composite/sobjects: records with their ids."""
    records = _records(call)
    entities = _entities(site, records)
    manner = site.manner(call)

    def one(place: int) -> dict[str, Any]:
        record_id, rest = _without(records[place], "Id")
        if not record_id:
            raise VendorError("MISSING_ARGUMENT", "Id not specified in an update call")
        row = dml.update(site.org, entities[place], str(record_id), rest, manner)
        return _good(row["Id"])

    return _run(site, call, len(records), one, entities)


def upsert(site: Site, call: Call) -> Reply:
    """PATCH composite/sobjects/X/Ext__c; the same external id twice fails both records."""
    entity = site.entity(call.parts[2])
    key = key_field(site, entity, call.parts[3])
    records = _records(call)
    if any(one is not entity for one in _entities(site, records)):
        raise VendorError(
            "INVALID_TYPE", "all records of an upsert must be of the type in the path"
        )
    values = [_without(one, key.name)[0] for one in records]
    counted = Counter(str(value).casefold() for value in values if value is not None)
    manner = site.manner(call)

    def one(place: int) -> dict[str, Any]:
        value = values[place]
        if value is not None and counted[str(value).casefold()] > 1:
            raise VendorError(
                "DUPLICATE_VALUE", f"Duplicate external id specified: {value}", fields=[key.name]
            )
        return _upsert(site, entity, key, value, records[place], manner)

    return _run(site, call, len(records), one, [entity])


def delete(site: Site, call: Call) -> Reply:
    """DELETE composite/sobjects?ids=."""
    ids = [one for one in call.query.get("ids", "").split(",") if one]
    _limit(ids, MOST)
    manner = site.manner(call)
    names: list[Entity] = []

    def one(place: int) -> dict[str, Any]:
        found = read_id(ids[place])
        if found is None:
            raise malformed_id("Id", ids[place])
        entity = site.entity(site.org.schema.of_id(found))
        names.append(entity)
        dml.delete(site.org, entity, found, manner)
        return _good(found)

    flag = call.query.get("allOrNone", "").lower() == "true"
    return _run(site, inner(call, body={"allOrNone": flag}), len(ids), one, names)


def retrieve(site: Site, call: Call) -> Reply:
    """GET or POST composite/sobjects/X: records in the order of the ids, null where none is."""
    entity = site.entity(call.parts[2])
    body = call.object() if call.method == "POST" else call.query
    ids, names = _list(body.get("ids")), _list(body.get("fields"))
    if not ids or not names:
        raise VendorError("MISSING_ARGUMENT", "ids and fields are required")
    _limit(ids, MOST_READ)
    for name in names:
        visible(site, entity, name)
    asked = inner(call, query={"fields": ",".join(names)})
    found = [_read(site, entity, one, asked) for one in ids]
    return Reply(body=found, rows=len(found) - found.count(None), obj=entity.name)


def _read(site: Site, entity: Entity, record_id: str, call: Call) -> Any:
    found = read_id(record_id)
    if found is None:
        raise malformed_id("Id", record_id)
    row = site.org.store[entity.name].seen(found)
    return record(site, entity, row, call) if row and not row.get("IsDeleted") else None


def _list(value: Any) -> list[str]:
    if isinstance(value, str):
        return [one for one in value.split(",") if one]
    return [str(one) for one in value or ()]


def _upsert(
    site: Site, entity: Entity, key: Field, value: Any, body: _Body, manner: Manner
) -> dict[str, Any]:
    _, rest = _without(body, key.name)
    if value is None or value == "":
        if key.type != "id":
            raise VendorError("MISSING_ARGUMENT", f"{key.name} not specified", fields=[key.name])
        # recorded traffic shows a null Id creating a record (salesforce.md 3)
        return {**_good(dml.create(site.org, entity, rest, manner)["Id"]), "created": True}
    row, created = dml.upsert(site.org, entity, key, value, rest, manner)
    return {**_good(row["Id"]), "created": created}


def _run(
    site: Site,
    call: Call,
    count: int,
    one: Callable[[int], dict[str, Any]],
    entities: Sequence[Entity],
) -> Reply:
    """Write record by record; with allOrNone a single failure takes all back."""
    start = site.org.store.begin()
    results: list[dict[str, Any]] = []
    for place in range(count):
        before = site.org.store.begin()
        try:
            results.append(one(place))
        except VendorError as error:
            site.org.store.undo(before)
            results.append({"success": False, "errors": [_moved(error).result()]})
    failed = any(not result["success"] for result in results)
    if failed and call.object().get("allOrNone"):
        site.org.store.undo(start)
        results = [_rolled_back() if result["success"] else result for result in results]
    done = sum(result["success"] for result in results)
    name = entities[0].name if entities else ""
    return Reply(body=results, rows=done, obj=name, failed=failed)


def _moved(error: VendorError) -> VendorError:
    if error.code == "NOT_FOUND":
        return VendorError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    return error


def _good(record_id: str) -> dict[str, Any]:
    return {"id": record_id, "success": True, "errors": []}


def _rolled_back() -> dict[str, Any]:
    words = (
        "Record rolled back because not all records were valid and the request was using "
        "AllOrNone header"
    )
    error = VendorError("ALL_OR_NONE_OPERATION_ROLLED_BACK", words)
    return {"success": False, "errors": [error.result()]}


def _records(call: Call) -> list[_Body]:
    records = call.object().get("records")
    if not isinstance(records, list) or not records:
        raise bad_json("records: a list of records is required")
    if not all(isinstance(one, Mapping) for one in records):
        raise bad_json("records: every record is an object")
    _limit(records, MOST)
    return records


def _limit(items: Sequence[Any], most: int) -> None:
    if len(items) > most:
        raise VendorError(
            "EXCEEDED_ID_LIMIT",
            f"record limit reached. cannot submit more than {most} records into this call",
        )


def _entities(site: Site, records: Sequence[_Body]) -> list[Entity]:
    """Return each record's object; refuse the whole call for a field or a sort that is wrong.

    The vendor reads all records before it saves one, so one unknown field fails the call with
    400 [memory, not verified].
    """
    entities = []
    for one in records:
        name = (one.get("attributes") or {}).get("type")
        if not name:
            raise VendorError("INVALID_TYPE", "attributes.type is required in every record")
        entities.append(site.entity(str(name)))
    chunks = sum(a is not b for a, b in pairwise(entities)) + 1
    if chunks > MOST_CHUNKS:
        raise VendorError("LIMIT_EXCEEDED", "more than 10 chunks of object types in one call")
    for entity, one in zip(entities, records, strict=True):
        body_values(site.org, entity, _without(one, "Id")[1], api=True)
    return entities


def _without(body: _Body, name: str) -> tuple[Any, dict[str, Any]]:
    """Return a value by its name in any case, and the rest of the record."""
    value = next((part for key, part in body.items() if key.lower() == name.lower()), None)
    return value, {key: part for key, part in body.items() if key.lower() != name.lower()}
