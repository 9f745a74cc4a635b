"""Creates, changes, upserts and deletes rows, as an API call or as a person on a screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.salesforce.emulator import derive, influence, rules
from connectors.salesforce.emulator.coerce import body_values, checked
from connectors.salesforce.emulator.faults import (
    VendorError,
    deleted,
    malformed_id,
    not_found,
)
from connectors.salesforce.emulator.ids import read_id
from connectors.salesforce.emulator.org import Manner, Org
from connectors.salesforce.emulator.schema import Entity, Field
from connectors.salesforce.emulator.store import Row
from crmbridge.testing.emulator import Wrote

_CHILDREN = (
    ("Opportunity", "OpportunityContactRole", "OpportunityId"),
    ("Lead", "CampaignMember", "LeadId"),
    ("Contact", "CampaignMember", "ContactId"),
    ("Campaign", "CampaignMember", "CampaignId"),
    ("Contact", "OpportunityContactRole", "ContactId"),
    ("Opportunity", "OpportunityLineItem", "OpportunityId"),
    ("Campaign", "CampaignMemberStatus", "CampaignId"),
    ("Opportunity", "CampaignInfluence", "OpportunityId"),
    ("Contact", "CampaignInfluence", "ContactId"),
    ("Campaign", "CampaignInfluence", "CampaignId"),
)
"""Parent, child and the child's reference: children that go to the bin with the parent."""


def create(org: Org, entity: Entity, body: Mapping[str, Any], manner: Manner) -> Row:
    """Create a row. Raises `VendorError`."""
    if not entity.writable and manner.api:
        raise not_writable(entity)
    values = body_values(org, entity, body, api=manner.api)
    if "Id" in values:
        raise VendorError(
            "INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", fields=["Id"]
        )
    new = checked(org, entity, values, manner, creating=True)
    new = {name: value for name, value in new.items() if value is not None}
    new["Id"] = org.new_id(entity.name)
    derive.fill(org, entity, new, manner=manner)
    saved = _save(org, entity, new, None, manner)
    _tell(org, entity, saved, values, {})
    return saved


def update(
    org: Org, entity: Entity, record_id: str, body: Mapping[str, Any], manner: Manner
) -> Row:
    """Change a row. Raises `VendorError`."""
    old = live(org, entity, record_id)
    if not entity.writable and manner.api:
        raise not_writable(entity)
    values = body_values(org, entity, body, api=manner.api)
    if entity.name == "Lead" and old.get("IsConverted") and manner.api:
        raise VendorError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
    changes = checked(org, entity, values, manner, creating=False)
    new = {name: value for name, value in {**old, **changes}.items() if value is not None}
    saved = _save(org, entity, new, old, manner)
    _tell(org, entity, saved, values, old)
    return saved


def _tell(org: Org, entity: Entity, saved: Row, asked: Mapping[str, Any], old: Row) -> None:
    """Note for the audit what was asked of a row."""
    held = {name: old[name] for name in asked if name in old}
    org.store.tell(Wrote(object=entity.name, record=saved["Id"], fields=asked, before=held))


def upsert(
    org: Org, entity: Entity, key: Field, value: Any, body: Mapping[str, Any], manner: Manner,
    *, update_only: bool = False,
) -> tuple[Row, bool]:  # fmt: skip
    """Create or change the row that an external id names; return it and whether it is new.

    Raises DUPLICATE_EXTERNAL_ID (HTTP 300) when several rows have it, NOT_FOUND for none when
    only an update is wanted.
    """
    found = by_key(org, entity, key, value)
    if len(found) > 1:
        raise several(entity, key, value, found)
    rest = {name: part for name, part in body.items() if name.lower() != key.name.lower()}
    if found:
        return update(org, entity, found[0], rest, manner), False
    if update_only or key.type == "id":
        raise not_found()
    return create(org, entity, {**rest, key.name: value}, manner), True


def by_key(org: Org, entity: Entity, key: Field, value: Any) -> list[str]:
    """Return ids of live rows with a value in a key field."""
    if key.type == "id":
        return [live(org, entity, str(value))["Id"]]
    table = org.store[entity.name]
    found = sorted(table.ids(key, value)) if table.has_index(key) else list(table.rows)
    wanted = str(value) if key.case_sensitive else str(value).casefold()
    return [
        one
        for one in found
        if not table.rows[one].get("IsDeleted") and _keyed(table.rows[one], key) == wanted
    ]


def _keyed(row: Row, key: Field) -> str:
    value = str(row.get(key.name))
    return value if key.case_sensitive else value.casefold()


