"""Two canonical dumps held side by side: which rows differ, without keeping either in memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column

from crmbridge.store.schema import PROJECTIONS
from crmbridge.store.types import Packed

_PLACE = {table.name: number for number, table in enumerate(PROJECTIONS)}
_KEYS = {
    table.name: [one for one in table.primary_key if one.name != "company"] for table in PROJECTIONS
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A row that is not the same: `what` is missing, new or changed, `columns` those that changed.

    `key` may name vendor records and hashes, never a person's values.
    """

    table: str
    key: tuple[Any, ...]
    what: str
    columns: tuple[str, ...] = ()


def differences(before: Iterable[str], after: Iterable[str]) -> Iterator[Difference]:
    """Yield the rows in which two dumps differ; nothing for equal ones.

    Both are lines of `canonical_dump`, in its order.
    """
    left, right = iter(before), iter(after)
    one, two = next(left, None), next(right, None)
    while one is not None or two is not None:
        if one == two:
            one, two = next(left, None), next(right, None)
            continue
        old, new = _row(one), _row(two)
        if new is None or (old is not None and old[0] < new[0]):
            assert old is not None  # noqa: S101  # one of both has a row
            yield Difference(table=old[1]["table"], key=_key(old[1]), what="missing")
            one = next(left, None)
        elif old is None or new[0] < old[0]:
            yield Difference(table=new[1]["table"], key=_key(new[1]), what="new")
            two = next(right, None)
        else:
            yield _changed(old[1], new[1], _key(new[1]))
            one, two = next(left, None), next(right, None)


def _row(line: str | None) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
    if line is None:
        return None
    row: dict[str, Any] = json.loads(line)
    name = row["table"]
    return (_PLACE[name], *(_order(column, row[column.name]) for column in _KEYS[name])), row


def _order(column: Column[Any], value: Any) -> Any:
    """What a dump is ordered by: the value as it lies."""
    kind = column.type
    return kind.process_bind_param(value) if isinstance(kind, Packed) else value


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in _KEYS[row["table"]])


def _changed(old: dict[str, Any], new: dict[str, Any], key: tuple[Any, ...]) -> Difference:
    names = tuple(name for name in new if new[name] != old.get(name))
    return Difference(table=new["table"], key=key, what="changed", columns=names)
