"""Reads the change feed of an object without a gap, pages in the order (stamp, id).

The strategy is that of salesforce.md 11.3: a watermark of the server's own time, taken with the
first page of a run, and a lookback that covers what is committed late.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from crmbridge.errors import ConnectorError, CrmBridgeError, Refused, Unavailable
from crmbridge.model.record import Page, ReadRequest, Record
from crmbridge.net.portions import Portion, Portions, too_large, too_late, too_much

from . import soql
from .client import QUERIES_PER_COMPOSITE, RETRIEVE, Batch, Client
from .schemas import Plan, Schemas
from .values import instant, read_record

PAGE = 2_000  # rows a page at most; a smaller question has a LIMIT. Source: salesforce.md 3
ROWS_PER_PAGE = 100  # fewest rows that a page of a long answer is taken to hold
SPARE_PAGES = 1_000
_LOCATOR_GONE = frozenset({"INVALID_QUERY_LOCATOR", "QUERY_LOCATOR_EXPIRED"})
_ORDER = "SystemModstamp, Id"
NOTHING = "-"
"""The cursor of a list of stamps before its first record."""
STAMPS = ("Id", "SystemModstamp")
"""What a reconciliation asks of each record."""
ALONE = Unavailable("Salesforce: asked alone, as several objects at once are too much", large=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """A place in the change feed.

    `mark` is the server's time at the start of the run, empty before its first page. Inside a
    run `at` and `id` are the stamp, verbatim, and the id of the last record given; before the
    first record `low` is the run's lower bound, empty for none. Between runs both are absent.
    """

    mark: str = ""
    low: str | None = None
    at: str = ""
    id: str = ""

    def text(self) -> str:
        """Return the cursor as the text that a page carries."""
        parts = {"mark": self.mark, "low": self.low, "at": self.at, "id": self.id}
        kept = {k: v for k, v in parts.items() if v or (k == "low" and v is not None)}
        return json.dumps({"v": 1, **kept}, separators=(",", ":"))

    def where(self) -> str:
        """Return the SOQL condition of what lies behind this place."""
        return (
            soql.changed_after(self.at, self.id) if self.at else soql.changed_since(self.low or "")
        )


def parse_cursor(text: str | None, lookback: timedelta) -> Cursor:
    """Return the place to read from; raises `Refused` (BAD_CURSOR) for a text that is not ours."""
    if text is None:
        return Cursor(low="")
    try:
        parts = json.loads(text)
        kept = {k: str(parts[k]) for k in ("mark", "low", "at", "id") if k in parts}
        cursor = Cursor(**kept)
        low = soql.moment(instant(cursor.mark) - lookback)
        fine = parts["v"] == 1 and bool(cursor.at) == bool(cursor.id)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Refused("not a cursor of this connector; read anew", code="BAD_CURSOR") from error
    if not fine:
        raise Refused("not a cursor of this connector; read anew", code="BAD_CURSOR")
    cursor.where()
    # a new run takes its own mark with its first page; inside a run the mark stays
    return cursor if cursor.at or cursor.low is not None else Cursor(low=low)


@dataclass(slots=True, kw_only=True)
class _Run:
    """One pass over one object: where it is, and what was seen of it."""

    plan: Plan
    place: Cursor
    portions: Portions
    total: int | None = None
    pages: int = 0
    came: int = 0  # records so far, and of them before the query in hand
    before: int = 0
    due: int = 0  # records that the query in hand is to give
    fresh: bool = True  # whether a record came since the last (re)start

    def query(self, size: int = PAGE) -> str:
        """Return the query for what is left of the run, or for the first `size` rows of it."""
        order = _ORDER if size >= PAGE else f"{_ORDER} LIMIT {size}"
        return soql.select(self.plan.obj, self.plan.columns, self.place.where(), order)

    def thin(self) -> str:
        """Return the query for what stands next in the run, without its values."""
        columns = ("Id", "SystemModstamp")
        return soql.select(self.plan.obj, columns, self.place.where(), f"{_ORDER} LIMIT 1")

    def restart(self) -> None:
        """Say that a new query takes up what is left."""
        self.before, self.due = self.came, 0

    @property
    def lacks(self) -> int:
        """How many records the vendor counted and did not give; a second query may count anew."""
        return min(self.due - (self.came - self.before), (self.total or 0) - self.came)

    def page(self, portion: Portion[Batch]) -> Page | None:
        """Turn a batch into a page and move the place behind it; `None` for a page kept back.

        An end that gives fewer records than the query counted is none: the page says `more`, and
        its cursor stays inside the run.
        """
        batch, whole = portion.answer, portion.size >= PAGE
        if self.total is None and whole:
            self.total = batch.total
        self.came += len(batch.rows)
        self.due = max(self.due, batch.total)
        if not self.place.mark:
            self.place = replace(self.place, mark=_mark(batch.date))
        rows = [] if portion.blank else batch.rows
        records = tuple(read_record(self.plan.obj, row, self.plan.kinds) for row in rows)
        if batch.rows:
            self.fresh = True
            self.place = replace(self.place, low=None, **_last(batch.rows))
        self._count()
        more = bool(batch.next) if whole else len(batch.rows) >= portion.size
        more = more or self.lacks > 0
        large = [soql.long_id(str(row.get("Id"))) for row in batch.rows] if portion.blank else []
        unread = self.portions.told(portion, large, more=more)
        if unread is None:
            return None
        cursor = self.place if more else Cursor(mark=self.place.mark)
        return Page(
            records=records,
            cursor=cursor.text(),
            more=more,
            total=self.total,
            unread=tuple(unread),
        )

    def _count(self) -> None:
        self.pages += 1
        if self.pages > SPARE_PAGES + (self.total or 0) // ROWS_PER_PAGE:
            raise Unavailable(f"Salesforce {self.plan.obj}: pages without end; read on later")


def _mark(date: datetime | None) -> str:
    if date is None:
        raise Unavailable("Salesforce query: an answer without its time; try again")
    return soql.moment(date)


def _last(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the keyset of the last row with a stamp, as the vendor wrote it."""
    row = next((r for r in reversed(rows) if soql.is_stamp(r.get("SystemModstamp"))), rows[-1])
    at, ident = str(row.get("SystemModstamp")), str(row.get("Id"))
    soql.stamp(at)
    return {"at": at, "id": soql.long_id(ident)}


