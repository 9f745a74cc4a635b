"""What people do on the screens with leads, contacts and activities."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connectors.salesforce.emulator import derive, dml
from connectors.salesforce.emulator.ids import read_id
from connectors.salesforce.emulator.org import Manner, Org
from connectors.salesforce.emulator.schema import Entity
from connectors.salesforce.emulator.store import Row
from crmbridge.testing.emulator import Refusal

Body = Mapping[str, Any]
Act = Callable[[Org, Body], dict[str, Any]]
_MERGEABLE = ("Lead", "Contact", "Account")


def target(org: Org, body: Body, default: str = "Lead") -> tuple[Entity, Row]:
    """Return the object and row that a request means: `object`, and `id` or `match`."""
    entity = org.schema.entity(str(body.get("object") or _kind(org, body) or default))
    return entity, org.find(entity.name, body)


def _kind(org: Org, body: Body) -> str:
    found = read_id(str(body.get("id", "")))
    return org.schema.of_id(found) if found else ""


def hand(org: Org, body: Body, row: Row | None = None) -> Manner:
    """Return the manner of a person: `by` names the user, by default the owner.

    The owner of a line or a contact role is that of its deal.
    """
    if body.get("by"):
        return Manner(user=org.user(body["by"]), api=False)
    deal = org.store.row("Opportunity", (row or {}).get("OpportunityId")) or {}
    owner = (row or {}).get("OwnerId") or deal.get("OwnerId", "")
    return Manner(user=owner if owner.startswith("005") else org.integration_user, api=False)


def create(org: Org, body: Body) -> dict[str, Any]:
    """`{object, fields, by?}`: a person makes a record."""
    entity = org.schema.entity(str(body.get("object", "Lead")))
    row = dml.create(org, entity, body.get("fields", {}), hand(org, body))
    return {"id": row["Id"]}


def edit(org: Org, body: Body) -> dict[str, Any]:
    """`{object?, id | match, fields, by?}`: change fields; the owner's own edit reads the lead."""
    entity, row = target(org, body)
    manner = hand(org, body, row)
    fields = dict(body.get("fields", {}))
    if entity.name == "Lead" and row.get("IsConverted"):
        raise Refusal("a converted lead is read-only; edit its contact")
    if entity.name == "Lead" and manner.user == row.get("OwnerId"):
        fields.setdefault("IsUnreadByOwner", False)
    dml.update(org, entity, row["Id"], fields, manner)
    return {"id": row["Id"]}


def view(org: Org, body: Body) -> dict[str, Any]:
    """`{id | match}`: the owner opens the lead, so that IsUnreadByOwner becomes false."""
    return edit(org, {**body, "object": "Lead", "fields": {"IsUnreadByOwner": False}})


def set_status(org: Org, body: Body) -> dict[str, Any]:
    """`{id | match, status, fields?, by?}`."""
    fields = {"Status": body["status"], **body.get("fields", {})}
    return edit(org, {**body, "object": "Lead", "fields": fields})


def reject(org: Org, body: Body) -> dict[str, Any]:
    """`{id | match, status?, reason?, reason_field?, by?}`: the rep sends a lead back."""
    fields = dict(body.get("fields", {}))
    if body.get("reason"):
        if not body.get("reason_field"):
            raise Refusal("reject with a reason needs reason_field, the field that holds it")
        fields[body["reason_field"]] = body["reason"]
    status = body.get("status", "Closed - Not Converted")
    return set_status(org, {**body, "status": status, "fields": fields})


def reassign(org: Org, body: Body) -> dict[str, Any]:
    """`{object?, id | match, owner, by?}`: owner is an id, e-mail or name of a user or queue."""
    return edit(org, {**body, "fields": {"OwnerId": org.user(body["owner"])}})


def delete(org: Org, body: Body) -> dict[str, Any]:
    """`{object?, id | match, by?}`: into the recycle bin."""
    entity, row = target(org, body)
    dml.delete(org, entity, row["Id"], hand(org, body, row))
    return {"id": row["Id"]}


def undelete(org: Org, body: Body) -> dict[str, Any]:
    """`{id, by?}`: out of the recycle bin; children stay there."""
    entity, row = target(org, body)
    user = hand(org, body, row).user
    back = {
        **row,
        "IsDeleted": False,
        "SystemModstamp": org.stamp(),
        "LastModifiedDate": org.stamp(),
        "LastModifiedById": user,
    }
    back.pop("MasterRecordId", None)
    org.store.put(entity.name, back)
    derive.leave(org, entity.name, back)
    return {"id": row["Id"]}


def hard_delete(org: Org, body: Body) -> dict[str, Any]:
    """`{object?, id | match, by?}`: gone at once, not even queryAll sees it."""
    entity, row = target(org, body)
    dml.erase(org, entity, row["Id"], hand(org, body, row).user)
    return {"id": row["Id"]}


