"""What administrators do: users, fields, picklists, field-level security, other apps' calls."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from connectors.salesforce.emulator.org import Org
from connectors.salesforce.emulator.people import Act, Body
from connectors.salesforce.emulator.schema import Entity, Field, custom_field, with_choice
from crmbridge.testing.emulator import Refusal


def deactivate_user(org: Org, body: Body) -> dict[str, Any]:
    """`{user}`: an id, e-mail or name; the user keeps what he owns and gets no more."""
    return _activate(org, body, active=False)


def activate_user(org: Org, body: Body) -> dict[str, Any]:
    """`{user}`."""
    return _activate(org, body, active=True)


def _activate(org: Org, body: Body, *, active: bool) -> dict[str, Any]:
    user = org.user(body["user"])
    row = org.store.row("User", user)
    if row is None:
        raise Refusal("a queue cannot be switched on or off")
    at = org.stamp()
    new = {**row, "IsActive": active, "SystemModstamp": at, "LastModifiedDate": at}
    org.store.put("User", new)
    return {"id": user}


def add_field(org: Org, body: Body) -> dict[str, Any]:
    """`{object, field: {name, type, …}}`: shape as in the seed `describe/Lead`."""
    entity = org.schema.entity(str(body["object"]))
    install(org, entity, custom_field(body["field"]))
    return {"object": entity.name, "field": body["field"]["name"]}


def install(org: Org, entity: Entity, field: Field) -> None:
    """Add a field or replace one, with its index."""
    entity.add(field)
    org.store[entity.name].reindex(field)
    org.schema_changed = org.world.now()


def rename_field(org: Org, body: Body) -> dict[str, Any]:
    """`{object, field, to}`: the values move with it."""
    entity, field = _field(org, body)
    entity.drop(field.name)
    new = replace(field, name=str(body["to"]))
    entity.add(new)
    org.store[entity.name].rename(field.name, new)
    org.schema_changed = org.world.now()
    return {"object": entity.name, "field": new.name}


def delete_field(org: Org, body: Body) -> dict[str, Any]:
    """`{object, field}`: the values go too."""
    entity, field = _field(org, body)
    entity.drop(field.name)
    org.store[entity.name].rename(field.name, None)
    org.schema_changed = org.world.now()
    return {"object": entity.name, "field": field.name}


def retire_value(org: Org, body: Body) -> dict[str, Any]:
    """`{object, field, value}`: rows keep it, writes of a restricted picklist fail with it."""
    return _choose(org, body, active=False)


def add_value(org: Org, body: Body) -> dict[str, Any]:
    """`{object, field, value}`."""
    return _choose(org, body, active=True)


def _choose(org: Org, body: Body, *, active: bool) -> dict[str, Any]:
    entity, field = _field(org, body)
    entity.add(with_choice(field, str(body["value"]), active=active))
    org.schema_changed = org.world.now()
    return {"object": entity.name, "field": field.name, "value": body["value"]}


def revoke_fls(org: Org, body: Body) -> dict[str, Any]:
    """`{object, field, read_only?}`: the integration user no longer sees, or writes, the field."""
    entity, field = _field(org, body)
    option = "readonly_fields" if body.get("read_only") else "hidden_fields"
    named = {key: list(value) for key, value in org.options[option].items()}
    named.setdefault(entity.name, []).append(field.name)
    return _secure(org, option, named)


def grant_fls(org: Org, body: Body) -> dict[str, Any]:
    """`{object, field}`: the integration user sees and writes the field again."""
    entity, field = _field(org, body)
    for option in ("readonly_fields", "hidden_fields"):
        named = {
            key: [one for one in value if (key, one) != (entity.name, field.name)]
            for key, value in org.options[option].items()
        }
        _secure(org, option, named)
    return {"object": entity.name, "field": field.name}


def _secure(org: Org, option: str, named: dict[str, list[str]]) -> dict[str, Any]:
    org.options = {**org.options, option: named}
    org.refresh_security()
    org.schema_changed = org.world.now()
    return {option: named}


def _field(org: Org, body: Body) -> tuple[Entity, Field]:
    entity = org.schema.entity(str(body["object"]))
    field = entity.get(str(body["field"]))
    if field is None:
        raise Refusal(f"{entity.name} has no field {body['field']!r}; see its describe")
    return entity, field


ACTS: dict[str, Act] = {
    "deactivate_user": deactivate_user,
    "activate_user": activate_user,
    "add_field": add_field,
    "rename_field": rename_field,
    "delete_field": delete_field,
    "retire_picklist_value": retire_value,
    "add_picklist_value": add_value,
    "revoke_fls": revoke_fls,
    "grant_fls": grant_fls,
}
