"""Lists the deletions that Salesforce's change feed hides: roles that just disappear."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from crmbridge.errors import Unavailable
from crmbridge.model.record import Page, Record

from . import soql
from .client import Client
from .reads import Cursor, parse_cursor
from .values import instant

# A role deleted for itself leaves no row with IsDeleted (salesforce.md 8); campaign members are
# taken to do the same, which no fact sheet verified, and costs one call a sweep.
HIDDEN = frozenset({"OpportunityContactRole", "CampaignMember"})
_NOTHING = Cursor(mark="2000-01-01T00:00:00Z").text()
REACH = timedelta(days=14, hours=23)  # the log goes 15 days back. Source: salesforce.md 3


def read_deleted(
    client: Client, obj: str, since: str | None, lookback: timedelta
) -> Iterator[Page]:
    """Yield what was deleted since a cursor; one empty page where the feed itself tells.

    The first sweep reaches back 15 days. A cursor older than that raises `Refused` with the
    vendor's code, and the object has to be read anew: silence would lose deletions.
    """
    place = parse_cursor(since, lookback)
    if obj not in HIDDEN:
        yield Page(records=(), cursor=since or _NOTHING, more=False, total=0)
        return
    now = client.server_time()
    told = client.deleted(obj, place.low or soql.moment(now - REACH), soql.moment(now))
    rows = told.get("deletedRecords")
    if not isinstance(rows, list):
        raise Unavailable(f"Salesforce deleted {obj}: an answer without a list; try again")
    records = tuple(_gone(obj, row) for row in rows)
    covered = instant(str(told.get("latestDateCovered") or soql.moment(now)))
    cursor = Cursor(mark=soql.moment(covered)).text()
    yield Page(records=records, cursor=cursor, more=False, total=len(records))


def _gone(obj: str, row: dict[str, str]) -> Record:
    changed = row.get("deletedDate")
    return Record(
        obj=obj,
        id=soql.long_id(str(row.get("id"))),
        changed_at=instant(changed) if changed else None,
        deleted=True,
    )
