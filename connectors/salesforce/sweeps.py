"""Lists deletions by Salesforce's own log of them: the change feed hides some, and all purges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from crmbridge.errors import Refused, Unavailable
from crmbridge.model.record import Page, Record

from . import soql
from .client import Client
from .reads import Cursor, Reader, parse_cursor
from .values import instant

REACH = timedelta(days=14, hours=23)
"""How far back the log is asked: it goes 15 days back. Source: salesforce.md 3."""
LEAST = timedelta(minutes=2)
"""The shortest span that is asked about: both ends lose their seconds, and equal ones are refused
(salesforce.md 3). A cursor from a clock that ran ahead lies behind the present one."""
_UNLOGGED = frozenset({"INVALID_TYPE", "NOT_FOUND", "INVALID_REPLICATION_TYPE"})
"""How the vendor says that it keeps no log of an object's deletions."""
_OUT_OF_SPAN = "INVALID_REPLICATION_DATE"
"""How it says that the log does not go so far. The next try counts from a new present."""


def read_deleted(
    client: Client,
    obj: str,
    since: str | None,
    lookback: timedelta,
    reader: Reader | None = None,
    fields: Sequence[str] = (),
) -> Iterator[Page]:
    """Yield what was deleted since a cursor, by one call, and one more per 200 deletions.

    The log holds ids alone: with `reader`, what each held is asked of the recycle bin, and one that
    was restored meanwhile comes as it lives. What is in no bin was purged, or is a role, which
    never gets there (salesforce.md 8). The log goes 15 days back; for a cursor older than that the
    rest is for the reconciliation to find.
    """
    place = parse_cursor(since, lookback)
    now = client.server_time()
    oldest = now - REACH
    start = min(max(instant(place.low), oldest), now - LEAST) if place.low else oldest
    try:
        told = client.deleted(obj, soql.moment(start), soql.moment(now))
    except Refused as error:
        if error.code == _OUT_OF_SPAN:
            raise Unavailable(
                f"Salesforce deleted {obj}: time went on between two calls; try again"
            ) from error
        if error.code not in _UNLOGGED:
            raise
        told = {"deletedRecords": []}
    rows = told.get("deletedRecords")
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise Unavailable(f"Salesforce deleted {obj}: an answer without a list; try again")
    gone = {soql.long_id(str(row.get("id"))): _when(row) for row in rows}
    kept = reader.rows_of(obj, list(gone), fields) if gone and reader else {}
    records = tuple(_record(obj, ident, at, kept.get(ident)) for ident, at in gone.items())
    covered = instant(str(told.get("latestDateCovered") or soql.moment(now)))
    cursor = Cursor(mark=soql.moment(covered)).text()
    yield Page(records=records, cursor=cursor, more=False, total=len(records))


def _when(row: Mapping[str, Any]) -> datetime | None:
    changed = row.get("deletedDate")
    return instant(str(changed)) if changed else None


def _record(obj: str, ident: str, at: datetime | None, kept: Record | None) -> Record:
    if kept is None:
        return Record(obj=obj, id=ident, changed_at=at, deleted=True)
    return replace(kept, changed_at=kept.changed_at or at)
