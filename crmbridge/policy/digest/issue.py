"""One person's digest of a week, ready to be sent: its words, and what the ledger keeps of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is kept of an item, for later weeks: no words."""

    key: str
    kind: str
    value: int
    said: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """`who` is whose it is, as the ledger keeps it; `ways` and `email` are how it reaches them.

    `links` are the addresses in the text that are ours: a chat may show them as they are.
    """

    who: str
    audience: str
    week: str
    ways: tuple[str, ...]
    email: str
    name: str
    subject: str
    text: str
    items: tuple[Kept, ...] = ()
    more: int = 0
    missed: tuple[str, ...] = ()
    links: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Issue({self.who} {self.week})"
