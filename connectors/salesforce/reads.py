"""Reads the change feed of an object without a gap, pages in the order (stamp, id).

The strategy is that of salesforce.md 11.3: a watermark of the server's own time, taken with the
first page of a run, and a lookback that covers what is committed late.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from crmbridge.errors import ConnectorError, CrmBridgeError, NotSupported, Refused
from crmbridge.kit.feed import keyset
from crmbridge.kit.feed.back import Lookback
from crmbridge.kit.feed.many import many
from crmbridge.kit.feed.walk import Batch
from crmbridge.kit.paths import Plan
from crmbridge.model.record import Page, ReadRequest, Record
from crmbridge.net.portions import Portion, Portions, too_much

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


class _Run(keyset.Keyset[Cursor]):
    """One pass over one object by a plan of what to select."""

    vendor: ClassVar[str] = "Salesforce"
    gone: ClassVar[frozenset[str]] = frozenset({"INVALID_QUERY_LOCATOR", "QUERY_LOCATOR_EXPIRED"})

    def __init__(self, client: Client, plan: Plan, place: Cursor, portions: Portions) -> None:
        super().__init__(plan.obj, place, portions)
        self._client, self.plan = client, plan

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


class Reader:
    """Reads, looks up and follows the records of one org."""

    def __init__(self, client: Client, schemas: Schemas, lookback: timedelta) -> None:
        self._client = client
        self.all, self.matching = client.all, client.matching
        self._schemas = schemas
        self.back = Lookback(lookback)
        self._late: dict[str, int] = {}

    def _portions(self, obj: str) -> Portions:
        return Portions(PAGE, self._late, obj)

    def read(self, obj: str, fields: Sequence[str], since: str | None) -> Iterator[Page]:
        """Yield pages as `Connector.read` promises."""
        place = parse_cursor(obj, since, self.back.of(obj))
        run, first = self._started(obj, fields, place, self._portions(obj))
        yield from run.pages(first)

    def _started(
        self, obj: str, fields: Sequence[str], place: Cursor, portions: Portions
    ) -> tuple[_Run, Portion[Batch]]:
        plan, first = self._schemas.asked(
            lambda: self._schemas.feed(obj, fields),
            lambda plan: _Run(self._client, plan, place, portions).start(),
        )
        return _Run(self._client, plan, place, portions), first

    def read_many(self, requests: Sequence[ReadRequest]) -> Iterator[tuple[str, Page]]:
        """Yield `(object, page)` for all requests, five objects a call while little changes.

        An object that fails does not stop the others; its error is raised at the end.
        """
        failed: list[CrmBridgeError] = []
        runs = [run for each in requests if (run := self._planned(each, failed))]
        yield from many(runs, QUERIES_PER_COMPOSITE, self._firsts, self._alone, failed)

    def _planned(self, request: ReadRequest, failed: list[CrmBridgeError]) -> _Run | None:
        try:
            place = parse_cursor(request.obj, request.since, self.back.of(request.obj))
            plan = self._schemas.feed(request.obj, request.fields)
            return _Run(self._client, plan, place, self._portions(request.obj))
        except ConnectorError as error:
            failed.append(error)
            return None

    def _firsts(self, runs: Sequence[_Run]) -> list[Batch | CrmBridgeError]:
        return self._client.queries([run.query() for run in runs])

    def _alone(self, run: _Run, error: CrmBridgeError) -> tuple[_Run, Portion[Batch]]:
        """Start a run anew whose fields have vanished, or that was too much with others."""
        again = isinstance(error, Refused) and self._schemas.lost(run.plan, error)
        if not again and not too_much(error):
            raise error
        return self._started(run.obj, tuple(run.plan.kinds), run.place, run.portions)

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
