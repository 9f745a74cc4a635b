"""Asks for many values together, and by halves where one of them spoils the question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from crmbridge.errors import ConnectorError

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
