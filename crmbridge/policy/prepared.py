"""Keeps what was prepared from a piece of an agreement, so that many leads are judged by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

MOST = 512
"""Pieces of agreements kept prepared, before all are prepared anew."""

Source = TypeVar("Source")
Made = TypeVar("Made")


class Kept(Generic[Source, Made]):
    """Prepares an object once, and finds what came of it by the object's identity.

    For objects that never change. They are held, so that no other can get the same identity.
    """

    def __init__(self, make: Callable[[Source], Made], most: int = MOST) -> None:
        self._make, self._most = make, most
        self._found: dict[int, tuple[Source, Made]] = {}

    def of(self, source: Source) -> Made:
        """Return what was made of an object, made now if it is new."""
        found = self._found.get(id(source))
        if found is not None:
            return found[1]
        made = self._make(source)
        if len(self._found) >= self._most:
            self._found = {}
        self._found[id(source)] = (source, made)
        return made
