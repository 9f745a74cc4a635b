"""Reading HubSpot's records: a stable first pass by list, then keyset search on changes.

Offset paging over search loses rows while they change (hubspot.md 1.4), so no `after` is ever
sent to it: each page asks for ids above the last one, within one lower bound and no upper one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from connectors.hubspot.associations import associated, linked
from connectors.hubspot.client import Client, records
from connectors.hubspot.kinds import CONTACTS, LINK, canonical
from connectors.hubspot.values import Unreadable, address, instant, merged_ids, typed
from crmbridge.errors import ConnectorError, Refused
from crmbridge.kit.feed.back import Lookback
from crmbridge.kit.feed.look import readable_ones
from crmbridge.kit.feed.parts import Rows, by_ids
from crmbridge.kit.feed.walk import Batch
from crmbridge.kit.feed.window import LIST, SEARCH, Cursor, Window, parse
from crmbridge.kit.fields import Described, chunks, first_stamp, items, mapping
from crmbridge.kit.keys import strangers
from crmbridge.model.record import Field, Page, Record, Value
from crmbridge.net.call import Answer
from crmbridge.net.portions import Portion, Portions

NAME = "HubSpot"
LIST_PAGE, SEARCH_PAGE = 100, 200
"""Records that a page of the list and one of a search holds. Source: hubspot.md 1.2."""
URL_NAMES = 15_000
"""Longest list of property names in a URL, in characters. Source: hubspot.md 1.2."""
READ_BATCH = 100
"""Records that are read by their ids in one call. Source: hubspot.md 1.2."""
SEARCH_BODY = 2_900
"""Longest search body in characters, a little below the vendor's 3,000. Source: hubspot.md 1.4."""

BACKFILL, CHANGES, LOOKUP = 3, 2, 1
"""Priorities of DESIGN 9 by what a read is for."""


def stamp_property(obj: str) -> str:
    """Return the name of the change stamp: contacts have one of their own (hubspot.md 1.4)."""
    return "lastmodifieddate" if canonical(obj) == CONTACTS else "hs_lastmodifieddate"


def in_url(name: str) -> int:
    """Return the characters that a property name takes in a URL, with its comma, encoded."""
    return len(name) + len("%2C")


class Reader:
    """Reads records of one account.

    `overlap` in seconds is how far each run of changes reaches back before the last one, more
    than the search index ever lags. `unreadable` counts values that stayed absent because their
    own type does not allow them, by object and property.
    """

    def __init__(self, client: Client, *, overlap: int) -> None:
        self._client = client
        self.back = Lookback(timedelta(seconds=overlap))
        self._schemas = Described(client.properties)
        self._late: dict[str, int] = {}
        self.unreadable: Counter[tuple[str, str]] = Counter()

    def describe(self, obj: str) -> dict[str, Field]:
        """Return the properties of an object by name, fresh from the vendor."""
        return self._schemas.renew(obj)

    def read(self, obj: str, fields: Sequence[str], since: str | None) -> Iterator[Page]:
        """Yield pages; see `Connector.read`."""
        cursor = parse(NAME, obj, since, LIST, SEARCH)
        return _Changes(self, self._client, obj, fields, self._late).pages(cursor)

    def find(self, obj: str, by: str, values: Sequence[str], fields: Sequence[str]) -> list[Record]:
        """Return live records by id or by a unique property; see `Finds.find`."""
        if by == "id":
            asked = [value for value in values if value.isdigit()]
        else:
            asked = [address(value) if by == "email" else value for value in values if value]
        asked = list(dict.fromkeys(asked))
        found: dict[str, Record] = {}
        for part in chunks(asked, READ_BATCH):
            rows = self._look(obj, by, part, properties(obj, fields))
            live = self.records(obj, fields, rows, LOOKUP)
            found |= {record.id: record for record in live}
            if by == "id":
                found |= {r.id: r for r in strangers(part, live)}
        return list(found.values())

    def _look(
        self, obj: str, by: str, part: Sequence[str], wanted: Sequence[str]
    ) -> list[dict[str, Any]]:
        """Look values up, without those that the vendor cannot read; all of them are an error."""
        unique = "" if by == "id" else by

        def ask(some: Sequence[str]) -> list[dict[str, Any]]:
            answer = self._client.read_batch(obj, some, wanted, unique, priority=LOOKUP)
            for problem in items(mapping(answer.data).get("errors")):
                if problem.get("category") != "OBJECT_NOT_FOUND":
                    code = str(problem.get("category") or "unknown")
                    raise Refused(f"HubSpot did not read some {obj}: {code}", code=code)
            return records(answer)

        return readable_ones(part, ask, _is_of_one)

    def plain(
        self, obj: str, fields: Sequence[str], rows: Sequence[Mapping[str, Any]]
    ) -> list[Record]:
        """Return rows as records, without what they are associated with."""
        schema = self._schemas.get(obj) if rows else {}
        return [self._record(obj, fields, row, schema) for row in rows]

    def records(
        self,
        obj: str,
        fields: Sequence[str],
        rows: Sequence[Mapping[str, Any]],
        priority: int,
    ) -> tuple[Record, ...]:
        """Return rows as records, with the ids that they are associated with where wanted."""
        found = self.plain(obj, fields, rows)
        links = {
            name: associated(
                self._client, obj, name.removeprefix(LINK), [r.id for r in found], priority
            )
            for name in fields
            if found and name.startswith(LINK)
        }
        return tuple(linked(record, links) for record in found) if links else tuple(found)

    def _record(
        self,
        obj: str,
        fields: Sequence[str],
        row: Mapping[str, Any],
        schema: Mapping[str, Field],
    ) -> Record:
        raw = mapping(row.get("properties"))
        values: dict[str, Value] = {}
        for name in fields:
            if name not in raw or (known := schema.get(name)) is None:
                continue
            text = raw[name]
            if text is None or text == "":  # most are, and this is the busiest line of a read
                values[name] = None
                continue
            try:
                values[name] = typed(known.type, text)
            except Unreadable:
                self.unreadable[obj, name] += 1
        own = str(row["id"])
        return Record(
            obj=obj,
            id=own,
            values=values,
            changed_at=changed_at(obj, row),
            absorbed=merged_ids(raw, own),
        )


