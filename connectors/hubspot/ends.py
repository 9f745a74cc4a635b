"""Tells the end of a read from an answer that only looks like it, by the vendor's own count.

A search says how many records match in `total`; a list has a cursor, and rarely a total. HubSpot
gives short and empty pages with more behind them, and a total that moves while it is paged. So:

- A page with rows is always gone on from, whatever its length, while there is said to be more.
- A page without rows behind which there is said to be more is asked for again at once, and then
  it is an error: the caller tries again later, from the same place.
- An end that gives less than an earlier page promised is asked for once more; the same answer
  twice is believed, since records may have been archived meanwhile.
- A search that stays short for `PATIENCE` looks is wrong about its total, or hides records. It
  then stops no other read: what it gives is taken, and the watermark stays where it is, so that
  the next look asks for the same span again, until the vendor agrees with itself. After a day
  the watermark goes on all the same: the nightly comparison finds what it left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from connectors.hubspot.cursor import SEARCH, Cursor
from connectors.hubspot.values import mapping
from crmbridge.errors import Unavailable
from crmbridge.log import get_logger
from crmbridge.net.call import Answer

log = get_logger(__name__)

SEARCH_PAGE = 200
"""Records a page of a search holds. Source: hubspot.md 1.2."""
PATIENCE = 6
"""Short answers in a row that are an error; after them the watermark is held instead."""
DAY = 86_400_000
"""Milliseconds for which the watermark is held at most."""


def next_after(data: Mapping[str, Any]) -> str:
    """Return `paging.next.after`, empty at the end; `link` is never followed (hubspot.md 1.1)."""
    return str(mapping(mapping(data.get("paging")).get("next")).get("after") or "")


def total_of(answer: Answer) -> int | None:
    """Return the vendor's count of all records of an answer, `None` where it tells none."""
    total = mapping(answer.data).get("total")
    return total if isinstance(total, int) and not isinstance(total, bool) else None


class Walk:
    """Follows the cursors of a list from one page to the next; `what` is for its errors.

    Started in the middle (`last`), it cannot know how many records came before.
    """

    def __init__(self, what: str, last: str = "") -> None:
        self._what = what
        self._seen = {last} if last else set()
        self._whole = not last
        self._came = 0

    def following(self, answer: Answer, came: int) -> str:
        """Return the cursor of the page behind an answer with `came` rows, empty at the end.

        Raises `Unavailable` for pages that go round in a circle, and for an end that comes before
        the vendor's own total.
        """
        self._came += came
        after = next_after(mapping(answer.data))
        if after in self._seen:
            raise Unavailable(f"HubSpot gives the same page of {self._what} again and again")
        if after:
            self._seen.add(after)
            return after
        total = total_of(answer)
        if self._whole and total is not None and total > self._came:
            raise too_few(self._what, total - self._came, answer)
        return ""


def too_few(what: str, missing: int, answer: Answer) -> Unavailable:
    """Return the error for a read that ended although the vendor says that there is more."""
    return Unavailable(
        f"HubSpot says that there are {missing} more of {what} and does not give them; the read "
        "is tried again from the same place",
        request_id=answer.request_id,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Where a search stands after a page: its cursor, whether to ask on, how many it lacks.

    `lacks` is an error; `short` is what is lacked by a search that was taken for ended.
    """

    cursor: Cursor
    more: bool
    lacks: int = 0
    short: int = 0


def step(
    cursor: Cursor, answer: Answer, *, run: int, last: str, came: int, size: int = SEARCH_PAGE
) -> Step:
    """Return what follows from a page of a search that gave `came` rows, up to the id `last`.

    `size` is how many were asked for.
    """
    total = total_of(answer)
    rest = max(0, (total or 0) - came)
    behind = rest > 0 or bool(next_after(mapping(answer.data)))
    if came >= size or (came and behind):
        going = replace(cursor, run=run, last=last, due=rest)
        return Step(cursor=going, more=True)
    if behind:
        return _short(cursor, run, lacks=max(rest, 1))
    if cursor.due > came:
        return Step(cursor=replace(cursor, run=run, due=came), more=True)
    return Step(cursor=Cursor(mode=SEARCH, hi=run), more=False)


def _short(cursor: Cursor, run: int, *, lacks: int) -> Step:
    short = cursor.short + 1
    held = min(cursor.held or run, run)
    if short > PATIENCE:
        hi = run if run - held >= DAY else cursor.hi
        log.warning("search stays short: the watermark is held", lacks=lacks, looks=short)
        end = Cursor(mode=SEARCH, hi=hi, short=short, held=held)
        return Step(cursor=end, more=False, short=lacks)
    again = replace(cursor, run=run, short=short, held=held)
    return Step(cursor=again, more=True, lacks=lacks if short > 1 else 0)
