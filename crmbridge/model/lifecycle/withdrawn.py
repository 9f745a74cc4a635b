"""What stands of a lead's steps once some of them were taken back with a deal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

WITHDRAWN = "deal_withdrawn"
"""The type of a step that takes back all earlier ones by the same deal."""


class Step(Protocol):
    """A step of a lead; `deal` is empty where it is by none."""

    @property
    def type(self) -> str:
        """What happened."""

    @property
    def deal(self) -> str:
        """The deal that it happened by."""


S = TypeVar("S", bound=Step)


def standing(steps: Iterable[S]) -> list[S]:
    """Return the steps that stand, of all in the order in which we learned of them."""
    items = list(steps)
    last = {one.deal: place for place, one in enumerate(items) if one.type == WITHDRAWN}
    if not last:
        return items
    return [one for place, one in enumerate(items) if place > last.get(one.deal, -1)]
