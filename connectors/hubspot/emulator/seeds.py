"""Fills the portal with seeded records, and gives back the truth about what it holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from connectors.hubspot.emulator.links import wanted_types
from connectors.hubspot.emulator.portal import Portal
from connectors.hubspot.emulator.properties_api import define, shown
from connectors.hubspot.emulator.record import Record
from connectors.hubspot.emulator.shapes import LinkType, Pipeline, Stage
from connectors.hubspot.emulator.store import Store
from connectors.hubspot.emulator.values import epoch, stamp
from crmbridge.testing.emulator import Refusal

Given = Mapping[str, Any]


def seed(portal: Portal, object: str, records: Sequence[Given]) -> int:
    """Add records of an object; return how many. Raises `Refusal` or `Problem`."""
    family, _, rest = object.partition("/")
    try:
        if family == "properties":
            for one in records:
                _define(portal, portal.store(rest), one)
        elif family == "pipelines":
            name = portal.store(rest).kind.name
            portal.pipelines[name] = [_pipeline(one) for one in records]
        elif object in _OTHERS:
            for one in records:
                _OTHERS[object](portal, one)
        else:
            _records(portal, portal.store(object), records)
    except (KeyError, TypeError, ValueError) as problem:
        raise Refusal(f"seed {object}: {type(problem).__name__} {problem}") from None
    return len(records)


def _records(portal: Portal, store: Store, records: Sequence[Given]) -> None:
    now = portal.now()
    made = [_record(portal, store, one, now) for one in records]
    taken = {record.id for record in made} & (store.live.keys() | store.archived.keys())
    if taken or len({record.id for record in made}) < len(made):
        raise Refusal(f"an id of a seeded record is taken: {sorted(taken)[:3]}")
    _refuse_twins(store, made)
    store.bulk(made)
    for record, one in zip(made, records, strict=True):
        for one_link in one.get("associations", ()):
            link(portal, store, record, one_link)


def _refuse_twins(store: Store, made: Sequence[Record]) -> None:
    seen: set[tuple[str, str]] = set()
    for key in (key for record in made for key in store.keys(record)):
        if key in seen or key[1] in store.unique[key[0]]:
            raise Refusal(f"two {store.kind.name} would have one {key[0]}, which must be unique")
        seen.add(key)


_NOT_STORED = ("hs_object_id", "createdate", "hs_createdate", "lastmodifieddate")


def _record(portal: Portal, store: Store, one: Given, now: int) -> Record:
    given = one.get("properties", {})
    props = {k: v if isinstance(v, str) else _text(v) for k, v in given.items() if v is not None}
    for name in (*_NOT_STORED, "hs_lastmodifieddate"):
        props.pop(name, None)
    if "email" in props:
        props["email"] = props["email"].strip().lower()
    unknown = props.keys() - store.properties.keys()
    if unknown:
        raise Refusal(f"{store.kind.name} have no property {sorted(unknown)}; seed it before")
    created_text = one.get("createdAt") or given.get(store.kind.created)
    created = epoch(str(created_text)) if created_text else now
    updated_text = one.get("updatedAt") or given.get(store.kind.changed)
    updated = epoch(str(updated_text)) if updated_text else max(created, now)
    return Record(id=_id(portal, store, one), props=props, created=created, updated=updated)


def _id(portal: Portal, store: Store, one: Given) -> int:
    if "id" not in one:
        return store.new_id(portal.chance.randint(1, 9))
    id = int(one["id"])
    store.keep_id(id)
    return id


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def link(portal: Portal, store: Store, record: Record, given: Given) -> None:
    """Make an association from `{to: {id} or id, object?, types?}`."""
    to = given["to"]
    types = wanted_types(given.get("types", []))
    own = (one for one in portal.links.types if one.source == store.kind.name)
    named = [one.target for one in own if one.id in types]
    object = portal.store(str(given.get("object") or (named or ["contacts"])[0])).kind.name
    other = portal.store(object).find(str(to["id"] if isinstance(to, Mapping) else to))
    if other is None:
        raise Refusal(f"an association of a seeded record leads to no {object} {to}")
    portal.links.add((store.kind.name, record.id), (object, other.id), types)


def _define(portal: Portal, store: Store, one: Given) -> None:
    define(store, one, portal.now())


def _pipeline(one: Given) -> Pipeline:
    stages = tuple(
        Stage(
            id=str(stage["id"]),
            label=str(stage.get("label", stage["id"])),
            probability=str(stage.get("metadata", {}).get("probability", "")),
            closed=str(stage.get("metadata", {}).get("isClosed", "")).lower() == "true",
        )
        for stage in one["stages"]
    )
    return Pipeline(id=str(one["id"]), label=str(one.get("label", one["id"])), stages=stages)


def _submission(portal: Portal, one: Given) -> None:
    form = portal.forms.by_id.get(str(one["formId"])) or portal.forms.add(
        {"id": one["formId"]}, portal.now()
    )
    values = [(str(pair["name"]), str(pair["value"])) for pair in one.get("values", ())]
    at = epoch(str(one["submittedAt"])) if "submittedAt" in one else portal.now()
    contact = str(one.get("contactId", ""))
    portal.forms.submit(form, values, at=at, page=str(one.get("pageUrl", "")), contact=contact)


def _label(portal: Portal, one: Given) -> None:
    """Add an own label from `{from, to, label, typeId}`; its other direction is typeId + 1."""
    source, target = portal.store(one["from"]).kind.name, portal.store(one["to"]).kind.name
    id, label = int(one["typeId"]), str(one["label"])
    for a, b, there, back in ((source, target, id, id + 1), (target, source, id + 1, id)):
        portal.links.types.append(
            LinkType(
                source=a, target=b, id=there, inverse=back, label=label, category="USER_DEFINED"
            )
        )


_OTHERS: Mapping[str, Callable[[Portal, Given], object]] = {
    "owners": lambda portal, one: portal.people.add_owner(one, portal.now()),
    "lists": lambda portal, one: portal.lists.create(one, portal.now()),
    "forms": lambda portal, one: portal.forms.add(one, portal.now()),
    "form_submissions": _submission,
    "events": lambda portal, one: portal.people.add_event(one, portal.now()),
    "association_labels": _label,
}


def state(portal: Portal, object: str) -> list[dict[str, Any]]:
    """Return the truth about an object. Raises `Refusal` for one that does not exist."""
    family, _, rest = object.partition("/")
    if family == "properties" and rest:
        store = portal.store(rest)
        return [shown(portal, store, prop) for prop in store.properties.values()]
    if object in portal.stores:
        return _truth(portal, portal.stores[object])
    found: Mapping[str, Callable[[], list[dict[str, Any]]]] = {
        "lists": lambda: [_list(portal, id) for id in portal.lists.by_id],
        "owners": lambda: [dict(one) for one in portal.people.owners.values()],
        "forms": lambda: [one.shown() for one in portal.forms.by_id.values()],
        "form_submissions": lambda: _submissions(portal),
        "events": lambda: [dict(one) for one in portal.people.events],
    }
    if object not in found:
        raise Refusal(f"no state of {object}; there are {sorted([*portal.stores, *found])}")
    return found[object]()


def _list(portal: Portal, id: str) -> dict[str, Any]:
    one = portal.lists.by_id[id]
    return {**one.shown(), "members": [str(member) for member in one.members]}


def _submissions(portal: Portal) -> list[dict[str, Any]]:
    return [
        {**one.shown(), "formId": form.id, "contactId": one.contact}
        for form in portal.forms.by_id.values()
        for one in form.submissions
    ]


def _truth(portal: Portal, store: Store) -> list[dict[str, Any]]:
    aliases: dict[int, list[str]] = {}
    for old in store.alias:
        aliases.setdefault(store.survivor(old), []).append(str(old))
    records = [*store.live.values(), *store.archived.values()]
    joined: dict[int, list[str]] = {}
    for one in portal.lists.by_id.values() if store.kind.name == "contacts" else ():
        for member in one.members:
            joined.setdefault(member, []).append(one.id)
    return [
        {
            "id": str(record.id),
            "properties": {
                **record.props,
                "hs_object_id": str(record.id),
                store.kind.created: stamp(record.created),
                store.kind.changed: stamp(record.updated),
            },
            "archived": bool(record.archived),
            "createdAt": stamp(record.created),
            "updatedAt": stamp(record.updated),
            "mergedIds": aliases.get(record.id, []),
            "lists": joined.get(record.id, []),
            "associations": _linked(portal, store, record.id),
        }
        for record in records
    ]


def _linked(portal: Portal, store: Store, id: int) -> dict[str, list[str]]:
    found = {name: portal.links.of(store.kind.name, id, name) for name in portal.stores}
    return {name: [str(other) for other in others] for name, others in found.items() if others}
