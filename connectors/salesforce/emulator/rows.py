"""The calls on one record at a time, and the lists of what changed or was deleted."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from connectors.salesforce.emulator import dml
from connectors.salesforce.emulator.api import Call, Reply, Site
from connectors.salesforce.emulator.faults import VendorError, deleted, no_field, not_found
from connectors.salesforce.emulator.ids import read_id
from connectors.salesforce.emulator.query import attributes, shown
from connectors.salesforce.emulator.schema import Entity, Field
from connectors.salesforce.emulator.stamps import instant, read_stamp, stamp
from connectors.salesforce.emulator.store import Row

FAR_BACK = {"updated": timedelta(days=30), "deleted": timedelta(days=15)}
"""How far back the lists reach. Source: salesforce.md 3, getUpdated/getDeleted."""


def create(site: Site, call: Call) -> Reply:
    """POST sobjects/X: 201 with the id."""
    entity = site.entity(call.parts[1])
    with site.whole():
        row = dml.create(site.org, entity, call.object(), site.manner(call))
    location = f"/services/data/v{call.version}/sobjects/{entity.name}/{row['Id']}"
    body = {"id": row["Id"], "success": True, "errors": []}
    return Reply(status=201, body=body, headers={"Location": location}, rows=1, obj=entity.name)


def get(site: Site, call: Call) -> Reply:
    """GET sobjects/X/id: the record, all visible fields or those of `?fields=`."""
    entity = site.entity(call.parts[1])
    row = _seen(site, entity, call.parts[2])
    return Reply(body=record(site, entity, row, call), rows=1, obj=entity.name)


def update(site: Site, call: Call) -> Reply:
    """PATCH sobjects/X/id: 204."""
    entity = site.entity(call.parts[1])
    _unmodified(dml.live(site.org, entity, call.parts[2]), call)
    with site.whole():
        dml.update(site.org, entity, call.parts[2], call.object(), site.manner(call))
    return Reply(status=204, rows=1, obj=entity.name)


def delete(site: Site, call: Call) -> Reply:
    """DELETE sobjects/X/id: 204."""
    entity = site.entity(call.parts[1])
    with site.whole():
        dml.delete(site.org, entity, call.parts[2], site.manner(call))
    return Reply(status=204, rows=1, obj=entity.name)


def get_by_key(site: Site, call: Call) -> Reply:
    """GET sobjects/X/Ext__c/value: the record, 300 with its addresses when several have it."""
    entity, key = _keyed(site, call)
    found = dml.by_key(site.org, entity, key, call.parts[3])
    if len(found) > 1:
        return _choose(entity, found, call)
    if not found:
        raise not_found()
    row = _seen(site, entity, found[0])
    return Reply(body=record(site, entity, row, call), rows=1, obj=entity.name)


def upsert(site: Site, call: Call) -> Reply:
    """PATCH sobjects/X/Ext__c/value: 201 created, 200 changed, 300 when several have it."""
    entity, key = _keyed(site, call)
    found = dml.by_key(site.org, entity, key, call.parts[3])
    if len(found) > 1:
        return _choose(entity, found, call)
    only = call.query.get("updateOnly", "").lower() == "true"
    with site.whole():
        row, created = dml.upsert(
            site.org, entity, key, call.parts[3], call.object(), site.manner(call), update_only=only
        )
    if call.number < 46 and not created:
        return Reply(status=204, rows=1, obj=entity.name)
    body: dict[str, Any] = {"id": row["Id"], "success": True, "errors": []}
    if call.number >= 46:
        body["created"] = created
    return Reply(status=201 if created else 200, body=body, rows=1, obj=entity.name)


def delete_by_key(site: Site, call: Call) -> Reply:
    """DELETE sobjects/X/Ext__c/value: 204."""
    entity, key = _keyed(site, call)
    found = dml.by_key(site.org, entity, key, call.parts[3])
    if len(found) > 1:
        return _choose(entity, found, call)
    if not found:
        raise not_found()
    with site.whole():
        dml.delete(site.org, entity, found[0], site.manner(call))
    return Reply(status=204, rows=1, obj=entity.name)


def updated(site: Site, call: Call) -> Reply:
    """GET sobjects/X/updated: ids by SystemModstamp, seconds of the window cut off."""
    entity = site.entity(call.parts[1])
    start, end = _window(site, call, "updated")
    table = site.org.store[entity.name]
    seen = (table.seen(one) for one in table.between(start, end))
    ids = [
        row["Id"]
        for row in seen
        if row and not row.get("IsDeleted") and start <= row["SystemModstamp"] < end
    ]
    return Reply(body={"ids": ids, "latestDateCovered": end}, rows=len(ids), obj=entity.name)


def removed(site: Site, call: Call) -> Reply:
    """GET sobjects/X/deleted: ids and dates of deletions, hard ones too."""
    entity = site.entity(call.parts[1])
    start, end = _window(site, call, "deleted")
    gone = [
        {"id": record_id, "deletedDate": at}
        for at, record_id in site.org.store[entity.name].gone
        if start <= at < end
    ]
    body = {
        "deletedRecords": gone,
        "earliestDateAvailable": stamp(site.org.world.now() - FAR_BACK["deleted"]),
        "latestDateCovered": end,
    }
    return Reply(body=body, rows=len(gone), obj=entity.name)


def record(site: Site, entity: Entity, row: Row, call: Call) -> dict[str, Any]:
    """Return a record with the fields that the call asks for, or all that the user sees."""
    wanted = [name for name in call.query.get("fields", "").split(",") if name.strip()]
    fields = [visible(site, entity, name.strip()) for name in wanted] or [
        one for one in entity.fields.values() if site.org.sees(entity, one)
    ]
    return {
        "attributes": attributes(entity.name, row["Id"], call.version),
        **{field.name: shown(field, row) for field in fields},
    }


def visible(site: Site, entity: Entity, name: str) -> Field:
    """Return a field that the user may see. Raises INVALID_FIELD."""
    field = entity.get(name)
    if field is None or not site.org.sees(entity, field):
        raise no_field(name, entity.name)
    return field


def key_field(site: Site, entity: Entity, name: str) -> Field:
    """Return a field that an upsert may go by. Raises NOT_FOUND."""
    field = entity.get(name)
    if field is None or not field.key or not site.org.sees(entity, field):
        raise not_found(f"Provided external ID field does not exist or is not accessible: {name}")
    return field


def _keyed(site: Site, call: Call) -> tuple[Entity, Field]:
    entity = site.entity(call.parts[1])
    return entity, key_field(site, entity, call.parts[2])


def _choose(entity: Entity, found: list[str], call: Call) -> Reply:
    body = [attributes(entity.name, one, call.version)["url"] for one in found]
    return Reply(status=300, body=body, obj=entity.name, failed=True)


def _seen(site: Site, entity: Entity, record_id: str) -> Row:
    found = read_id(record_id)
    row = site.org.store[entity.name].seen(found) if found else None
    if row is None:
        if found is None or site.org.schema.of_id(found) != entity.name:
            # a wrong id in the path answers as a record that is not there
            raise VendorError("MALFORMED_ID", f"malformed id {record_id}")
        raise not_found()
    if row.get("IsDeleted"):
        raise deleted()
    return row


def _unmodified(row: Row, call: Call) -> None:
    since = call.headers.get("if-unmodified-since")
    if since and instant(row["SystemModstamp"]) > parsedate_to_datetime(since):
        raise VendorError(
            "PRECONDITION_FAILED", "The record was modified after the given date", status=412
        )


def _window(site: Site, call: Call, kind: str) -> tuple[str, str]:
    ends = []
    for name in ("start", "end"):
        found = read_stamp(call.query.get(name, ""))
        if found is None:
            raise VendorError(
                "INVALID_REPLICATION_DATE", f"{name}: not a date and time with a zone"
            )
        ends.append(instant(found).replace(second=0))
    start, end = ends
    now: datetime = site.org.world.now()
    if start >= end or start < now - FAR_BACK[kind] - timedelta(minutes=1):
        raise VendorError(
            "INVALID_REPLICATION_DATE", "startDate before org's earliest, or not before endDate"
        )
    return stamp(start), stamp(end)
