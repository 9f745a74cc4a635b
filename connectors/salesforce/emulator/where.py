"""Turns the conditions of a query into a test of rows and into an index look-up."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from typing import Any

from connectors.salesforce.emulator.faults import VendorError
from connectors.salesforce.emulator.ids import read_id
from connectors.salesforce.emulator.schema import NUMBER_TYPES, Entity, Field, Schema
from connectors.salesforce.emulator.soql import Check, Join, Literal, complain
from connectors.salesforce.emulator.store import Row, Store, Table

Getter = Callable[[Row], Any]
Matcher = Callable[[Row], bool]
_LEFT: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_NO_COLUMN = (
    "No such column '{name}' on entity '{entity}'. If you are attempting to use a custom field, "
    "be sure to append the '__c' after the custom field name. Please reference your WSDL or the "
    "describe call for the appropriate names."
)
_NO_PARENT = (
    "Didn't understand relationship '{name}' in field path. If you are attempting to use a custom "
    "relationship, be sure to append the '__r' after the custom relationship name. Please "
    "reference your WSDL or the describe call for the appropriate names."
)
KIND = Field(name="Type", type="string")
"""The field of a polymorphic parent that names its object: `Owner.Type` is User or Queue."""
MAX_PARENTS = 5
LONG_TEXT = 255


class Paths:
    """Resolves field paths of one query's object, as the asking user may see them."""

    def __init__(
        self, store: Store, schema: Schema, entity: Entity, text: str, hidden: frozenset[str]
    ) -> None:
        self.store = store
        self.schema = schema
        self.entity = entity
        self.text = text
        self._hidden = hidden

    def resolve(self, path: str, at: int) -> tuple[tuple[Field, ...], Field]:
        """Return the references on the way and the field at the end. Raises INVALID_FIELD."""
        names = path.split(".")
        if len(names) > 1 and names[0].lower() == self.entity.name.lower():
            names = names[1:]
        if len(names) - 1 > MAX_PARENTS:
            raise complain(self.text, at, "only 5 levels of relationship are allowed")
        entity, steps = self.entity, []
        for name in names[:-1]:
            step = entity.parents.get(name.lower())
            if step is None or self._unseen(entity, step):
                raise complain(self.text, at, _NO_PARENT.format(name=name), "INVALID_FIELD")
            steps.append(step)
            # a polymorphic parent shows the fields of its first kind that all kinds share in use
            entity = self.schema.entity(step.targets[0])
        many = bool(steps) and len(steps[-1].targets) > 1
        field = KIND if many and names[-1].lower() == "type" else entity.get(names[-1])
        if field is None or self._unseen(entity, field):
            words = _NO_COLUMN.format(name=names[-1], entity=entity.name)
            raise complain(self.text, at, words, "INVALID_FIELD")
        return tuple(steps), field

    def parent(self, row: Row | None, step: Field) -> Row | None:
        """Return the parent row that a reference leads to, as readers see it."""
        record_id = row.get(step.name) if row else None
        if not record_id:
            return None
        kind = self.schema.of_id(record_id)
        found = self.store[kind].seen(record_id)
        if found is None or len(step.targets) == 1:
            return found
        return {**found, "Type": "Queue" if kind == "Group" else kind}

    def getter(self, steps: tuple[Field, ...], field: Field) -> Getter:
        """Return a function from a row to the value at the end of a path."""
        name = field.name
        if not steps:
            return lambda row: row.get(name)

        def walk(row: Row) -> Any:
            here: Row | None = row
            for step in steps:
                here = self.parent(here, step)
            return here.get(name) if here else None

        return walk

    def _unseen(self, entity: Entity, field: Field) -> bool:
        return f"{entity.name}.{field.name}" in self._hidden


def matcher(tree: Check | Join | None, paths: Paths) -> Matcher:
    """Return the test of a row for a condition tree. Raises for wrong fields and values."""
    if tree is None:
        return lambda row: True
    if isinstance(tree, Check):
        return _check(tree, paths)
    parts = [matcher(part, paths) for part in tree.parts]
    if tree.how == "not":
        only = parts[0]
        return lambda row: not only(row)
    if tree.how == "and":
        return lambda row: all(part(row) for part in parts)
    return lambda row: any(part(row) for part in parts)


