"""Looks records up: several objects by one call, and past a value that the vendor cannot read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from crmbridge.connector import LookUp
from crmbridge.errors import ConnectorError
from crmbridge.kit.feed.parts import by_parts
from crmbridge.kit.fields import chunks
from crmbridge.model.record import Record
from crmbridge.net.portions import too_large, too_late

T = TypeVar("T")


def find_many(
    looks: Sequence[LookUp],
    split: Callable[[LookUp], Iterable[Sequence[str]]],
    at_once: int,
    together: Callable[[Sequence[LookUp]], Mapping[int, list[Record]]],
    alone: Callable[[LookUp], list[Record]],
) -> list[list[Record]]:
    """Return the records of each look-up, in order; `at_once` go into one call.

    `split` gives the values of a look-up in as many parts as it takes questions. `together` returns
    the records of those that one call answered whole, by their place; what does not fit or goes
    wrong is asked for `alone`.
    """
    found: list[list[Record]] = [[] for _ in looks]
    parts = [
        (n, replace(look, values=some)) for n, look in enumerate(looks) for some in split(look)
    ]
    for group in chunks(parts, at_once):
        try:
            answered = together([part for _, part in group])
        except ConnectorError as error:
            if not too_large(error) and not too_late(error):
                raise
            answered = {}
        for place, (number, part) in enumerate(group):
            mine = answered.get(place)
            found[number] += alone(part) if mine is None else mine
    return found


def readable_ones(
    values: Sequence[str],
    ask: Callable[[Sequence[str]], Sequence[T]],
    of_one: Callable[[ConnectorError], bool],
) -> list[T]:
    """Return what is found for values, without those that the vendor cannot read.

    `of_one` says whether a look-up failed for one of its values. Raises the first error when no
    value can be read, and that of a single one whose answer is too large.
    """
    refused: list[ConnectorError] = []

    def alone(_: str, error: ConnectorError) -> None:
        if too_large(error):
            raise error
        refused.append(error)

    rows: list[Any] = by_parts(values, ask, lambda e: too_large(e) or of_one(e), alone)
    if refused and len(refused) == len(values):
        raise refused[0]
    return rows
