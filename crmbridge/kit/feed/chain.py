"""Follows records from one to the next, such as from what was merged to where it lives now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

Row = TypeVar("Row")
HOPS = 5
"""Steps that are followed: merges of merges."""


def followed(
    start: Iterable[str],
    known: Mapping[str, Row],
    ask: Callable[[list[str]], Mapping[str, Row]],
    onwards: Callable[[Row], str],
) -> dict[str, Row]:
    """Return the rows of some ids and of those that they lead to, in one question a step.

    What is `known` is not asked for again. `onwards` is the id that a row leads to, empty at the
    end.
    """
    rows = dict(known)
    wanted = list(start)
    for _ in range(HOPS):
        wanted = [each for each in dict.fromkeys(wanted) if each not in rows]
        if not wanted:
            break
        found = ask(wanted)
        rows |= found
        wanted = [after for row in found.values() if (after := onwards(row))]
    return rows


def end_of(
    first: str, known: Mapping[str, Row], onwards: Callable[[Row], str]
) -> tuple[str, Row | None]:
    """Return the id at which a chain ends among known rows, and its row; `None` for none known."""
    ident, here = first, known.get(first)
    for _ in range(HOPS):
        if here is None or not (after := onwards(here)):
            break
        ident, here = after, known.get(after)
    return ident, here