def empty_bin(org: Org, body: Body) -> dict[str, Any]:
    """`{object?}`: purge the recycle bin, of one object or of all."""
    count = 0
    for table in org.store:
        if body.get("object", table.entity.name) == table.entity.name:
            for one in [key for key, row in table.rows.items() if row.get("IsDeleted")]:
                org.store.remove(table.entity.name, one)
                count += 1
    return {"purged": count}


def merge(org: Org, body: Body) -> dict[str, Any]:
    """`{object?, winner, losers: [id, …], fields?, by?}`: losers get MasterRecordId.

    Children move to the winner, external ids of losers do not. Source: salesforce.md 8, Merge.
    """
    entity = org.schema.entity(str(body.get("object") or _kind(org, {"id": body["winner"]})))
    losers = [org.find(entity.name, {"id": one}) for one in body.get("losers", ())]
    winner = org.find(entity.name, {"id": body["winner"]})
    if entity.name not in _MERGEABLE or not 1 <= len(losers) <= 2:
        raise Refusal("merge one or two losers of Lead, Contact or Account into a winner")
    manner = hand(org, body, winner)
    for loser in losers:
        _reparent(org, loser["Id"], winner["Id"], manner)
        dml.bin_row(org, entity, loser, manner, MasterRecordId=winner["Id"])
    dml.update(org, entity, winner["Id"], body.get("fields", {}), manner)
    return {"id": winner["Id"], "merged": [loser["Id"] for loser in losers]}


def _reparent(org: Org, old: str, new: str, manner: Manner) -> None:
    kind = org.schema.of_id(old)
    for entity in org.schema:
        for field in entity.fields.values():
            if kind in field.targets and not field.name.startswith(("Converted", "MasterRecord")):
                for one in _pointing(org, entity, field.name, old):
                    row = org.store[entity.name].rows[one]
                    at = org.stamp()
                    org.store.put(entity.name, {**row, field.name: new, "SystemModstamp": at,
                                                "LastModifiedDate": at,
                                                "LastModifiedById": manner.user})  # fmt: skip


def _pointing(org: Org, entity: Entity, name: str, record_id: str) -> list[str]:
    table, field = org.store[entity.name], entity.fields[name.lower()]
    return sorted(table.ids(field, record_id)) if table.has_index(field) else []


def log_activity(org: Org, body: Body) -> dict[str, Any]:
    """`{who, what?, subject?, kind?: task | event, status?, type?, date?, fields?, by?}`.

    A task is completed unless `status` says otherwise; `type` is TaskSubtype: Call, Email, Task.
    """
    kind = str(body.get("kind", "task")).capitalize()
    if kind not in ("Task", "Event"):
        raise Refusal(f"an activity is a task or an event, not {body.get('kind')!r}")
    who = read_id(str(body.get("who", "")))
    owner = org.store.row(org.schema.of_id(who), who) if who else None
    manner = hand(org, body, owner)
    fields = {
        "WhoId": who,
        "WhatId": body.get("what"),
        "Subject": body.get("subject", "Call"),
        "ActivityDate": body.get("date", org.today()),
        "OwnerId": manner.user,
        **body.get("fields", {}),
    }
    if kind == "Task":
        fields |= {
            "Status": body.get("status", "Completed"),
            "TaskSubtype": body.get("type", "Task"),
        }
    return {"id": dml.create(org, org.schema.entity(kind), fields, manner)["Id"]}


def touch(org: Org, body: Body) -> dict[str, Any]:
    """`{object, ids?, fields?}`: system work moves SystemModstamp of rows (all by default)."""
    table = org.store[org.schema.entity(str(body.get("object", "Lead"))).name]
    ids = [read_id(str(one)) or "" for one in body.get("ids", ())] or list(table.rows)
    for one in ids:
        row = table.rows.get(one)
        if row is None:
            raise Refusal(f"no {table.entity.name} with the id {one}")
        changes = {**body.get("fields", {}), "SystemModstamp": org.stamp()}
        org.store.put(table.entity.name, {**row, **changes})
    return {"touched": len(ids)}


def recalculate(org: Org, body: Body) -> dict[str, Any]:
    """`{object?, id | match, fields}`: a formula's value changes and no stamp moves (fault F50)."""
    entity, row = target(org, body)
    org.store.put(entity.name, {**row, **body.get("fields", {})})
    return {"id": row["Id"]}


ACTS: dict[str, Act] = {
    "create": create,
    "edit": edit,
    "view": view,
    "set_status": set_status,
    "reject": reject,
    "reassign": reassign,
    "delete": delete,
    "undelete": undelete,
    "hard_delete": hard_delete,
    "empty_bin": empty_bin,
    "merge": merge,
    "log_activity": log_activity,
    "touch": touch,
    "recalculate": recalculate,
}
