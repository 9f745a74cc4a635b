"""Asks for many values together, and by halves where one of them spoils the question."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from crmbridge.errors import ConnectorError
from crmbridge.kit.feed.walk import lacking
from crmbridge.kit.fields import chunks
from crmbridge.net.portions import too_large

T = TypeVar("T")


def by_parts(
    values: Sequence[str],
    ask: Callable[[Sequence[str]], Sequence[T]],
    spoils: Callable[[ConnectorError], bool],
    alone: Callable[[str, ConnectorError], None],
) -> list[T]:
    """Return what `ask` gives for all values but those that spoil their question alone.

    `spoils` says whether asking for less may help. `alone` is told of each value that is refused
    by itself, and may raise.
    """
    try:
        return list(ask(values))
    except ConnectorError as error:
        if not spoils(error):
            raise
        if len(values) == 1:
            alone(values[0], error)
            return []
    half = len(values) // 2
    first = by_parts(values[:half], ask, spoils, alone)
    return first + by_parts(values[half:], ask, spoils, alone)


Rows = Sequence[Mapping[str, Any]]


def by_ids(
    vendor: str,
    obj: str,
    ids: Sequence[str],
    batch: int,
    ask: Callable[[Sequence[str]], tuple[Rows, int]],
) -> tuple[list[Mapping[str, Any]], list[str]]:
    """Read records by id, `batch` a call; return their rows, and the ids of those too large.

    `ask` returns rows with an `id`, and how many of the asked records there are said not to be.
    Records that are left out without a word are asked for again; raises `Unavailable` for one that
    is still left out.
    """
    rows: list[Mapping[str, Any]] = []
    large: list[str] = []

    def whole(some: Sequence[str]) -> Rows:
        found, none = ask(some)
        if len(found) + none >= len(some):
            return found
        have = {str(row["id"]) for row in found}
        left = [each for each in some if each not in have]
        rest, none = ask(left)
        if len(rest) + none < len(left):
            raise lacking(vendor, obj, len(left) - len(rest))
        return [*found, *rest]

    for part in chunks(ids, batch):
        rows += by_parts(part, whole, too_large, lambda one, _: large.append(one))
    return rows, large


def fitting(
    values: Iterable[str], cost: Callable[[str], int], room: int, most: int
) -> Iterator[list[str]]:
    """Yield values in lists of at most `most` that together cost no more than `room`."""
    some: list[str] = []
    size = 0
    for value in values:
        own = cost(value)
        if some and (len(some) == most or size + own > room):
            yield some
            some, size = [], 0
        some.append(value)
        size += own
    if some:
        yield some
