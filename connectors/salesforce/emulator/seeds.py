"""Takes seeds: custom fields, and rows in the vendor's own shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.salesforce.emulator import admin, derive
from connectors.salesforce.emulator.coerce import typed
from connectors.salesforce.emulator.faults import VendorError
from connectors.salesforce.emulator.ids import read_id
from connectors.salesforce.emulator.objects import typed_by_record
from connectors.salesforce.emulator.org import Manner, Org
from connectors.salesforce.emulator.schema import Choice, Entity, custom_field
from connectors.salesforce.emulator.store import Row
from crmbridge.testing.emulator import Refusal

_LABELLED = {"LeadStatus": ("Lead", "Status"), "OpportunityStage": ("Opportunity", "StageName")}


def seed(org: Org, name: str, records: Sequence[Mapping[str, Any]]) -> int:
    """Add records of an object, or fields by `describe/Object`; return how many.

    Only types are checked. Raises `Refusal`.
    """
    try:
        if name.startswith("describe/"):
            entity = org.schema.entity(name.removeprefix("describe/"))
            for spec in records:
                admin.install(org, entity, custom_field(spec))
            return len(records)
        entity = org.schema.entity(name)
        _load(org, entity, records)
    except (ValueError, VendorError) as problem:
        raise Refusal(f"seed of {name}: {problem}") from None
    return len(records)


def refresh_choices(org: Org) -> None:
    """Make the picklists of Status and StageName what the org's rows say."""
    for obj, (owner, name) in _LABELLED.items():
        rows = sorted(org.store[obj].rows.values(), key=lambda row: row.get("SortOrder") or 0)
        entity = org.schema.entity(owner)
        choices = tuple(
            Choice(value=row["MasterLabel"], active=row.get("IsActive", True)) for row in rows
        )
        entity.add(replace(entity.fields[name.lower()], picklist=choices))


def _load(org: Org, entity: Entity, records: Sequence[Mapping[str, Any]]) -> None:
    names: dict[str, str] = {}
    rows = [_row(org, entity, record, names) for record in records]
    if entity.name in _LABELLED:
        _replace_labels(org, entity, rows)
    org.store[entity.name].load(rows)
    org.store.writes += len(rows)
    if entity.name in _LABELLED:
        refresh_choices(org)
        org.schema_changed = org.world.now()
    for row in rows:
        derive.seeded(org, entity.name, row)
    if entity.name == "RecordType":
        for obj in sorted({str(row["SobjectType"]) for row in rows if row.get("SobjectType")}):
            admin.install(org, org.schema.entity(obj), typed_by_record())


def _replace_labels(org: Org, entity: Entity, rows: list[Row]) -> None:
    """A seeded status or stage takes the place of the one with its label."""
    labels = {row["MasterLabel"]: row["Id"] for row in org.store[entity.name].rows.values()}
    for row in rows:
        row["Id"] = labels.get(row["MasterLabel"], row["Id"])


def _row(org: Org, entity: Entity, record: Mapping[str, Any], names: dict[str, str]) -> Row:
    row: Row = {}
    for name, value in record.items():
        if name != "attributes" and value is not None:
            field = entity.get(name)
            if field is None:
                raise Refusal(f"{entity.name} has no field {name!r}; seed describe/{entity.name}")
            kept = _id(value) if field.is_id else typed(field, value)
            if kept is not None:
                row[field.name] = kept
    return _completed(org, entity, row)


def _id(value: Any) -> str:
    found = read_id(str(value))
    if found is None:
        raise Refusal(f"{value!r} is no id: 15 characters, or 18 with the right checksum")
    return found


def _completed(org: Org, entity: Entity, row: Row) -> Row:
    at = row.get("SystemModstamp") or row.get("LastModifiedDate") or row.get("CreatedDate")
    at = at or org.stamp()
    row.setdefault("Id", "")
    row["Id"] = row["Id"] or org.new_id(entity.name)
    row.setdefault("IsDeleted", False)
    row.setdefault("SystemModstamp", at)
    row.setdefault("LastModifiedDate", at)
    row.setdefault("CreatedDate", at)
    row.setdefault("CreatedById", org.integration_user)
    row.setdefault("LastModifiedById", row["CreatedById"])
    if entity.name in ("User", "RecordType"):
        row.setdefault("IsActive", True)
    if entity.name == "User":
        row.setdefault("Username", row.get("Email") or f"{row['Id']}@example.com")
    derive.fill(org, entity, row, manner=Manner(user=org.integration_user, api=False))
    if row.get("IsClosed") is None or entity.name != "OpportunityStage":
        derive.complete(org, entity.name, row, None)
    return {name: value for name, value in row.items() if value is not None}