class _Changes(Window):
    """One read of an object."""

    def __init__(
        self,
        reader: Reader,
        client: Client,
        obj: str,
        fields: Sequence[str],
        late: dict[str, int],
    ) -> None:
        super().__init__(
            NAME, obj, Portions(LIST_PAGE, late, obj), Portions(SEARCH_PAGE, late, obj)
        )
        self._reader, self._client = reader, client
        self._back = reader.back.of(obj) // timedelta(milliseconds=1)
        self._fields = fields
        self._wanted = properties(obj, fields)
        self._long = sum(map(in_url, self._wanted)) > URL_NAMES

    def listed(self, cursor: Cursor, size: int, *, bare: bool = False) -> Batch:
        """Ask for a page of the list; see `Window.listed`."""
        asked = ["hs_object_id"] if bare or self._long else self._wanted
        return self._client.list_page(self.obj, asked, cursor.last, priority=BACKFILL, limit=size)

    def searched(self, cursor: Cursor, size: int, *, bare: bool = False) -> Batch:
        """Ask for a page of what changed; see `Window.searched`."""
        body = {**self._question(cursor), "limit": size}
        if bare:
            body["properties"] = ["hs_object_id"]
        return self._client.search(self.obj, body, priority=CHANGES)

    def taken(
        self, cursor: Cursor, portion: Portion[Batch]
    ) -> tuple[tuple[Record, ...], Sequence[str]]:
        """Return the records of a page; those of one without values are read by their ids."""
        rows = portion.answer.rows
        ids = [str(row["id"]) for row in rows]
        if portion.blank:
            return (), ids
        listing = cursor.mode == LIST
        large: list[str] = []
        priority = BACKFILL if listing else CHANGES
        if self._long if listing else "properties" not in self._question(cursor):
            rows, large = fetch(self._client, self.obj, ids, self._wanted, priority)
        return self._reader.records(self.obj, self._fields, rows, priority), large

    def _question(self, cursor: Cursor) -> dict[str, Any]:
        stamp = stamp_property(self.obj)
        lower = str(max(0, cursor.hi - self._back))
        filters = [
            {"propertyName": stamp, "operator": "GTE", "value": lower},
            {"propertyName": "hs_object_id", "operator": "GT", "value": cursor.last or "0"},
        ]
        body = {
            "filterGroups": [{"filters": filters}],
            "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
            "limit": SEARCH_PAGE,
        }
        full = {**body, "properties": list(self._wanted)}
        return full if len(str(full)) <= SEARCH_BODY else body


def fetch(
    client: Client, obj: str, ids: Sequence[str], wanted: Sequence[str], priority: int
) -> tuple[list[Mapping[str, Any]], list[str]]:
    """Read records by id; return their rows, and the ids of those that are too large."""

    def ask(some: Sequence[str]) -> tuple[Rows, int]:
        answer = client.read_batch(obj, some, wanted, priority=priority)
        return records(answer), not_found(answer)

    return by_ids("HubSpot", obj, ids, READ_BATCH, ask)


def not_found(answer: Answer) -> int:
    """How many records an answer says do not exist."""
    body = mapping(answer.data)
    told, count = items(body.get("errors")), body.get("numErrors")
    named = sum(
        len(ids) if isinstance(ids := mapping(one.get("context")).get("ids"), list) else 1
        for one in told
    )
    return max(named, count if isinstance(count, int) else 0)


def properties(obj: str, fields: Sequence[str]) -> list[str]:
    """Return the properties to ask for, so that `fields` can be told of records."""
    names = [name for name in fields if not name.startswith(LINK) and name != "id"]
    extra = ["hs_object_id", stamp_property(obj), "hs_merged_object_ids"]
    if canonical(obj) == CONTACTS:
        extra.append("hs_calculated_merged_vids")
    return list(dict.fromkeys([*names, *extra]))


def changed_at(obj: str, row: Mapping[str, Any]) -> datetime | None:
    """Return when a row says that it was changed; `None` where it says nothing that can be read."""
    return changed(mapping(row.get("properties")).get(stamp_property(obj)), row.get("updatedAt"))


def changed(*stamps: object) -> datetime | None:
    """Return the first stamp that can be read; one strange record must not stop the rest."""
    return first_stamp(instant, *stamps)


def _is_of_one(error: ConnectorError) -> bool:
    """Whether a look-up failed for one of its values: what the vendor cannot read refuses all."""
    invalid = isinstance(error, Refused) and error.code.startswith(("VALID", "INVALID"))
    return invalid and not getattr(error, "field", "")
