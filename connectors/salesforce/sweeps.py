"""Lists deletions by Salesforce's own log of them: the change feed hides some, and all purges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from crmbridge.errors import Refused, Unavailable
from crmbridge.kit.feed.keyset import moment
from crmbridge.kit.feed.log import Log, Reach, logged
from crmbridge.kit.fields import items
from crmbridge.model.record import Page, Record

from . import soql
from .client import Client
from .options import OFFER
from .reads import Reader, parse_cursor
from .values import instant

REACH = Reach(back=timedelta(days=14, hours=23), least=timedelta(minutes=2))
"""How far back the log is asked: it goes 15 days back, and both ends of a span lose their seconds,
so that equal ones are refused. Source: salesforce.md 3."""
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

    def ask(start: datetime, end: datetime) -> Log:
        return _log(client, obj, start, end)

    def held(ids: list[str]) -> Mapping[str, Record]:
        return reader.rows_of(obj, ids, fields) if reader else {}

    place = parse_cursor(obj, since, lookback)
    yield logged(obj, place, client.server_time(), REACH, ask, held)


def _log(client: Client, obj: str, start: datetime, end: datetime) -> Log:
    try:
        told = client.deleted(obj, moment(start), moment(end))
    except Refused as error:
        if error.code == _OUT_OF_SPAN:
            raise Unavailable(
                f"Salesforce deleted {obj}: time went on between two calls; try again"
            ) from error
        if error.code not in OFFER.words["unlogged"]:
            raise
        told = {"deletedRecords": []}
    rows = told.get("deletedRecords")
    if not isinstance(rows, list) or len(items(rows)) != len(rows):
        raise Unavailable(f"Salesforce deleted {obj}: an answer without a list; try again")
    gone = {soql.long_id(str(row.get("id"))): _when(row) for row in rows}
    return Log(gone=gone, until=str(told.get("latestDateCovered") or moment(end)))


def _when(row: Mapping[str, Any]) -> datetime | None:
    changed = row.get("deletedDate")
    return instant(str(changed)) if changed else None
