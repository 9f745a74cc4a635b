"""Gathers what hangs on many records, such as associated ids, in bulk and to the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from crmbridge.kit.feed.walk import Walk

Question = tuple[str, str]
"""A record, and the vendor's place in the list of what hangs on it; empty for its start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What an answer says of one record: some ends, and the place of the rest, empty for none."""

    own: str
    ends: Sequence[str] = ()
    after: str = ""


def gathered(
    vendor: str,
    what: str,
    ids: Sequence[str],
    batch: int,
    ask: Callable[[Sequence[Question]], Iterable[Part]],
) -> dict[str, tuple[str, ...]]:
    """Return by record what hangs on it, each once; `batch` questions go into one call.

    A record that an answer leaves out without a word is asked for once more before it is taken to
    have nothing. Raises `Unavailable` for a list that goes round in a circle.
    """
    found: dict[str, list[str]] = {each: [] for each in ids}
    told: set[str] = set()
    way = Walk(vendor, what)
    left: list[Question] = [(each, "") for each in ids]
    again = True
    while left:
        asked, left = left[:batch], left[batch:]
        for part in ask(asked):
            told.add(part.own)
            found.setdefault(part.own, []).extend(part.ends)
            if part.after:
                way.passed(f"{part.own} {part.after}")
                left.append((part.own, part.after))
        if not left and again:
            again = False
            left = [(each, "") for each in ids if each not in told]
    return {own: tuple(dict.fromkeys(ends)) for own, ends in found.items()}
