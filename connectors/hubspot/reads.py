"""Reading HubSpot's records: a stable first pass by list, then keyset search on changes.

Offset paging over search loses rows while they change (hubspot.md 1.4), so no `after` is ever
sent to it: each page asks for ids above the last one, within one lower bound and no upper one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from connectors.hubspot import ends
from connectors.hubspot.associated import associated, linked
from connectors.hubspot.by_ids import READ_BATCH, chunks, fetch
from connectors.hubspot.client import Client, records
from connectors.hubspot.cursor import LIST, SEARCH, Cursor, parse
from connectors.hubspot.ends import SEARCH_PAGE, Walk
from connectors.hubspot.kinds import CONTACTS, LINK, canonical
from connectors.hubspot.values import (
    Unreadable,
    address,
    instant,
    items,
    mapping,
    merged_ids,
    millis,
    typed,
)
from crmbridge.errors import ConnectorError, Refused, Unavailable
from crmbridge.model.record import Field, Page, Record, Value
from crmbridge.net.call import Answer
from crmbridge.net.portions import Portion, Portions, too_large

LIST_PAGE = 100
"""Records a call. Source: hubspot.md 1.2."""
URL_NAMES = 15_000
"""Longest list of property names in a URL, in characters. Source: hubspot.md 1.2."""
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


def moment(answer: Answer) -> int:
    """Return the vendor's clock at an answer in epoch milliseconds, whole seconds, rounded down.

    Raises `Unavailable` without a Date header: our own clock must not set a watermark.
    """
    if answer.date is None:
        raise Unavailable("HubSpot answered without a Date header", request_id=answer.request_id)
    return millis(answer.date)


class Reader:
    """Reads records of one account.

    `overlap` in seconds is how far each run of changes reaches back before the last one, more
    than the search index ever lags. `unreadable` counts values that stayed absent because their
    own type does not allow them, by object and property.
    """

    def __init__(self, client: Client, *, overlap: int) -> None:
        self._client = client
        self._overlap = overlap * 1000
        self._reach: dict[str, int] = {}
        self._schemas: dict[str, dict[str, Field]] = {}
        self._late: dict[str, int] = {}
        self.unreadable: Counter[tuple[str, str]] = Counter()

    def describe(self, obj: str) -> dict[str, Field]:
        """Return the properties of an object by name, fresh from the vendor."""
        self._schemas[obj] = self._client.properties(obj)
        return self._schemas[obj]

    def read(self, obj: str, fields: Sequence[str], since: str | None) -> Iterator[Page]:
        """Yield pages; see `Connector.read`."""
        cursor = parse(since, LIST, SEARCH)
        if cursor.mode == LIST:
            return self._everything(obj, fields, cursor)
        return self._changes(obj, fields, cursor)

    def _everything(self, obj: str, fields: Sequence[str], cursor: Cursor) -> Iterator[Page]:
        wanted = _properties(obj, fields)
        thin = sum(map(in_url, wanted)) > URL_NAMES
        asked = ["hs_object_id"] if thin else wanted
        walk = Walk(obj, cursor.last)
        portions = Portions(LIST_PAGE, self._late, obj)
        more = True
        while more:
            portion = self._listed(obj, asked, cursor.last, portions)
            answer = portion.answer
            run = cursor.run or moment(answer)
            found = records(answer)
            after = walk.following(answer, len(found))
            more = bool(after)
            # what changed while the list ran is read again by the first search
            cursor = Cursor(mode=LIST, run=run, last=after) if more else Cursor(mode=SEARCH, hi=run)
            rows, large = self._values(obj, portion, found, wanted, BACKFILL, thin=thin)
            unread = portions.told(portion, large, more=more)
            if unread is None:
                continue
            yield Page(
                records=self._records(obj, fields, rows, BACKFILL),
                cursor=cursor.text(),
                more=more,
                unread=tuple(unread),
            )

    def _listed(
        self, obj: str, asked: Sequence[str], after: str, portions: Portions
    ) -> Portion[Answer]:
        def page(size: int, names: Sequence[str] = asked) -> Answer:
            return self._client.list_page(obj, names, after, priority=BACKFILL, limit=size)

        return portions.ask(page, lambda: page(1, ["hs_object_id"]))

    def _found(
        self, obj: str, wanted: Sequence[str], cursor: Cursor, portions: Portions
    ) -> Portion[Answer]:
        body = self._question(obj, wanted, cursor)

        def page(size: int) -> Answer:
            return self._client.search(obj, {**body, "limit": size}, priority=CHANGES)

        def thin() -> Answer:
            bare = {**body, "limit": 1, "properties": ["hs_object_id"]}
            return self._client.search(obj, bare, priority=CHANGES)

        return portions.ask(page, thin)

    def _values(
        self,
        obj: str,
        portion: Portion[Answer],
        found: Sequence[Mapping[str, Any]],
        wanted: Sequence[str],
        priority: int,
        *,
        thin: bool,
    ) -> tuple[Sequence[Mapping[str, Any]], list[str]]:
        """Return the rows of a page with their values, and the ids of those that have too many."""
        ids = [str(row["id"]) for row in found]
        if portion.blank:
            return [], ids
        return fetch(self._client, obj, ids, wanted, priority) if thin else (found, [])

    def _changes(self, obj: str, fields: Sequence[str], cursor: Cursor) -> Iterator[Page]:
        wanted = _properties(obj, fields)
        portions = Portions(SEARCH_PAGE, self._late, obj)
        more = True
        while more:
            thin = "properties" not in self._question(obj, wanted, cursor)
            portion = self._found(obj, wanted, cursor, portions)
            answer = portion.answer
            run = cursor.run or moment(answer)
            found = records(answer)
            total = None if cursor.last else ends.total_of(answer)
            last = _ascending(obj, found, cursor.last)
            step = ends.step(cursor, answer, run=run, last=last, came=len(found), size=portion.size)
            cursor, more = step.cursor, step.more
            rows, large = self._values(obj, portion, found, wanted, CHANGES, thin=thin)
            unread = portions.told(portion, large, more=more)
            if unread is None:
                continue
            yield Page(
                records=self._records(obj, fields, rows, CHANGES),
                cursor=cursor.text(),
                more=more,
                total=total,
                unread=tuple(unread),
                lacks=step.short,
            )
            if step.lacks:
                raise ends.too_few(f"{obj} that changed", step.lacks, answer)

    def _question(self, obj: str, wanted: Sequence[str], cursor: Cursor) -> dict[str, Any]:
        lower = max(0, cursor.hi - max(self._overlap, self._reach.get(obj, 0)))
        filters = [
            {"propertyName": stamp_property(obj), "operator": "GTE", "value": str(lower)},
            {"propertyName": "hs_object_id", "operator": "GT", "value": cursor.last or "0"},
        ]
        body = {
            "filterGroups": [{"filters": filters}],
            "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
            "limit": SEARCH_PAGE,
        }
        full = {**body, "properties": list(wanted)}
        return full if len(str(full)) <= SEARCH_BODY else body

    def find(self, obj: str, by: str, values: Sequence[str], fields: Sequence[str]) -> list[Record]:
        """Return live records by id or by a unique property; see `Finds.find`."""
        if by == "id":
            asked = [value for value in values if value.isdigit()]
        else:
            asked = [address(value) if by == "email" else value for value in values if value]
        asked = list(dict.fromkeys(asked))
        found: dict[str, Record] = {}
        for part in chunks(asked, READ_BATCH):
            rows = self._look(obj, by, part, _properties(obj, fields))
            live = self._records(obj, fields, rows, LOOKUP)
            found |= {record.id: record for record in live}
            if by == "id":
                found |= {r.id: r for r in _strangers(part, live)}
        return list(found.values())

    def _look(
        self, obj: str, by: str, part: Sequence[str], wanted: Sequence[str]
    ) -> list[dict[str, Any]]:
        unique = "" if by == "id" else by
        try:
            answer = self._client.read_batch(obj, part, wanted, unique, priority=LOOKUP)
        except ConnectorError as error:
            if too_large(error) and len(part) > 1:
                half = len(part) // 2
                both = (part[:half], part[half:])
                return [row for some in both for row in self._look(obj, by, some, wanted)]
            if not isinstance(error, Refused):
                raise
            # one value that the vendor cannot read refuses the whole batch
            if len(part) == 1 or error.field or not error.code.startswith(("VALID", "INVALID")):
                raise
            return self._look_by_halves(obj, by, part, wanted)
        for problem in items(mapping(answer.data).get("errors")):
            if problem.get("category") != "OBJECT_NOT_FOUND":
                code = str(problem.get("category") or "unknown")
                raise Refused(f"HubSpot did not read some {obj}: {code}", code=code)
        return records(answer)

    def _look_by_halves(
        self, obj: str, by: str, part: Sequence[str], wanted: Sequence[str]
    ) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        refused: list[Refused] = []
        half = len(part) // 2
        for some in (part[:half], part[half:]):
            try:
                found += self._look(obj, by, some, wanted)
            except Refused as error:
                refused.append(error)
        if len(refused) == 2:
            raise refused[0]
        return found

    def properties(self, obj: str, fields: Sequence[str]) -> list[str]:
        """Return the properties to ask for, so that `fields` can be told of records."""
        return _properties(obj, fields)

    def plain(
        self, obj: str, fields: Sequence[str], rows: Sequence[Mapping[str, Any]]
    ) -> list[Record]:
        """Return rows as records, without what they are associated with."""
        if not rows:
            return []
        schema = self._schemas.get(obj) or self.describe(obj)
        return [self._record(obj, fields, row, schema) for row in rows]

    def reach_back(self, obj: str, seconds: int) -> None:
        """Let reads of an object reach further back than the options say; 0 for those alone."""
        self._reach[obj] = seconds * 1000

    def _records(
        self,
        obj: str,
        fields: Sequence[str],
        rows: Sequence[Mapping[str, Any]],
        priority: int,
    ) -> tuple[Record, ...]:
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


def _properties(obj: str, fields: Sequence[str]) -> list[str]:
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
    for stamp in stamps:
        with suppress(ValueError, ArithmeticError):
            if stamp:
                return instant(str(stamp))
    return None


def _ascending(obj: str, found: Sequence[Mapping[str, Any]], last: str) -> str:
    """Return the last id of a page; ids are numbers, as text `10` would come before `9`."""
    ids = [int(last or 0), *(int(row["id"]) for row in found)]
    if any(later <= earlier for earlier, later in pairwise(ids)):
        raise Unavailable(f"HubSpot gave {obj} out of the order of ids; the page is not used")
    return str(ids[-1])


def _strangers(asked: Sequence[str], records: Sequence[Record]) -> list[Record]:
    """Return records that answered under an id nobody asked for, with the id they answer for.

    The vendor tells the merged ids on the survivor, mostly; when it does not and just one asked
    id and one stranger are left over, they belong together.
    """
    told = {each for record in records for each in (record.id, *record.absorbed)}
    orphans = [each for each in asked if each not in told]
    strangers = [r for r in records if r.id not in asked and not set(r.absorbed) & set(asked)]
    if len(orphans) != 1 or len(strangers) != 1:
        return []
    one = strangers[0]
    return [replace(one, absorbed=(*one.absorbed, orphans[0]))]
