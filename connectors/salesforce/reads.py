"""Reads the change feed of an object without a gap, pages in the order (stamp, id).

The strategy is that of salesforce.md 11.3: a watermark of the server's own time, taken with the
first page of a run, and a lookback that covers what is committed late.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from crmbridge.errors import CrmBridgeError, NotSupported, Refused
from crmbridge.kit.feed import keyset
from crmbridge.kit.feed.by_stamp import ByStamps, Planned
from crmbridge.kit.feed.walk import Batch
from crmbridge.kit.paths import Plan
from crmbridge.model.record import Page, Record
from crmbridge.net.portions import Portions

from . import soql
from .client import QUERIES_PER_COMPOSITE, RETRIEVE, Client
from .schemas import Schemas
from .values import read_record

PAGE = 2_000  # rows a page at most; a smaller question has a LIMIT. Source: salesforce.md 3
_ORDER = "SystemModstamp, Id"
NOTHING = "-"
"""The cursor of a list of stamps before its first record."""
STAMPS = ("Id", "SystemModstamp")
"""What a reconciliation asks of each record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor(keyset.Place):
    """A place in the change feed, which can say what lies behind it."""

    def where(self) -> str:
        """Return the SOQL condition of what lies behind this place."""
        if self.at:
            return soql.changed_after(self.at, self.id)
        return soql.changed_since(self.low or "")


def parse_cursor(obj: str, text: str | None, lookback: timedelta) -> Cursor:
    """Return the place to read from; raises `CursorGone` for a text that is not ours."""
    place = keyset.parse(Cursor, obj, text, lookback)
    try:
        place.where()
    except Refused as error:
        raise keyset.strange(obj) from error
    return place


class _Run(Planned[Cursor]):
    """One pass over one object by a plan of what to select."""

    vendor: ClassVar[str] = "Salesforce"
    gone: ClassVar[frozenset[str]] = frozenset({"INVALID_QUERY_LOCATOR", "QUERY_LOCATOR_EXPIRED"})

    def __init__(self, client: Client, plan: Plan, place: Cursor, portions: Portions) -> None:
        super().__init__(plan, place, portions)
        self._client = client

    def query(self, size: int = PAGE) -> str:
        """Return the query for what is left of the run, or for the first `size` rows of it."""
        order = _ORDER if size >= PAGE else f"{_ORDER} LIMIT {size}"
        return soql.select(self.obj, self.plan.columns, self.place.where(), order)

    def asked(self, size: int) -> Batch:
        """Ask for what is left of the run; see `Keyset.asked`."""
        return self._client.query(self.query(size))

    def bare(self) -> Batch:
        """Ask for what stands next in the run, without its values."""
        where = self.place.where()
        return self._client.query(soql.select(self.obj, STAMPS, where, f"{_ORDER} LIMIT 1"))

    def further(self, link: str) -> Batch:
        """Ask for the page at a link."""
        return self._client.more(link)

    def record(self, row: Mapping[str, Any]) -> Record:
        """Return the record of a row."""
        return read_record(self.obj, row, self.plan.kinds)

    def key(self, rows: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
        """Return the keyset of the last row with a stamp, as the vendor wrote it."""
        row = next((r for r in reversed(rows) if soql.is_stamp(r.get("SystemModstamp"))), rows[-1])
        at = str(row.get("SystemModstamp"))
        soql.stamp(at)
        return at, soql.long_id(str(row.get("Id")))


class Reader(ByStamps[Cursor, _Run]):
    """Reads, looks up and follows the records of one org."""

    size: ClassVar[int] = PAGE
    at_once: ClassVar[int] = QUERIES_PER_COMPOSITE

    def __init__(self, client: Client, schemas: Schemas, lookback: timedelta) -> None:
        super().__init__(schemas, lookback)
        self._client, self._schemas = client, schemas
        self.all, self.matching = client.all, client.matching

    def place(self, obj: str, since: str | None) -> Cursor:
        """Return the place of a cursor; see `parse_cursor`."""
        return parse_cursor(obj, since, self.back.of(obj))

    def planned(self, obj: str, fields: Sequence[str]) -> Plan:
        """Return what a feed selects; raises `NotSupported` for an object without one."""
        plan = self._schemas.plan(obj, fields)
        if "SystemModstamp" not in plan.columns:
            raise NotSupported(f"Salesforce {obj} has no SystemModstamp, it cannot be followed")
        return plan

    def run(self, plan: Plan, place: Cursor, portions: Portions) -> _Run:
        """Return a pass from a place on."""
        return _Run(self._client, plan, place, portions)

    def firsts(self, runs: Sequence[_Run]) -> list[Batch | CrmBridgeError]:
        """Ask for the first pages of several objects by one call."""
        return self._client.queries([run.query() for run in runs])

    def stamps(self, obj: str, since: str | None) -> Iterator[Page]:
        """Yield ids and stamps of all live records, by id: one call per 2,000."""
        if "SystemModstamp" not in self._schemas.get(obj).kinds:
            raise NotSupported(f"Salesforce {obj} has no SystemModstamp to compare")
        last = soql.long_id(since) if since and since != NOTHING else ""
        more = True
        while more:
            where = f"Id > {soql.text(last)}" if last else ""
            query = soql.select(obj, STAMPS, where, f"Id LIMIT {RETRIEVE}")
            rows = list(self.all(query, deleted=False))
            more = len(rows) == RETRIEVE
            found = tuple(read_record(obj, row, {}) for row in rows)
            last = found[-1].id if found else last
            yield Page(records=found, cursor=last or NOTHING, more=more)

    def rows_of(self, obj: str, ids: Sequence[str], fields: Sequence[str]) -> dict[str, Record]:
        """Return records by id as queryAll shows them: deleted ones too, with their last values."""
        plan, rows = self._schemas.asked(
            lambda: self._schemas.plan(obj, fields),
            lambda plan: list(self.matching(obj, plan.columns, "Id", ids, deleted=True)),
        )
        return {one.id: one for row in rows for one in [read_record(obj, row, plan.kinds)]}