def several(entity: Entity, key: Field, value: Any, found: list[str]) -> VendorError:
    """More than one row has the external id."""
    return VendorError(
        "DUPLICATE_EXTERNAL_ID",
        f"{key.name}: more than one record found for external id field: "
        f"[{', '.join(one[:15] for one in found)}]",
        status=300,
    )


def delete(org: Org, entity: Entity, record_id: str, manner: Manner) -> None:
    """Put a row into the recycle bin, with its children; a contact role disappears at once."""
    old = live(org, entity, record_id)
    if not entity.writable:
        raise not_writable(entity)
    if manner.api:
        rules.strike(org, entity.name, old, "delete")
        influence.own(org, entity.name, old, manner)
    if entity.name == "OpportunityContactRole":
        erase(org, entity, old["Id"])
        return
    bin_row(org, entity, old, manner)


def bin_row(org: Org, entity: Entity, old: Row, manner: Manner, **more: Any) -> None:
    """Mark a row and its children as deleted; `more` are fields such as MasterRecordId."""
    gone = _put(org, entity, {**old, "IsDeleted": True, **more}, manner)
    org.store[entity.name].gone.append((org.stamp(), old["Id"]))
    derive.leave(org, entity.name, gone)
    for parent, child, name in _CHILDREN:
        if parent == entity.name and org.schema.get(child):
            field = org.schema.entity(child).fields[name.lower()]
            for one in sorted(org.store[child].ids(field, old["Id"])):
                row = org.store[child].rows[one]
                if not row.get("IsDeleted"):
                    bin_row(org, org.schema.entity(child), row, manner)


def erase(org: Org, entity: Entity, record_id: str, user: str = "") -> None:
    """Take a row away so that not even queryAll sees it; getDeleted still tells."""
    row = org.store.row(entity.name, record_id)
    org.store.remove(entity.name, record_id)
    org.store[entity.name].gone.append((org.stamp(), record_id))
    if row is not None:
        derive.leave(org, entity.name, {**row, "LastModifiedById": user or row["LastModifiedById"]})


def live(org: Org, entity: Entity, record_id: str) -> Row:
    """Return a row that may be written. Raises MALFORMED_ID, NOT_FOUND, ENTITY_IS_DELETED."""
    found = read_id(str(record_id))
    if found is None:
        raise malformed_id(f"{entity.name} ID", record_id)
    row = org.store.row(entity.name, found)
    if row is None:
        if org.schema.of_id(found) != entity.name:
            raise malformed_id(f"{entity.name} ID", record_id)
        raise VendorError("NOT_FOUND", "The requested resource does not exist", status=404)
    if row.get("IsDeleted"):
        raise deleted()
    return row


def not_writable(entity: Entity) -> VendorError:
    """An object that the API only reads."""
    return VendorError(
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"entity type {entity.name} cannot be changed here"
    )


def _save(org: Org, entity: Entity, new: Row, old: Row | None, manner: Manner) -> Row:
    """Run the save in the vendor's order: checks, triggers, rules, uniqueness, assignment."""
    if manner.api:
        rules.strike(org, entity.name, old or new, "update" if old else "create")
    derive.complete(org, entity.name, new, old)
    derive.require(entity, new)
    rules.run_triggers(org, entity.name, new)
    rules.validate(org, entity.name, new, old)
    if manner.api:
        rules.find_duplicates(org, entity.name, new, manner, creating=old is None)
    _refuse_taken(org, entity, new, old)
    influence.check(org, entity.name, new, manner)
    rules.assign(org, entity.name, new, manner)
    saved = _put(org, entity, new, manner)
    derive.follow(org, entity.name, saved, old)
    return org.store.row(entity.name, saved["Id"]) or saved


def _put(org: Org, entity: Entity, new: Row, manner: Manner) -> Row:
    at = org.stamp()
    row = {**new, "LastModifiedDate": at, "LastModifiedById": manner.user, "SystemModstamp": at}
    row.setdefault("CreatedDate", at)
    row.setdefault("CreatedById", manner.user)
    row.setdefault("IsDeleted", False)
    row = {name: value for name, value in row.items() if value is not None}
    org.store.put(entity.name, row)
    return row


def _refuse_taken(org: Org, entity: Entity, new: Row, old: Row | None) -> None:
    """A value is held against others when it is written, and not whenever its record is."""
    for field in entity.fields.values():
        value = new.get(field.name)
        if not field.unique or value is None or (old and old.get(field.name) == value):
            continue
        for one in by_key(org, entity, field, new[field.name]):
            if one != new["Id"]:
                raise VendorError(
                    "DUPLICATE_VALUE",
                    f"duplicate value found: {field.name} duplicates value on record with id: "
                    f"{one[:15]}",
                )
