"""Follows a vendor's pages to their end, and tells that end from one that only looks like it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crmbridge.errors import Unavailable

ENDLESS = 1_000_000
"""Pages after which a walk is taken for endless, though no page came twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One page as a vendor gave it.

    `next` is the vendor's own place of the page behind it, empty at the end. `total` counts the
    records of all pages, `None` where the vendor tells none. `date` is the vendor's clock.
    """

    rows: Sequence[Mapping[str, Any]]
    next: str = ""
    total: int | None = None
    date: datetime | None = None
    request_id: str = ""


class Walk:
    """Follows the places of pages from one to the next.

    `vendor` and `what` are for its errors. Started in the middle (`last`), it cannot know how many
    records came before, and believes the end that it meets.
    """

    def __init__(self, vendor: str, what: str, last: str = "") -> None:
        self._vendor, self._what = vendor, what
        self._seen = {last} if last else set()
        self._whole = not last
        self._came = 0

    def passed(self, place: str) -> str:
        """Return a place that is new; raises `Unavailable` for pages that go round in a circle."""
        if place in self._seen:
            raise Unavailable(
                f"{self._vendor} gave the same page of {self._what} twice and would give it again "
                "and again; the read is tried again later"
            )
        if len(self._seen) > ENDLESS:
            raise Unavailable(f"{self._vendor} gives pages of {self._what} without end")
        if place:
            self._seen.add(place)
        return place

    def following(self, batch: Batch) -> str:
        """Return the place behind a page, empty at the end.

        Raises `Unavailable` as `passed` does, and for an end that comes before the vendor's own
        total.
        """
        self._came += len(batch.rows)
        after = self.passed(batch.next)
        missing = (batch.total or 0) - self._came
        if not after and self._whole and missing > 0:
            raise lacking(self._vendor, self._what, missing, batch.request_id)
        return after


def walk(vendor: str, what: str, ask: Callable[[str], Batch], last: str = "") -> Iterator[Batch]:
    """Yield the pages behind a place, the first ones where it is empty; `ask` takes a place.

    Raises what `Walk.following` raises, before the page that it is about is given.
    """
    way, more = Walk(vendor, what, last), True
    while more:
        batch = ask(last)
        last = way.following(batch)
        more = bool(last)
        yield batch


def lacking(vendor: str, what: str, missing: int, request_id: str = "") -> Unavailable:
    """Return the error for a read that ended although the vendor says that there is more."""
    return Unavailable(
        f"{vendor} says that there are {missing} more of {what} and does not give them; the read "
        "is tried again from the same place",
        request_id=request_id,
    )


def dated(vendor: str, batch: Batch) -> datetime:
    """Return the vendor's clock at a page: our own must not set a watermark.

    Raises `Unavailable` for an answer without it.
    """
    if batch.date is None:
        raise Unavailable(
            f"{vendor} answered without its time; try again", request_id=batch.request_id
        )
    return batch.date
