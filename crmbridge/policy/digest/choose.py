"""Which items of a week a person is told, in which order, and which are held back (R8.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

MOST = 7
"""Items of a digest at most."""
REPEATS = 2
"""Items of the classes up to this one are said each week while they last."""
GROWN = (6, 5)
"""An item that was said is said again once it is larger than so many parts: by more than 20 %."""
AGAIN = 4
"""Weeks after which an item is said again, grown or not."""


class Kind(StrEnum):
    """What an item is about."""

    SLA_BREACH = "sla_breach"
    HOT_WAITING = "hot_waiting"
    SOURCE_WORSE = "source_worse"
    DEFINITION_DRIFT = "definition_drift"
    TARGET_GAP = "target_gap"
    SYNC_HEALTH = "sync_health"
    CONTENT_TOP = "content_top"
    CORRECTION = "correction"


CLASS: Mapping[Kind, int] = {
    Kind.SLA_BREACH: 1,
    Kind.HOT_WAITING: 2,
    Kind.SOURCE_WORSE: 3,
    Kind.DEFINITION_DRIFT: 3,
    Kind.TARGET_GAP: 4,
    Kind.SYNC_HEALTH: 5,
    Kind.CONTENT_TOP: 6,
    Kind.CORRECTION: 7,
}
"""How much an item matters: the first class comes first."""


class Weighed(Protocol):
    """An item as far as order goes. `key` tells it from all others, week by week."""

    @property
    def key(self) -> str:
        """Its name."""

    @property
    def kind(self) -> Kind:
        """What it is about."""

    @property
    def value(self) -> int:
        """How large it is."""


T = TypeVar("T", bound=Weighed)


@dataclass(frozen=True, slots=True)
class Before:
    """What a person was told of an item last: its value then, and how many weeks ago."""

    value: int
    weeks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The items by their keys: those that are said, how many more there are, those held back."""

    said: tuple[str, ...]
    more: int
    held: tuple[str, ...]


def in_order(items: Sequence[T]) -> list[T]:
    """Sort items: by class, then the largest first, then by key."""
    return sorted(items, key=lambda one: (CLASS[one.kind], -one.value, one.key))


def choose(items: Sequence[Weighed], before: Mapping[str, Before], most: int = MOST) -> Chosen:
    """Choose what is said; `before` has what the person was told already, by key."""
    held: list[str] = []
    wanted: list[str] = []
    for one in in_order(items):
        (held if _is_held(one, before.get(one.key)) else wanted).append(one.key)
    return Chosen(said=tuple(wanted[:most]), more=len(wanted[most:]), held=tuple(held))


def _is_held(item: Weighed, told: Before | None) -> bool:
    """Whether an item is no news: it was said lately, and has hardly grown since."""
    if told is None or CLASS[item.kind] <= REPEATS or told.weeks >= AGAIN:
        return False
    parts, whole = GROWN
    return item.value * whole <= told.value * parts
