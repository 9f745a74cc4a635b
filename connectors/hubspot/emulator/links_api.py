"""Answers the associations API: reads and writes in batches, and one pair at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.hubspot.emulator.calls import Call, reply
from connectors.hubspot.emulator.errors import Problem, invalid, not_found
from connectors.hubspot.emulator.links import Ends, wanted_types
from connectors.hubspot.emulator.values import stamp
from crmbridge.testing.emulator import Response

READ, WRITE, PAGE = 1_000, 2_000, 500
"""Inputs of a read and of a write (hubspot.md 1.2), and rows of one record (7.13)."""


def _kinds(call: Call) -> tuple[str, str]:
    portal = call.portal
    return portal.store(call.parts["from"]).kind.name, portal.store(call.parts["to"]).kind.name


def _ends(call: Call, object: str, given: object) -> Ends:
    id = str(given.get("id", "")) if isinstance(given, Mapping) else str(given)
    record = call.portal.store(object).find(id)
    if record is None:
        text = f"{object} {id} does not exist"
        raise Problem(404, text, "OBJECT_NOT_FOUND", context={"ids": [id]})
    return object, record.id


def _rows(call: Call, source: Ends, target: str, after: str) -> tuple[list[dict[str, Any]], str]:
    """Return a page of associated records, numeric ids as the vendor sends them, and the next."""
    start = int(after) if after.isdigit() else 0
    linked = sorted(call.portal.links.of(*source, target).items())
    later = [(id, types) for id, types in linked if id >= start]
    shown = [
        {"toObjectId": id, "associationTypes": [_type(call, source, target, t) for t in types]}
        for id, types in later[:PAGE]
    ]
    return shown, str(later[PAGE][0]) if len(later) > PAGE else ""


def _type(call: Call, source: Ends, target: str, id: int) -> dict[str, Any]:
    one = call.portal.links.type(source[0], target, id)
    return {"category": one.category, "typeId": one.id, "label": one.label}


def batch_read(call: Call) -> Response:
    """Answer the associations of up to 1,000 records; those without any make it a 207."""
    source, target = _kinds(call)
    results, errors = [], []
    for one in call.inputs(READ):
        id = str(one.get("id", ""))
        record = call.portal.store(source).find(id)
        ends = (source, record.id if record else 0)
        rows, after = _rows(call, ends, target, str(one.get("after") or ""))
        if not rows:
            errors.append(_nothing(source, target, id))
            continue
        shown: dict[str, Any] = {"from": {"id": str(ends[1])}, "to": rows}
        if after:
            link = f"https://api.vendor.example/crm/v4/objects?after={after}"
            shown["paging"] = {"next": {"after": after, "link": link}}
        results.append(shown)
    return _batch(call, results, errors, status=200)


def _nothing(source: str, target: str, id: str) -> dict[str, Any]:
    problem = Problem(
        404,
        f"No {target} is associated with {source} {id}.",
        "OBJECT_NOT_FOUND",
        context={"fromObjectId": [id], "fromObjectType": [source], "toObjectType": [target]},
        extra={"subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND"},
    )
    return problem.body()


def _batch(
    call: Call,
    results: list[Any],
    errors: list[dict[str, Any]],
    *,
    status: int,
    committed: bool = False,
) -> Response:
    at = stamp(call.portal.now())
    body: dict[str, Any] = {
        "status": "COMPLETE",
        "results": results,
        "startedAt": at,
        "completedAt": at,
    }
    if errors:
        body |= {"numErrors": len(errors), "errors": errors}
    return reply(
        body,
        status=207 if errors else status,
        object="associations",
        rows=len(results),
        committed=committed,
    )


def batch_create(call: Call) -> Response:
    """Associate up to 2,000 pairs with the types given."""
    return _create(call, plain=False)


def batch_default(call: Call) -> Response:
    """Associate up to 2,000 pairs without a label."""
    return _create(call, plain=True)


def _create(call: Call, *, plain: bool) -> Response:
    source, target = _kinds(call)
    results, errors = [], []
    for one in call.inputs(WRITE):
        try:
            ends = _ends(call, source, one.get("from")), _ends(call, target, one.get("to"))
            types = [] if plain else _given_types(one.get("types"))
            call.portal.links.add(*ends, types)
        except Problem as problem:
            errors.append(problem.body())
        else:
            results.append(_made(call, ends, plain=plain))
    return _batch(call, results, errors, status=200 if plain else 201, committed=bool(results))


def _given_types(given: object) -> list[int]:
    types = wanted_types(given)
    if not types:
        raise invalid("types must not be empty")
    return types


def _made(call: Call, ends: tuple[Ends, Ends], *, plain: bool) -> dict[str, Any]:
    (source, a), (target, b) = ends
    if plain:
        one = call.portal.links.default(source, target)
        spec = {"associationCategory": one.category, "associationTypeId": one.id}
        return {"from": {"id": str(a)}, "to": {"id": str(b)}, "associationSpec": spec}
    return {
        "fromObjectTypeId": call.portal.store(source).kind.type_id,
        "fromObjectId": a,
        "toObjectTypeId": call.portal.store(target).kind.type_id,
        "toObjectId": b,
        "labels": [],
    }


def batch_archive(call: Call) -> Response:
    """End associations; pairs that are not associated are no error."""
    source, target = _kinds(call)
    for one in call.inputs(WRITE):
        for other in one.get("to") or ():
            _end(call, _ends(call, source, one.get("from")), _ends(call, target, other))
    return reply(status=204, object="associations", committed=True)


def list_of(call: Call) -> Response:
    """Answer what one record is associated with."""
    source, target = _kinds(call)
    rows, after = _rows(
        call, _ends(call, source, call.parts["id"]), target, call.request.one("after")
    )
    body: dict[str, Any] = {"results": rows}
    if after:
        body["paging"] = {"next": {"after": after, "link": ""}}
    return reply(body, object="associations", rows=len(rows))


def put_pair(call: Call) -> Response:
    """Associate one pair with types; own labels that are not named are taken away."""
    types = _given_types(call.any_json())
    return _put(call, types)


def put_default(call: Call) -> Response:
    """Associate one pair without a label."""
    return _put(call, [])


def _put(call: Call, types: list[int]) -> Response:
    source, target = _kinds(call)
    ends = _ends(call, source, call.parts["id"]), _ends(call, target, call.parts["other"])
    call.portal.links.add(*ends, types)
    made = _made(call, ends, plain=not types)
    return reply(made, object="associations", rows=1, committed=True)


def delete_pair(call: Call) -> Response:
    """End every association of one pair."""
    source, target = _kinds(call)
    _end(call, _ends(call, source, call.parts["id"]), _ends(call, target, call.parts["other"]))
    return reply(status=204, object="associations", rows=1, committed=True)


def _end(call: Call, source: Ends, target: Ends) -> None:
    """End a pair; a lead that loses its last primary association goes (hubspot.md 1.6)."""
    had = {ends for ends in (source, target) if call.portal.links.primary(*ends)}
    call.portal.links.remove(source, target)
    for object, id in had:
        if object == "leads" and not call.portal.links.primary(object, id):
            call.portal.archive(call.portal.stores["leads"], id)


def labels(call: Call) -> Response:
    """Answer the association types of one direction."""
    ends = _kinds(call)
    found = [
        {"category": one.category, "typeId": one.id, "label": one.label}
        for one in call.portal.links.types
        if (one.source, one.target) == ends
    ]
    if not found:
        raise not_found()
    return reply({"results": found}, object="associations", rows=len(found))
