"""A lead behind a figure: which of its cycles counts, since when, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from crmbridge.model.codec import micros, parse_instant
from crmbridge.model.spelled import plain
from crmbridge.report.text import reason_words
from crmbridge.store.trips import Went


class Spot(NamedTuple):
    """A lead in a list, or a deal.

    `after` orders the list, the newest first, and is 0 where no instant is known; `n` is the cycle
    of the lead, 0 for none.
    """

    after: int
    ident: str
    n: int
    why: str

    @property
    def at(self) -> int:
        """Since when it is there, in microseconds since 1970."""
        return -self.after


def spot(ident: str, n: int, at: datetime | str | None, why: str) -> Spot:
    """Make one; an instant may be as the ledger writes it, and nothing stands at the end."""
    if at is None:
        return Spot(0, ident, n, why)
    moment = parse_instant(at) if isinstance(at, str) else at
    return Spot(-micros(moment), ident, n, why)


def in_order(found: Iterable[Spot]) -> list[Spot]:
    """Sort a list, the newest first."""
    return sorted(found)


OUTCOMES: Mapping[str, str] = {
    "won": "It is won",
    "lost": "Its deal was lost",
    "rejected": "Sales rejected it",
    "returned": "Sales accepted it and gave it back",
    "stale_untouched": "It was taken back: nobody touched it",
    "stale_idle": "It was taken back: nothing happened any more",
    "recalled": "Marketing took it back",
    "disqualified": "It was ruled out",
}
"""How a cycle ended, as the beginning of a sentence."""


def became(outcome: str, reason: str, *, accepted: bool) -> str:
    """Say what became of a cycle that went to sales."""
    if not outcome:
        return "Sales accepted it" if accepted else "Sales has not decided yet"
    said = OUTCOMES.get(outcome, f"It ended: {plain(outcome.replace('_', ' '))}")
    shown = reason_words(reason)
    return f"{said}: {shown}" if shown and reason != outcome and outcome != "won" else said


def became_of(one: Went) -> str:
    """The same of a cycle as it is kept."""
    accepted = "accepted" in one.data["effective"]
    return became(one.outcome, str(one.data.get("reason") or ""), accepted=accepted)
