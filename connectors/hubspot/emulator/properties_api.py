"""Answers the properties API: definitions, their options, archiving and coming back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from connectors.hubspot.emulator.calls import Call, reply
from connectors.hubspot.emulator.errors import Problem, invalid
from connectors.hubspot.emulator.portal import Portal
from connectors.hubspot.emulator.schema import PIPED, Property
from connectors.hubspot.emulator.store import Store
from connectors.hubspot.emulator.values import stamp
from crmbridge.testing.emulator import Response

_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}\Z")
_TYPES = ("string", "number", "date", "datetime", "enumeration", "bool", "phone_number", "json")
UNIQUE = 10
"""Unique properties of one object. Source: hubspot.md 1.2."""


def shown(portal: Portal, store: Store, prop: Property) -> dict[str, Any]:
    """Return a definition in the vendor's own shape."""
    options = prop.options
    if (store.kind.name, prop.name) in PIPED:
        lines = portal.pipelines.get(store.kind.name, [])
        stages = [(stage.id, stage.label) for line in lines for stage in line.stages]
        pipes = [(line.id, line.label) for line in lines]
        options = tuple(pipes if prop.name.endswith("pipeline") else stages)
    return {
        "name": prop.name,
        "label": prop.label,
        "type": prop.type,
        "fieldType": prop.field_type,
        "description": prop.description,
        "groupName": prop.group,
        "options": [
            {"label": label, "value": value, "displayOrder": place, "hidden": False}
            for place, (value, label) in enumerate(options)
        ],
        "displayOrder": prop.order,
        "calculated": False,
        "externalOptions": prop.name == "hubspot_owner_id" or (store.kind.name, prop.name) in PIPED,
        "archived": prop.archived,
        "hasUniqueValue": prop.unique,
        "hidden": prop.hidden,
        "hubspotDefined": not prop.own,
        "modificationMetadata": {
            "archivable": prop.own,
            "readOnlyDefinition": not prop.own,
            "readOnlyValue": prop.read_only,
        },
        "formField": not prop.read_only,
        "createdAt": stamp(prop.created),
        "updatedAt": stamp(prop.created),
    }


def define(store: Store, given: Mapping[str, Any], now: int) -> Property:
    """Add a property, or bring an archived one back. Raises `Problem` 400 or 409."""
    name = str(given.get("name", ""))
    old = store.properties.get(name)
    if old is not None and not old.archived:
        raise Problem(
            409,
            f"A property named '{name}' already exists.",
            "OBJECT_ALREADY_EXISTS",
            extra={"subCategory": "Properties.PROPERTY_WITH_NAME_EXISTS"},
        )
    _check(store, name, given)
    made = replace(_changed(Property(name=name, label=name, created=now), given), archived=False)
    store.properties[name] = made
    if made.unique:
        store.add_unique(name)
    return made


def _check(store: Store, name: str, given: Mapping[str, Any]) -> None:
    if not _NAME.match(name):
        raise invalid(f"Property name {name!r} must be lower-case letters, digits and underscores")
    if given.get("type", "string") not in _TYPES:
        raise invalid(f"Property type must be one of {', '.join(_TYPES)}")
    if given.get("hasUniqueValue") and len(store.unique) >= UNIQUE:
        raise invalid(f"Only {UNIQUE} properties of an object can have unique values")


def _changed(prop: Property, given: Mapping[str, Any]) -> Property:
    """Return a property with what is given; options are replaced whole (hubspot.md 7.15)."""
    options = prop.options
    if "options" in given:
        options = tuple(
            (str(one["value"]), str(one.get("label", one["value"]))) for one in given["options"]
        )
    return replace(
        prop,
        label=str(given.get("label", prop.label)),
        type=str(given.get("type", prop.type)),
        field_type=str(given.get("fieldType", prop.field_type)),
        group=str(given.get("groupName", prop.group)),
        description=str(given.get("description", prop.description)),
        options=options,
        unique=bool(given.get("hasUniqueValue", prop.unique)),
        hidden=bool(given.get("hidden", prop.hidden)),
        order=int(given.get("displayOrder", prop.order)),
        read_only=bool(given.get("readOnlyValue", prop.read_only)),
    )


def _one(call: Call) -> Property:
    prop = call.store.properties.get(call.parts["name"])
    archived = call.request.one("archived") == "true"
    if prop is None or (prop.archived and not archived):
        text = f'Property "{call.parts["name"]}" does not exist'
        raise Problem(404, text, "OBJECT_NOT_FOUND")
    return prop


def _answer(call: Call, props: list[Property], status: int = 200) -> Response:
    found = [shown(call.portal, call.store, prop) for prop in props]
    return reply({"results": found}, status=status, object="properties", rows=len(found))


def list_all(call: Call) -> Response:
    """Answer all definitions, or the archived ones."""
    archived = call.request.one("archived") == "true"
    return _answer(call, [p for p in call.store.properties.values() if p.archived == archived])


def get(call: Call) -> Response:
    """Answer one definition."""
    return reply(shown(call.portal, call.store, _one(call)), object="properties", rows=1)


def create(call: Call) -> Response:
    """Define a property."""
    made = define(call.store, call.json(), call.portal.now())
    body = shown(call.portal, call.store, made)
    return reply(body, status=201, object="properties", rows=1, committed=True)


def change(call: Call) -> Response:
    """Change a definition."""
    given = {k: v for k, v in call.json().items() if k not in ("name", "hasUniqueValue")}
    made = _changed(_one(call), given)
    call.store.properties[made.name] = made
    body = shown(call.portal, call.store, made)
    return reply(body, object="properties", rows=1, committed=True)


def archive(call: Call) -> Response:
    """Archive a definition; the vendor's own cannot be."""
    prop = _one(call)
    if not prop.own:
        raise invalid(f"{prop.name} is defined by the vendor and cannot be archived")
    call.store.properties[prop.name] = replace(prop, archived=True)
    call.store.unique.pop(prop.name, None)
    return reply(status=204, object="properties", rows=1, committed=True)


def batch_read(call: Call) -> Response:
    """Answer several definitions; unknown names are left out."""
    wanted = [str(one.get("name", "")) for one in call.inputs(100)]
    props = [call.store.properties[name] for name in wanted if name in call.store.properties]
    return _answer(call, [prop for prop in props if not prop.archived])


def batch_create(call: Call) -> Response:
    """Define several properties, all or none."""
    inputs = call.inputs(100)
    for one in inputs:
        old = call.store.properties.get(str(one.get("name", "")))
        if old is not None and not old.archived:
            define(call.store, one, call.portal.now())
        _check(call.store, str(one.get("name", "")), one)
    made = [define(call.store, one, call.portal.now()) for one in inputs]
    answer = _answer(call, made, 201)
    return replace(answer, note=replace(answer.note, committed=True))


def groups(call: Call) -> Response:
    """Answer the groups that properties are in."""
    names = dict.fromkeys(prop.group for prop in call.store.properties.values() if prop.group)
    found = [{"name": name, "label": name, "archived": False} for name in names]
    return reply({"results": found}, object="properties", rows=len(found))


def create_group(call: Call) -> Response:
    """Accept a group; groups live in the properties that name them."""
    given = call.json()
    body = {"name": given.get("name"), "label": given.get("label"), "archived": False}
    return reply(body, status=201, object="properties", rows=1, committed=True)
