"""Puts records on a vendor's lists and takes them off: lists looked up once, many ids a call."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from typing import ClassVar

from crmbridge.kit.fields import chunks

DONE, GONE = "done", "gone"


class Tracks(ABC):
    """The lists of one account; `batch` is how many ids go into one call."""

    batch: ClassVar[int]

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    @abstractmethod
    def found(self, track: str) -> str:
        """Return the vendor's id of a list by its id or name.

        Raises `Refused` (`unknown_track`) for no such list and `NotSupported` for one that cannot
        be filled from outside.
        """

    @abstractmethod
    def move(self, own: str, add: Sequence[str], remove: Sequence[str]) -> Collection[str]:
        """Move ids by one call, which may be repeated; return those of records that are gone."""

    def strange(self, record: str) -> str:
        """Return why an id cannot be the vendor's; nothing for one that can."""
        return ""

    def enroll(self, track: str, add: Sequence[str], remove: Sequence[str]) -> dict[str, str]:
        """Put records on a list and take others off; an id in both is taken off, none only looks.

        See `Nurtures.enroll`. Raises what `found` raises.
        """
        moves = dict.fromkeys(add, True) | dict.fromkeys(remove, False)
        own = self._known.get(track) or self.found(track)
        self._known[track] = own
        told = {each: why for each in moves if (why := self.strange(each))}
        for part in chunks([each for each in moves if each not in told], self.batch):
            on, off = ([each for each in part if moves[each] is way] for way in (True, False))
            lost = self.move(own, on, off)
            told |= {each: GONE if each in lost else DONE for each in part}
        return {each: told[each] for each in moves}
