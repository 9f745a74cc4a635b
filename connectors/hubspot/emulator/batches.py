"""Batch writes: up to 100 inputs, all or nothing unless each has a trace id of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from connectors.hubspot.emulator.calls import Call, reply, traces
from connectors.hubspot.emulator.edits import linked, links_wanted
from connectors.hubspot.emulator.errors import Problem, invalid
from connectors.hubspot.emulator.reads import UNTOLD, batch_reply, require_unique, shower
from connectors.hubspot.emulator.record import Record
from connectors.hubspot.emulator.store import Store
from connectors.hubspot.emulator.writes import Claims, Plan, commit, plan
from crmbridge.testing.emulator import Response

MOST = 100
Input = dict[str, Any]


def create(call: Call) -> Response:
    """Create records, each with its associations."""
    return _run(call, call.inputs(MOST), _plan_create, status=201)


def update(call: Call) -> Response:
    """Update records by id, or by a unique property."""
    inputs = call.inputs(MOST)
    for one in inputs:
        require_unique(call.store, str(one.get("idProperty") or ""), "update")
    refuse_repeats(call.store, inputs)
    return _run(call, inputs, _plan_update)


def upsert(call: Call) -> Response:
    """Create or update records by a unique property; each result says whether it is new."""
    inputs = call.inputs(MOST)
    for one in inputs:
        by = str(one.get("idProperty") or "")
        if not by or by == "hs_object_id":
            raise invalid("idProperty is required for upsert")
        require_unique(call.store, by, "update/upsert")
    refuse_repeats(call.store, inputs)
    return _run(call, inputs, _plan_upsert, tells_new=True)


def archive(call: Call) -> Response:
    """Archive records by id; unknown ids are no error."""
    store = call.store
    ids = [str(one.get("id", "")) for one in call.inputs(MOST)]
    found = [record for id in ids if (record := store.find(id)) is not None]
    for record in found:
        call.portal.archive(store, record.id)
    return reply(status=204, object=store.kind.name, rows=len(found), committed=bool(found))


def refuse_repeats(store: Store, inputs: Iterable[Mapping[str, Any]]) -> None:
    """Refuse a batch in which an id comes twice, e-mail addresses in any case. Raises 400."""
    seen = Counter(_key(one) for one in inputs)
    twice = [key for key, count in seen.items() if count > 1]
    if twice:
        raise Problem(
            400,
            f"Duplicate IDs found in batch input: [{', '.join(twice)}]. IDs must be unique",
            "VALIDATION_ERROR",
            context={"ids": twice},
        )


def _key(one: Mapping[str, Any]) -> str:
    text = str(one.get("id", ""))
    return text.strip().lower() if one.get("idProperty") == "email" else text


def _run(
    call: Call,
    inputs: list[Input],
    planner: Callable[[Call, Input, Claims], Plan],
    *,
    status: int = 200,
    tells_new: bool = False,
) -> Response:
    ids = traces(inputs)
    traced = len(set(ids)) == len(inputs)
    plans, errors, missing = _plan_all(call, inputs, planner, traced=traced)
    results = []
    for one, made in plans:
        record = commit(call.portal, call.store, made)
        linked(call.portal, call.store, record, one)
        results.append(written(call, record, made, one, tells_new=tells_new))
    if missing:
        text = "Could not update some objects, they may be deleted or not exist."
        gone = Problem(404, text, "OBJECT_NOT_FOUND", context={"ids": missing})
        errors.append(gone.body())
    call.portal.shuffled(results)
    failed = len(inputs) - len(results)
    return batch_reply(
        call, results, errors, failed, status=status, committed=bool(results), ops=ids
    )


def _plan_all(
    call: Call,
    inputs: list[Input],
    planner: Callable[[Call, Input, Claims], Plan],
    *,
    traced: bool,
) -> tuple[list[tuple[Input, Plan]], list[dict[str, Any]], list[str]]:
    """Plan every input; what is refused becomes an error when all inputs are traced."""
    claims, plans, errors, missing = Claims(), [], [], []
    for one in inputs:
        try:
            plans.append((one, planner(call, one, claims)))
        except Problem as problem:
            if traced and not problem.whole:
                errors.append(problem.about(objectWriteTraceId=one["objectWriteTraceId"]).body())
            elif problem.category == "OBJECT_NOT_FOUND":
                missing.append(str(one.get("id", "")))
            else:
                problem.context.pop("existingId", None)
                raise
    return plans, errors, missing


def _plan_create(call: Call, one: Input, claims: Claims) -> Plan:
    links_wanted(call.portal, call.store, one, creating=True)
    return _plan(call, None, one.get("properties", {}), claims)


def _plan_update(call: Call, one: Input, claims: Claims) -> Plan:
    id = str(one.get("id", ""))
    record = call.store.find(id, str(one.get("idProperty") or ""))
    if record is None:
        text = f"{call.store.kind.singular.capitalize()} not found"
        raise Problem(404, text, "OBJECT_NOT_FOUND", context={"ids": [id]})
    return _plan(call, record, one.get("properties", {}), claims)


def _plan_upsert(call: Call, one: Input, claims: Claims) -> Plan:
    by, id = str(one["idProperty"]), str(one.get("id", ""))
    record = call.store.find(id, by)
    given = dict(one.get("properties", {}))
    if record is None:
        links_wanted(call.portal, call.store, one, creating=True)
        given[by] = id
    return _plan(call, record, given, claims)


def _plan(call: Call, record: Record | None, given: Mapping[str, Any], claims: Claims) -> Plan:
    return plan(
        call.portal,
        call.store,
        record,
        given,
        claims=claims,
        single=False,
        version=call.version,
    )


def written(
    call: Call, record: Record, made: Plan, one: Mapping[str, Any], *, tells_new: bool = False
) -> dict[str, Any]:
    """Show a written record: only the properties written, the computed ones and the stamps.

    Source: hubspot.md 1.5.
    """
    before = made.record.props if made.record else {}
    changed = [
        name
        for name, value in record.props.items()
        if before.get(name) != value and name not in UNTOLD
    ]
    names = dict.fromkeys([*one.get("properties", {}), *changed, "hs_object_id"])
    shown = shower(call.portal, call.store, names)(record)
    if one.get("objectWriteTraceId"):
        shown["objectWriteTraceId"] = one["objectWriteTraceId"]
    if tells_new:
        shown["new"] = made.record is None
    return shown
