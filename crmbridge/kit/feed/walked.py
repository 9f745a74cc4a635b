"""Feeds that are walked as a whole each time, and of which only what is new is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from crmbridge.kit.feed.walk import Batch, dated, walk
from crmbridge.kit.feed.window import LIST, Cursor, parse
from crmbridge.kit.fields import millis
from crmbridge.model.record import Page, Record

Rows = Sequence[Mapping[str, Any]]


def newest(
    vendor: str,
    what: str,
    cursor: Cursor,
    overlap: int,
    ask: Callable[[str], Batch],
    record: Callable[[Mapping[str, Any]], Record],
) -> Iterator[Page]:
    """Yield a list that begins with the newest, down to the newest of the last read.

    `overlap` in seconds is how much further down it goes. A cursor in the middle goes on downwards,
    towards older ones. A record without a stamp is none.
    """
    floor = cursor.hi - overlap * 1000
    for batch in walk(vendor, what, ask, cursor.last):
        found = [record(row) for row in batch.rows]
        stamps = [millis(one.changed_at) for one in found if one.changed_at]
        run = cursor.run or max(stamps, default=cursor.hi)
        more = bool(batch.next) and min(stamps, default=floor) >= floor
        cursor = cursor.behind(run, batch.next if more else "")
        fresh = tuple(r for r in found if r.changed_at and millis(r.changed_at) >= floor)
        yield Page(records=fresh, cursor=cursor.text(), more=more)
        if not more:
            return


def all_but_old(
    vendor: str,
    what: str,
    cursor: Cursor,
    overlap: int,
    ask: Callable[[str], Batch],
    at: Callable[[Mapping[str, Any]], datetime | None],
    records: Callable[[Rows], Sequence[Record]],
) -> Iterator[Page]:
    """Yield a list in any order, without what is older than the last walk less `overlap` seconds.

    `at` is when a row came onto the list; one that does not say is given each time.
    """
    floor = cursor.hi - overlap * 1000
    for batch in walk(vendor, what, ask, cursor.last):
        cursor = cursor.behind(cursor.run or millis(dated(vendor, batch)), batch.next)
        fresh = [row for row in batch.rows if not (when := at(row)) or millis(when) >= floor]
        found = tuple(records(fresh))
        yield Page(records=found, cursor=cursor.text(), more=bool(batch.next))


def live(
    vendor: str,
    obj: str,
    since: str | None,
    ask: Callable[[str], Batch],
    record: Callable[[Mapping[str, Any]], Record],
) -> Iterator[Page]:
    """Yield all records of a list by id, as they are now; see `Reconciles.stamps`.

    Raises `CursorGone` for a text that is no cursor of such a list.
    """
    for batch in walk(vendor, obj, ask, parse(vendor, obj, since, LIST).last):
        found = tuple(map(record, batch.rows))
        cursor = Cursor(mode=LIST, last=batch.next).text()
        yield Page(records=found, cursor=cursor, more=bool(batch.next))
