"""Answers the lists API: create, look up, and change who is on a list."""

from __future__ import annotations

from typing import Any

from connectors.hubspot.emulator.calls import Call, next_page, reply
from connectors.hubspot.emulator.errors import Problem, invalid
from connectors.hubspot.emulator.lists import ContactList
from connectors.hubspot.emulator.values import stamp
from crmbridge.testing.emulator import Response, Wrote


def _list(call: Call) -> ContactList:
    found = call.portal.lists.by_id.get(call.parts["list"])
    if found is None:
        text = f"List does not exist with ID {call.parts['list']}."
        raise Problem(404, text, "OBJECT_NOT_FOUND")
    return found


def create(call: Call) -> Response:
    """Create a list."""
    made = call.portal.lists.create(call.json(), call.portal.now())
    return reply({"list": made.shown()}, object="lists", rows=1, committed=True)


def get(call: Call) -> Response:
    """Answer a list by id."""
    return reply({"list": _list(call).shown()}, object="lists", rows=1)


def by_name(call: Call) -> Response:
    """Answer a list by name."""
    found = call.portal.lists.named(call.parts["name"])
    if found is None:
        text = f"List does not exist with name {call.parts['name']}."
        raise Problem(404, text, "OBJECT_NOT_FOUND")
    return reply({"list": found.shown()}, object="lists", rows=1)


def find(call: Call) -> Response:
    """Answer lists whose name holds a text."""
    body = call.json()
    words, count = str(body.get("query") or "").lower(), int(body.get("count") or 20)
    start = int(body.get("offset") or 0)
    found = [one.shown() for one in call.portal.lists.by_id.values() if words in one.name.lower()]
    page = found[start : start + count]
    answer = {
        "lists": page,
        "offset": start + len(page),
        "total": len(found),
        "hasMore": start + count < len(found),
    }
    return reply(answer, object="lists", rows=len(page))


def delete(call: Call) -> Response:
    """Delete a list."""
    del call.portal.lists.by_id[_list(call).id]
    return reply(status=204, object="lists", rows=1, committed=True)


def memberships(call: Call) -> Response:
    """Answer who is on a list, in order of joining; `after` is an opaque place."""
    members = sorted(_list(call).members.items(), key=lambda one: (one[1], one[0]))
    limit, start = call.number("limit", 100, 250), call.after()
    page = members[start : start + limit]
    body: dict[str, Any] = {
        "results": [{"recordId": str(id), "membershipTimestamp": stamp(at)} for id, at in page],
        "total": len(members),
    }
    if len(members) > start + limit:
        body["paging"] = next_page(str(start + limit), "lists")
    return reply(body, object="lists", rows=len(page))


def of_record(call: Call) -> Response:
    """Answer the lists that a contact is on."""
    found = [{"listId": id} for id in call.portal.lists.of(int(call.parts["id"]))]
    return reply({"results": found, "total": len(found)}, object="lists", rows=len(found))


def add_and_remove(call: Call) -> Response:
    """Put contacts on a list and take others off."""
    body = call.json()
    return _change(call, body.get("recordIdsToAdd"), body.get("recordIdsToRemove"))


def add(call: Call) -> Response:
    """Put contacts on a list."""
    return _change(call, call.any_json(), [])


def remove(call: Call) -> Response:
    """Take contacts off a list."""
    return _change(call, [], call.any_json())


def _change(call: Call, add: object, remove: object) -> Response:
    known, missing = _ids(call, add)
    gone, _ = _ids(call, remove)
    list_ = _list(call)
    asked = {str(id): "on" for id in known} | {str(id): "off" for id in gone}
    before = {id: "on" for id in asked if int(id) in list_.members}
    added, removed = call.portal.lists.change(list_, known, gone, call.portal.now())
    wrote = Wrote(object="lists", record=list_.name, fields=asked, before=before)
    call.portal.wrote.append(wrote)
    body = {
        "recordsIdsAdded": [str(id) for id in added],
        "recordIdsRemoved": [str(id) for id in removed],
        "recordIdsMissing": missing,
    }
    return reply(body, object="lists", rows=len(added) + len(removed), committed=True)


def _ids(call: Call, given: object) -> tuple[list[int], list[str]]:
    if not isinstance(given or [], list):
        raise invalid("Invalid input JSON: record ids must be an array")
    store, known, missing = call.portal.stores["contacts"], [], []
    for text in map(str, given or ()):  # type: ignore[call-overload]  # checked above
        record = store.find(text)
        if record is None:
            missing.append(text)
        else:
            known.append(record.id)
    return known, missing
