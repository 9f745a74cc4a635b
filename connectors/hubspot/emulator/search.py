"""Searches the late index: filters, one sort, offsets that are counted anew on each call."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from connectors.hubspot.emulator.calls import Call, next_page, reply
from connectors.hubspot.emulator.errors import Problem, invalid
from connectors.hubspot.emulator.matching import Test, matcher, reader
from connectors.hubspot.emulator.reads import shower
from connectors.hubspot.emulator.record import Record
from connectors.hubspot.emulator.store import Store
from connectors.hubspot.emulator.values import epoch
from crmbridge.testing.emulator import Response

WALL = 10_000
"""Rows of one query that can be reached. Source: hubspot.md 1.4, as the next two."""
LARGEST = 3_000
PAGE = 200
Filter = Mapping[str, Any]


def search(call: Call) -> Response:
    """Answer one search from the index, in the state in which the index is."""
    if len(call.request.body) > LARGEST:
        raise invalid(f"The request body is longer than {LARGEST} characters")
    store, body = call.store, call.json()
    limit, offset = _window(body)
    found = _sorted(store, _found(store, _groups(body), body), body.get("sorts") or [])
    page = found[offset : offset + limit]
    show = shower(call.portal, store, body.get("properties") or ())
    answer: dict[str, Any] = {"total": len(found), "results": [show(record) for record in page]}
    if len(found) > offset + limit:
        answer["paging"] = next_page(str(offset + limit), f"{store.kind.name}/search")
    return reply(answer, object=store.kind.name, rows=len(page))


def _window(body: Mapping[str, Any]) -> tuple[int, int]:
    limit, after = body.get("limit", 10), str(body.get("after") or "0")
    if not isinstance(limit, int) or not 0 <= limit <= PAGE:
        raise invalid(f"limit must be at most {PAGE}, but was {limit}")
    if not after.isdigit():
        raise invalid(f"Invalid after: {after}")
    if int(after) + limit > WALL:
        raise Problem(
            400, f"Only the first {WALL} results of a search can be read", "VALIDATION_ERROR"
        )
    return limit, int(after)


def _groups(body: Mapping[str, Any]) -> list[list[Filter]]:
    groups = [list(group.get("filters") or ()) for group in body.get("filterGroups") or ()]
    if len(groups) > 5 or any(len(group) > 6 for group in groups) or sum(map(len, groups)) > 18:
        raise invalid("A search takes 5 filterGroups of 6 filters each, and 18 filters in all")
    return groups


def _found(store: Store, groups: Sequence[list[Filter]], body: Mapping[str, Any]) -> list[Record]:
    """Return the matching records, in order of id."""
    if len(groups) <= 1:
        found = _one_group(store, groups[0] if groups else [])
    else:
        tests = [[matcher(store, one) for one in group] for group in groups]
        images = store.index.images
        found = [
            record
            for record in map(images.__getitem__, store.index.ids)
            if any(all(test(record) for test in group) for group in tests)
        ]
    words = str(body.get("query") or "").lower()
    return [record for record in found if words in _spoken(store, record)] if words else found


def _spoken(store: Store, record: Record) -> str:
    names = (*store.kind.shown, "phone", "company")
    return " ".join(record.props.get(name, "") for name in names).lower()


def _one_group(store: Store, filters: Sequence[Filter]) -> list[Record]:
    """Match one group through whichever sorted index leaves fewer rows to look at."""
    index, images = store.index, store.index.images
    tests: list[tuple[str, Test]] = [
        (str(one.get("propertyName")), matcher(store, one)) for one in filters
    ]
    low, high = _range(filters, "hs_object_id", int)
    ids = index.ids[bisect_left(index.ids, low) : bisect_left(index.ids, high)]
    early, late = _range(filters, store.kind.changed, lambda value: epoch(str(value)))
    start, end = bisect_left(index.times, (early, 0)), bisect_left(index.times, (late, 0))
    covered = "hs_object_id"
    if end - start < len(ids):
        covered = store.kind.changed
        ids = sorted(id for _, id in index.times[start:end])
    rest = [
        test
        for one, (name, test) in zip(filters, tests, strict=True)
        if name != covered or one.get("operator") not in _RANGES
    ]
    return _pass(map(images.__getitem__, ids), rest)


def _pass(records: Iterable[Record], tests: Sequence[Test]) -> list[Record]:
    found = records
    for test in tests:
        found = filter(test, found)
    return list(found)


_RANGES = ("GT", "GTE", "LT", "LTE", "EQ", "BETWEEN")
_END = 1 << 62


def _range(filters: Sequence[Filter], name: str, convert: Any) -> tuple[int, int]:
    """Return the half-open range of a whole-number property that the filters leave."""
    low, high = 0, _END
    for one in filters:
        if one.get("propertyName") != name or one.get("operator") not in _RANGES:
            continue
        value, operator = convert(one["value"]), one["operator"]
        top = convert(one["highValue"]) if operator == "BETWEEN" else value
        if operator in ("GTE", "EQ", "BETWEEN", "GT"):
            low = max(low, value + (operator == "GT"))
        if operator in ("LTE", "EQ", "BETWEEN", "LT"):
            high = min(high, top + (operator != "LT"))
    return low, high


def _sorted(store: Store, found: list[Record], sorts: Any) -> list[Record]:
    """Sort records that come in order of id; without a rule by creation."""
    if not isinstance(sorts, list) or len(sorts) > 1:
        raise invalid("Only one sort can be given")
    name, down = _rule(sorts[0]) if sorts else (store.kind.created, False)
    prop = store.properties.get(name)
    if prop is None:
        raise invalid(f"Cannot sort by unknown property {name}")
    if name == "hs_object_id":
        return found[::-1] if down else found
    read = reader(store, prop)
    known = [record for record in found if read(record) is not None]
    unknown = [record for record in found if read(record) is None]
    return sorted(known, key=read, reverse=down) + unknown


def _rule(given: Any) -> tuple[str, bool]:
    if isinstance(given, str):
        return given.lstrip("-"), given.startswith("-")
    if isinstance(given, dict) and given.get("propertyName"):
        return str(given["propertyName"]), given.get("direction") == "DESCENDING"
    raise invalid("Invalid input JSON: sorts")
