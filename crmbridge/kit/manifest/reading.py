"""Reads the objects of a manifest: changes behind a lower bound, look-ups, and what there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import pairwise
from typing import Any

from crmbridge.errors import NotSupported, Refused, Unavailable
from crmbridge.kit.feed.back import Lookback
from crmbridge.kit.feed.parts import by_parts
from crmbridge.kit.feed.walk import Batch
from crmbridge.kit.feed.window import LIST, SEARCH, Cursor, Window, parse
from crmbridge.kit.fields import EPOCH, chunks
from crmbridge.kit.manifest import where
from crmbridge.kit.manifest.shape import FindShape
from crmbridge.kit.manifest.thing import Thing
from crmbridge.model.record import Page, Record
from crmbridge.net.portions import Portion, Portions, too_large

Row = Mapping[str, Any]


class Feed(Window):
    """One walk over one object's list: all of it, or what changed behind the cursor's mark."""

    def __init__(
        self, thing: Thing, fields: Sequence[str], back: timedelta, most: int, late: dict[str, int]
    ) -> None:
        portions = Portions(most, late, thing.name)
        super().__init__(thing.account.title, thing.name, portions, portions)
        self._thing, self._fields, self._back, self._most = thing, fields, back, most

    def pages(self, cursor: Cursor) -> Iterator[Page]:
        """Yield the pages behind a cursor; see `Connector.read`."""
        if self._thing.spec.feed == "snapshot" and not cursor.last:
            cursor = Cursor(mode=LIST)
        return self._everything(cursor)

    def listed(self, cursor: Cursor, size: int, *, bare: bool = False) -> Batch:
        """Ask for a page of the list behind a cursor; `bare` for ids and stamps alone."""
        thing, spec = self._thing, self._thing.spec.read
        if spec.page.by == "number" and size != self._most:
            # a smaller page would have another number, and what stands between would be lost
            raise Unavailable(f"{self.vendor}: a page of {self.obj} is too large to be taken")
        names: dict[str, Any] = {**thing.names, "size": size, **self._place(cursor)}
        names["fields"] = thing.bare() if bare else thing.wanted(self._fields)
        if since := self._since(cursor):
            names["since"] = since
        told = thing.account.tell(spec, names, reads=True)
        rows = where.rows(told.data, spec.records, spec.record)
        total = where.value(told.data, spec.page.total)
        return Batch(
            rows=rows,
            next=self._next(cursor, rows, told.data, size),
            total=total if spec.page.by == "one" and isinstance(total, int) else None,
            date=told.date,
        )

    searched = listed

    def taken(
        self, cursor: Cursor, portion: Portion[Batch]
    ) -> tuple[tuple[Record, ...], Sequence[str]]:
        """Return the records of a page, and the id of one that is too large to be taken."""
        rows = portion.answer.rows
        if portion.blank:
            return (), [self._thing.ident(row) for row in rows]
        return tuple(self._thing.record(row, self._fields) for row in rows), ()

    def _since(self, cursor: Cursor) -> Any:
        if cursor.mode == SEARCH and cursor.hi:
            low = EPOCH + timedelta(milliseconds=cursor.hi) - self._back
            return self._thing.account.codecs.stamp(low)
        first = self._thing.spec.read.since
        return self._thing.account.codecs.stamp(EPOCH) if first == "1970" else first

    def _place(self, cursor: Cursor) -> dict[str, Any]:
        page = self._thing.spec.read.page
        match page.by:
            case "cursor":
                return {"cursor": cursor.last} if cursor.last else {}
            case "id":
                last = cursor.last or str(page.start)
                return {"after": self._thing.account.codecs.ident(last)}
            case "offset":
                return {"offset": int(cursor.last or page.start)}
            case "number":
                return {"page": int(cursor.last or page.start)}
        return {}

    def _next(self, cursor: Cursor, rows: Sequence[Row], data: object, size: int) -> str:
        """Return the place behind a page, empty at the end."""
        page = self._thing.spec.read.page
        if page.by == "one":
            return ""
        if page.by == "cursor":
            return str(where.value(data, page.next) or "")
        if page.by == "id":
            return self._last(cursor, rows) if len(rows) >= size else ""
        here = int(cursor.last or page.start)
        behind = here + (len(rows) if page.by == "offset" else 1)
        if page.more:
            more = where.value(data, page.more) is True
        elif page.total:
            more = page.by == "offset" and behind < int(where.value(data, page.total))
        else:
            more = len(rows) >= size
        return str(behind) if more and rows else ""

    def _last(self, cursor: Cursor, rows: Sequence[Row]) -> str:
        ids = [int(cursor.last or 0), *(int(self._thing.ident(row)) for row in rows)]
        if any(later <= earlier for earlier, later in pairwise(ids)):
            raise Unavailable(
                f"{self.vendor} gave {self.obj} out of the order of ids; the page is not used"
            )
        return str(ids[-1])


class Reader:
    """Reads all objects of one account; `page` is how many records are asked for at once."""

    def __init__(self, things: Mapping[str, Thing], page: int, overlap: int) -> None:
        self._things, self._page = things, page
        self._late: dict[str, int] = {}
        self.back = Lookback(timedelta(seconds=overlap))

    def thing(self, obj: str) -> Thing:
        """Return an object; raises `Refused` for one that the manifest does not have."""
        found = self._things.get(obj)
        if found is None:
            raise Refused(
                f"there is no object {obj!r} here; there are: {', '.join(self._things)}",
                code="NO_OBJECT",
            )
        return found

    def read(self, obj: str, fields: Sequence[str], since: str | None) -> Iterator[Page]:
        """Yield pages of what changed; see `Connector.read`."""
        thing = self.thing(obj)
        cursor = parse(thing.account.title, obj, since, LIST, SEARCH)
        return self._feed(thing, fields).pages(cursor)

    def stamps(self, obj: str, since: str | None) -> Iterator[Page]:
        """Yield ids and stamps of what there is; see `Reconciles.stamps`."""
        thing = self.thing(obj)
        title = thing.account.title
        if thing.spec.feed == "snapshot" or not thing.spec.read.ordered:
            raise NotSupported(f"{title}: {obj} is not listed in the order of ids")
        cursor = parse(title, obj, since, LIST, SEARCH)
        if cursor.mode == SEARCH:  # the end of a list that was read whole
            cursor = Cursor(mode=LIST)
        for page in self._feed(thing, ()).pages(cursor):
            live = tuple(one for one in page.records if not one.deleted)
            yield replace(page, records=live)

    def find(self, obj: str, by: str, values: Sequence[str], fields: Sequence[str]) -> list[Record]:
        """Return live records by id or a field; see `Finds.find`."""
        thing = self.thing(obj)
        rows = self.rows(thing, by, values, fields)
        return [thing.record(row, fields) for row in rows if not thing.is_dead(row)]

    def rows(
        self, thing: Thing, by: str, values: Sequence[str], fields: Sequence[str]
    ) -> list[Row]:
        """Return the vendor's rows of a look-up, those that are marked as deleted too."""
        spec = thing.spec.find.get(by) or (thing.spec.find.get("*") if by != "id" else None)
        if spec is None:
            raise NotSupported(f"{thing.account.title}: {thing.name} cannot be looked up by {by}")
        asked = list(dict.fromkeys(one for each in values if (one := self._value(thing, by, each))))
        ask = partial(self._look, thing, spec, by, fields)
        found: list[Row] = []
        for part in chunks(asked, spec.batch):
            found += by_parts(part, ask, too_large, _raised)
        if spec.again and found:
            again = [thing.ident(row) for row in found]
            found = self.rows(thing, "id", again, (*fields, by))
        return _alike(thing, by, asked, found) if spec.exact else found

    def _value(self, thing: Thing, by: str, value: str) -> str:
        """Return a value that can be asked for; of an id that is none, nothing is found."""
        try:
            if by == "id" or thing.column(by).type == "ref":
                thing.account.codecs.ident(value)
        except ValueError:
            return ""
        return value

    def _look(
        self, thing: Thing, spec: FindShape, by: str, fields: Sequence[str], values: Sequence[str]
    ) -> list[Row]:
        column = thing.column(by)
        ident = column.type == "ref"
        held = [thing.account.codecs.ident(each) if ident else each for each in values]
        wanted = thing.wanted((*fields, by) if spec.exact else fields)
        names = {
            **thing.names,
            "fields": wanted,
            "by": column.search or column.ask or column.at or by,
            "values": held,
            "value": held[0],
        }
        try:
            data = thing.account.ask(spec, names, reads=True)
        except Refused as error:
            if by == "id" and error.code == "not_found" and len(values) == 1:
                return []
            raise
        if spec.batch == 1 and isinstance(where.value(data, spec.records), Mapping):
            return [where.value(data, spec.records)]
        return where.rows(data, spec.records, spec.record)

    def _feed(self, thing: Thing, fields: Sequence[str]) -> Feed:
        return Feed(thing, fields, self.back.of(thing.name), self._page, self._late)


def _alike(thing: Thing, by: str, values: Sequence[str], rows: Sequence[Row]) -> list[Row]:
    """Return the rows that hold one of the values, whatever its capitals."""
    wanted = {each.casefold() for each in values}
    held = [str(thing.record(row, [by]).values.get(by)).casefold() for row in rows]
    return [row for row, one in zip(rows, held, strict=True) if one in wanted]


def _raised(_: str, error: Exception) -> None:
    raise error
