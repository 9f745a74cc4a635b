"""What the org says of itself: describe, the list of objects, limits, versions."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

from connectors.salesforce.emulator.api import Call, Reply, Site
from connectors.salesforce.emulator.query import attributes
from connectors.salesforce.emulator.schema import NUMBER_TYPES, Entity, Field

_SEASONS = ("Spring", "Summer", "Winter")


def describe(site: Site, call: Call) -> Reply:
    """GET sobjects/X/describe: fields that the user sees; 304 when nothing changed."""
    entity = site.entity(call.parts[1])
    since = call.headers.get("if-modified-since")
    if since and parsedate_to_datetime(since).astimezone(UTC) >= site.org.schema_changed.replace(
        microsecond=0
    ):
        return Reply(status=304, obj=entity.name)
    fields = [
        field_json(one, f"{entity.name}.{one.name}" in site.org.read_only, writable=entity.writable)
        for one in entity.fields.values()
        if site.org.sees(entity, one)
    ]
    body = {
        **_summary(entity, call),
        "fields": fields,
        "recordTypeInfos": [],
        "childRelationships": [],
    }
    return Reply(body=body, obj=entity.name)


def objects(site: Site, call: Call) -> Reply:
    """GET sobjects: all objects."""
    found = [_summary(one, call) for one in site.org.schema]
    return Reply(body={"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": found})


def about(site: Site, call: Call) -> Reply:
    """GET sobjects/X: the object, without its fields."""
    entity = site.entity(call.parts[1])
    body = {"objectDescribe": _summary(entity, call), "recentItems": []}
    return Reply(body=body, obj=entity.name)


def resources(site: Site, call: Call) -> Reply:
    """GET the version's root: its resources."""
    root = f"/services/data/v{call.version}/"
    names = ("sobjects", "query", "queryAll", "composite", "limits")
    return Reply(body={name: root + name for name in names})


def limits(site: Site, call: Call) -> Reply:
    """GET limits: only the allocations that this emulator counts."""
    most = site.org.options["daily_limit"]
    left = max(0, most - site.quota.used(site.org.world.now()))
    return Reply(body={"DailyApiRequests": {"Max": most, "Remaining": left}})


def versions(oldest: int, newest: int) -> list[dict[str, str]]:
    """Return the list of API versions; it needs no token and is not counted."""
    return [
        {
            # three releases a year; v60 was Spring '24
            "label": f"{_SEASONS[number % 3]} '{24 + (number - 60 + number % 3 // 2) // 3:02d}",
            "url": f"/services/data/v{number}.0",
            "version": f"{number}.0",
        }
        for number in range(oldest, newest + 1)
    ]


def field_json(field: Field, read_only: bool, *, writable: bool) -> dict[str, Any]:
    """Return a field as describe shows it."""
    can_sort = field.type not in ("textarea", "multipicklist")
    number = field.type in NUMBER_TYPES
    return {
        "aggregatable": can_sort,
        "autoNumber": False,
        "byteLength": field.length * 3,
        "calculated": field.calculated,
        "caseSensitive": field.case_sensitive,
        "createable": field.createable and writable and not read_only,
        "custom": field.custom,
        "defaultValue": field.default,
        "defaultedOnCreate": field.default is not None
        or field.type == "boolean"
        or field.defaulted,
        "digits": 9 if field.type == "int" else 0,
        "externalId": field.external_id,
        "filterable": not (field.type == "textarea" and field.length > 255),
        "groupable": can_sort and not number,
        "idLookup": field.id_lookup or field.external_id or field.type == "id",
        "label": field.label or field.name,
        "length": field.length,
        "name": field.name,
        "nameField": field.name == "Name",
        "nillable": field.nillable and field.type != "boolean",
        "picklistValues": [
            {"active": one.active, "defaultValue": one.value == field.default,
             "label": one.value, "validFor": None, "value": one.value}
            for one in field.picklist
        ],
        "precision": field.precision if number else 0,
        "referenceTo": list(field.targets),
        "relationshipName": field.relationship or None,
        "restrictedPicklist": field.restricted,
        "scale": field.scale if number and field.type != "int" else 0,
        "soapType": _soap(field),
        "sortable": can_sort,
        "type": field.type,
        "unique": field.unique,
        "updateable": field.updateable and writable and not read_only,
    }  # fmt: skip


def _soap(field: Field) -> str:
    known = {"id": "tns:ID", "reference": "tns:ID", "boolean": "xsd:boolean", "int": "xsd:int",
             "date": "xsd:date", "datetime": "xsd:dateTime"}  # fmt: skip
    return known.get(field.type, "xsd:double" if field.type in NUMBER_TYPES else "xsd:string")


def _summary(entity: Entity, call: Call) -> dict[str, Any]:
    root = attributes(entity.name, "", call.version)["url"].rstrip("/")
    return {
        "activateable": False,
        "createable": entity.writable,
        "custom": False,
        "deletable": entity.writable,
        "keyPrefix": entity.prefix,
        "label": entity.name,
        "labelPlural": entity.name + "s",
        "mergeable": entity.name in ("Lead", "Contact", "Account"),
        "name": entity.name,
        "queryable": True,
        "replicateable": True,
        "retrieveable": True,
        "searchable": entity.writable,
        "triggerable": entity.writable,
        "undeletable": entity.writable and entity.name != "OpportunityContactRole",
        "updateable": entity.writable,
        "urls": {"sobject": root, "describe": root + "/describe", "rowTemplate": root + "/{ID}"},
    }
