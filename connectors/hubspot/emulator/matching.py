"""Turns the filters of a search into tests on records, with the vendor's rules of comparison."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.hubspot.emulator.errors import invalid
from connectors.hubspot.emulator.record import Record
from connectors.hubspot.emulator.schema import Property
from connectors.hubspot.emulator.store import Store
from connectors.hubspot.emulator.values import epoch

Test = Callable[[Record], bool]
Read = Callable[[Record], Any]


def matcher(store: Store, given: Mapping[str, Any]) -> Test:
    """Return the test of one filter. Raises `Problem` 400.

    A stamp of another object type's name matches nothing (hubspot.md 1.4, not verified).
    """
    name, operator = str(given.get("propertyName", "")), str(given.get("operator", ""))
    prop = store.properties.get(name)
    if prop is None or prop.archived:
        if name in ("lastmodifieddate", "hs_lastmodifieddate"):
            return lambda record: False
        raise invalid(f"There was a problem with the request: unknown property {name}")
    if operator not in _OPERATORS:
        raise invalid(f"Invalid input JSON: operator {operator}")
    try:
        return _OPERATORS[operator](reader(store, prop), prop, given)
    except (KeyError, TypeError, ValueError, InvalidOperation):
        raise invalid(f"Invalid value of the filter on {name}") from None


def reader(store: Store, prop: Property) -> Read:
    """Return what reads a property of a record as something that compares; `None` when unset."""
    if prop.name == "hs_object_id":
        return lambda record: record.id
    if prop.name == store.kind.changed:
        return lambda record: record.updated
    if prop.name == store.kind.created:
        return lambda record: record.created
    convert, name = converter(prop), prop.name

    def read(record: Record) -> Any:
        text = record.props.get(name)
        return None if text is None else convert(text)

    return read


def converter(prop: Property) -> Callable[[Any], Any]:
    """Return what turns a filter's text into what `reader` gives. It raises `ValueError`."""
    if prop.name == "hs_object_id":
        return lambda value: int(str(value))
    if prop.type == "number":
        return lambda value: Decimal(str(value))
    if prop.type in ("datetime", "date"):
        return lambda value: epoch(str(value))
    if prop.type in ("enumeration", "bool"):
        return str
    return lambda value: str(value).lower()


def _compare(test: Callable[[Any, Any], bool]) -> Callable[[Read, Property, Any], Test]:
    def build(read: Read, prop: Property, given: Mapping[str, Any]) -> Test:
        wanted = converter(prop)(given["value"])

        def run(record: Record) -> bool:
            value = read(record)
            return value is not None and test(value, wanted)

        return run

    return build


def _not_equal(read: Read, prop: Property, given: Mapping[str, Any]) -> Test:
    wanted = converter(prop)(given["value"])
    return lambda record: read(record) != wanted


def _between(read: Read, prop: Property, given: Mapping[str, Any]) -> Test:
    low, high = converter(prop)(given["value"]), converter(prop)(given["highValue"])

    def run(record: Record) -> bool:
        value = read(record)
        return value is not None and bool(low <= value <= high)

    return run


def _values(prop: Property, given: Mapping[str, Any]) -> frozenset[Any]:
    """Read `values`; those of a text must be lower-case already to match (hubspot.md 1.4)."""
    convert = str if prop.type == "string" else converter(prop)
    return frozenset(convert(value) for value in given["values"])


def _in(read: Read, prop: Property, given: Mapping[str, Any]) -> Test:
    wanted = _values(prop, given)
    return lambda record: read(record) in wanted


def _not_in(read: Read, prop: Property, given: Mapping[str, Any]) -> Test:
    wanted = _values(prop, given)
    return lambda record: read(record) not in wanted


def _has(read: Read, prop: Property, given: Mapping[str, Any]) -> Test:
    return lambda record: read(record) is not None


def _has_not(read: Read, prop: Property, given: Mapping[str, Any]) -> Test:
    return lambda record: read(record) is None


def _token(read: Read, prop: Property, given: Mapping[str, Any]) -> Test:
    wanted = str(given["value"]).lower().strip("*")
    return lambda record: wanted in str(read(record) or "").lower()


def _no_token(read: Read, prop: Property, given: Mapping[str, Any]) -> Test:
    holds = _token(read, prop, given)
    return lambda record: not holds(record)


_OPERATORS: Mapping[str, Callable[[Read, Property, Any], Test]] = {
    "LT": _compare(lambda a, b: a < b),
    "LTE": _compare(lambda a, b: a <= b),
    "GT": _compare(lambda a, b: a > b),
    "GTE": _compare(lambda a, b: a >= b),
    "EQ": _compare(lambda a, b: a == b),
    "NEQ": _not_equal,
    "BETWEEN": _between,
    "IN": _in,
    "NOT_IN": _not_in,
    "HAS_PROPERTY": _has,
    "NOT_HAS_PROPERTY": _has_not,
    "CONTAINS_TOKEN": _token,
    "NOT_CONTAINS_TOKEN": _no_token,
}