class Reader:
    """Reads, looks up and follows the records of one org."""

    def __init__(self, client: Client, schemas: Schemas, lookback: timedelta) -> None:
        self._client = client
        self._schemas = schemas
        self._lookback = lookback
        self._late: dict[str, int] = {}
        self._reach: dict[str, timedelta] = {}

    def reach_back(self, obj: str, seconds: int) -> None:
        """Let reads of an object look further back than the options say; 0 for those alone."""
        self._reach[obj] = timedelta(seconds=seconds)

    def _back(self, obj: str) -> timedelta:
        return max(self._lookback, self._reach.get(obj, timedelta()))

    def _portions(self, obj: str) -> Portions:
        return Portions(PAGE, self._late, obj)

    def read(self, obj: str, fields: Sequence[str], since: str | None) -> Iterator[Page]:
        """Yield pages as `Connector.read` promises."""
        place = parse_cursor(since, self._back(obj))
        run, first = self._started(obj, fields, place, self._portions(obj))
        yield from self._walk(run, first)

    def _started(
        self, obj: str, fields: Sequence[str], place: Cursor, portions: Portions
    ) -> tuple[_Run, Portion[Batch]]:
        plan, first = self._schemas.asked(
            lambda: self._schemas.feed(obj, fields),
            lambda plan: self._ask(_Run(plan=plan, place=place, portions=portions)),
        )
        return _Run(plan=plan, place=place, portions=portions), first

    def _ask(self, run: _Run) -> Portion[Batch]:
        """Ask for what is left of a run, for less of it where that is too much."""
        run.restart()
        return run.portions.ask(
            lambda size: self._client.query(run.query(size)),
            lambda: self._client.query(run.thin()),
        )

    def _walk(self, run: _Run, portion: Portion[Batch]) -> Iterator[Page]:
        seen: set[str] = set()
        while True:
            page = run.page(portion)
            if page is not None:
                yield page
                if not page.more:
                    return
            link = portion.answer.next
            if portion.size < PAGE and portion.answer.rows:
                portion = self._ask(run)
                continue
            if not link:
                raise too_few(run.plan.obj, run.lacks)
            if link in seen:
                raise Unavailable(f"Salesforce {run.plan.obj}: one page again and again")
            seen.add(link)
            portion = self._next(run, link)

    def _next(self, run: _Run, link: str) -> Portion[Batch]:
        try:
            return Portion(answer=self._client.more(link), size=PAGE)
        except ConnectorError as error:
            if too_much(error):
                run.portions.smaller(error)
                return self._ask(run)
            if not isinstance(error, Refused) or error.code not in _LOCATOR_GONE:
                raise
            if not run.fresh:
                raise Unavailable(f"Salesforce {run.plan.obj}: cursors expire at once") from error
        run.fresh = False
        return self._ask(run)

    def read_many(self, requests: Sequence[ReadRequest]) -> Iterator[tuple[str, Page]]:
        """Yield `(object, page)` for all requests, five objects a call while little changes.

        An object that fails does not stop the others; its error is raised at the end.
        """
        failed: list[CrmBridgeError] = []
        runs = [run for each in requests if (run := self._planned(each, failed))]
        for at in range(0, len(runs), QUERIES_PER_COMPOSITE):
            group = runs[at : at + QUERIES_PER_COMPOSITE]
            for run, first in zip(group, self._firsts(group), strict=True):
                yield from self._rest(run, first, failed)
        if failed:
            raise failed[0]

    def _firsts(self, group: Sequence[_Run]) -> Sequence[Batch | CrmBridgeError]:
        """Ask for the first pages of several objects together, alone where that is too much."""
        if not all(run.portions.whole for run in group):
            return [ALONE] * len(group)
        try:
            return self._client.queries([run.query() for run in group])
        except ConnectorError as error:
            if too_late(error):
                for run in group:
                    run.portions.be_late()
            if not too_large(error):
                raise
            return [ALONE] * len(group)

    def _planned(self, request: ReadRequest, failed: list[CrmBridgeError]) -> _Run | None:
        try:
            place = parse_cursor(request.since, self._back(request.obj))
            plan = self._schemas.feed(request.obj, request.fields)
            return _Run(plan=plan, place=place, portions=self._portions(request.obj))
        except ConnectorError as error:
            failed.append(error)
            return None

    def _rest(
        self, run: _Run, first: Batch | CrmBridgeError, failed: list[CrmBridgeError]
    ) -> Iterator[tuple[str, Page]]:
        try:
            again = isinstance(first, Refused) and self._schemas.lost(run.plan, first)
            if again or too_much(first):
                wanted = tuple(run.plan.kinds)
                run, start = self._started(run.plan.obj, wanted, run.place, run.portions)
            elif isinstance(first, CrmBridgeError):
                raise first
            else:
                start = Portion(answer=first, size=PAGE)
            for page in self._walk(run, start):
                yield run.plan.obj, page
        except CrmBridgeError as error:
            failed.append(error)

    def all(self, query: str, *, deleted: bool) -> Iterator[Mapping[str, Any]]:
        """Yield all rows of a short query."""
        batch = self._client.query(query, deleted=deleted)
        seen: set[str] = set()
        total, came = batch.total, len(batch.rows)
        yield from batch.rows
        while batch.next:
            if batch.next in seen:
                raise Unavailable("Salesforce query: one page again and again; try later")
            seen.add(batch.next)
            batch = self._client.more(batch.next)
            came += len(batch.rows)
            yield from batch.rows
        if came < total:
            raise too_few("records", total - came)

    def stamps(self, obj: str, since: str | None) -> Iterator[Page]:
        """Yield ids and stamps of all live records, by id: one call per 2,000."""
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
            lambda plan: [
                row
                for condition in soql.chunks_in("Id", ids)
                for row in self.all(soql.select(obj, plan.columns, condition), deleted=True)
            ],
        )
        return {one.id: one for row in rows for one in [read_record(obj, row, plan.kinds)]}


def too_few(what: str, missing: int) -> Unavailable:
    """Return the error for a query that ended before its own count."""
    return Unavailable(
        f"Salesforce says that there are {missing} more of {what} and does not give them; the "
        "read is tried again from the same place"
    )