def candidates(tree: Check | Join | None, paths: Paths, table: Table) -> Iterable[str] | None:
    """Return ids among which all matching committed rows are; `None` when no index helps."""
    if tree is None:
        return None
    if isinstance(tree, Check):
        return _looked_up(tree, paths, table)
    if tree.how == "not":
        return None
    found = [candidates(part, paths, table) for part in tree.parts]
    if tree.how == "or":
        if any(one is None for one in found):
            return None
        return set().union(*(one for one in found if one is not None))
    helpful = [
        one if isinstance(one, (set, list)) else set(one) for one in found if one is not None
    ]
    return min(helpful, key=len) if helpful else None


def _looked_up(check: Check, paths: Paths, table: Table) -> Iterable[str] | None:
    steps, field = paths.resolve(check.path, check.at)
    values = [_value(check, literal, field, paths) for literal in check.values]
    if steps or None in values:
        return None
    if field.name == "SystemModstamp" and check.op in ("=", "<", "<=", ">", ">="):
        low = values[0] if check.op in ("=", ">", ">=") else ""
        return table.between(low, values[0] if check.op in ("=", "<", "<=") else "~")
    if check.op not in ("=", "in"):
        return None
    if field.type == "id":
        return {value for value in values if value in table.rows}
    return (
        set().union(*(table.ids(field, one) for one in values)) if table.has_index(field) else None
    )


def _check(check: Check, paths: Paths) -> Matcher:
    steps, field = paths.resolve(check.path, check.at)
    if field.type == "textarea" and field.length > LONG_TEXT:
        raise complain(
            paths.text, check.at,
            f"field '{field.name}' can not be filtered in a query call", "INVALID_FIELD",
        )  # fmt: skip
    get = paths.getter(steps, field)
    values = [_value(check, literal, field, paths) for literal in check.values]
    if check.op == "like":
        return _like(get, check.values[0])
    fold = _fold(field)
    if check.op in _LEFT:
        return _ordered(check, get, fold, values[0])
    wanted = frozenset(fold(value) for value in values)
    if check.op in ("=", "in"):
        return lambda row: fold(get(row)) in wanted
    return lambda row: fold(get(row)) not in wanted


def _ordered(check: Check, get: Getter, fold: Getter, value: Any) -> Matcher:
    compare = _LEFT[check.op]
    against = fold(value)
    if against is None:
        return lambda row: False

    def test(row: Row) -> bool:
        mine = fold(get(row))
        return mine is not None and compare(mine, against)

    return test


def _fold(field: Field) -> Callable[[Any], Any]:
    if field.type == "boolean":
        return bool
    if field.text:
        return lambda value: value.casefold() if value else None
    return lambda value: value


def _like(get: Getter, literal: Literal) -> Matcher:
    pattern = ""
    pieces = re.findall(r"\\.|.", literal.raw, re.DOTALL)
    for piece in pieces:
        if piece in ("%", "_"):
            pattern += ".*" if piece == "%" else "."
        else:
            pattern += re.escape(_plain(piece))
    test = re.compile(pattern + r"\Z", re.DOTALL | re.IGNORECASE)
    return lambda row: bool(test.match(str(get(row) or "")))


def _plain(piece: str) -> str:
    return {"\\n": "\n", "\\r": "\r", "\\t": "\t"}.get(piece, piece[-1])


def _value(check: Check, literal: Literal, field: Field, paths: Paths) -> Any:
    """Return a literal as rows store it. Raises the vendor's errors for the wrong sort."""
    if check.op == "like" and not field.text:
        raise complain(
            paths.text, check.at, f"invalid operator on {field.type} field", "INVALID_FIELD"
        )
    if literal.kind == "null" or (literal.kind == "string" and not literal.value):
        return None
    wanted = _kind(field)
    if literal.kind != wanted:
        raise complain(paths.text, check.at, _wrong_kind(field, wanted), "INVALID_FIELD")
    if field.is_id:
        found = read_id(str(literal.value))
        if found is None:
            raise VendorError("INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {literal.value}")
        return found
    return literal.value


def _kind(field: Field) -> str:
    if field.type in NUMBER_TYPES:
        return "number"
    return field.type if field.type in ("boolean", "date", "datetime") else "string"


def _wrong_kind(field: Field, wanted: str) -> str:
    named = {"datetime": "dateTime", "number": field.type}.get(wanted, wanted)
    quotes = "should be" if wanted == "string" else "should not be"
    return (
        f"value of filter criterion for field '{field.name}' must be of type {named} "
        f"and {quotes} enclosed in quotes"
    )
