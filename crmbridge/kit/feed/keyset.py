"""Changes in the order (stamp, id), behind a watermark of the vendor's own time.

For a vendor whose stamps can be sorted by and compared as exactly as it shows them. The watermark
is taken with the first page of a run, and a lookback covers what is committed late.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, Generic, TypeVar

from crmbridge.errors import ConnectorError, CursorGone, Refused, Unavailable
from crmbridge.kit.feed import cursor as texts
from crmbridge.kit.feed.walk import Batch, Walk, dated, lacking
from crmbridge.kit.fields import in_utc
from crmbridge.model.record import Page, Record
from crmbridge.net.portions import Portion, Portions, too_much

ROWS_PER_PAGE = 100
"""Fewest rows that a page of a long answer is taken to hold."""
SPARE_PAGES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
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
        return texts.text_of(self)


Kind = TypeVar("Kind", bound=Place)


def moment(at: datetime) -> str:
    """Write an aware datetime for a watermark, rounded down to the second."""
    return in_utc(at.isoformat()).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse(shape: type[Kind], obj: str, text: str | None, lookback: timedelta) -> Kind:
    """Return the place to read from, of a cursor's text; `None` is the very beginning.

    Raises `CursorGone` for a text that is not ours.
    """
    if text is None:
        return shape(low="")
    try:
        place = texts.read(shape, text)
        low = moment(in_utc(place.mark) - lookback)
    except (ValueError, TypeError) as error:
        raise strange(obj) from error
    if bool(place.at) != bool(place.id):
        raise strange(obj)
    # a new run takes its own mark with its first page; inside a run the mark stays
    return place if place.at or place.low is not None else shape(low=low)


def strange(obj: str) -> CursorGone:
    """The error for a text that is no cursor of an object."""
    return CursorGone(f"not a cursor of this connector: {obj}", obj=obj)


class Keyset(ABC, Generic[Kind]):
    """One pass over one object: where it is, and what was seen of it."""

    vendor: ClassVar[str]
    gone: ClassVar[frozenset[str]] = frozenset()
    """Codes of a refusal that say that the place of a further page is not known any more."""

    def __init__(self, obj: str, place: Kind, portions: Portions) -> None:
        self.obj, self.place, self.portions = obj, place, portions
        self._total: int | None = None
        self._pages = 0
        self._came = self._before = 0  # records so far, and of them before the query in hand
        self._due = 0  # records that the query in hand is to give
        self._fresh = True  # whether a record came since the last (re)start

    @abstractmethod
    def asked(self, size: int) -> Batch:
        """Ask for what is left of the run, or for the first `size` records of it."""

    @abstractmethod
    def bare(self) -> Batch:
        """Ask for what stands next in the run, without its values."""

    @abstractmethod
    def further(self, link: str) -> Batch:
        """Ask for the page at a link that a page had."""

    @abstractmethod
    def record(self, row: Mapping[str, Any]) -> Record:
        """Return the record of a row."""

    @abstractmethod
    def key(self, rows: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
        """Return stamp and id of the last of some rows, the stamp as the vendor wrote it."""

    def start(self) -> Portion[Batch]:
        """Ask for what is left of the run, for less of it where that is too much."""
        self._before, self._due = self._came, 0
        return self.portions.ask(self.asked, self.bare)

    def pages(self, portion: Portion[Batch]) -> Iterator[Page]:
        """Yield the pages of a run from its first answer on; see `Connector.read`."""
        way = Walk(self.vendor, self.obj)
        while True:
            page = self._page(portion)
            if page is not None:
                yield page
                if not page.more:
                    return
            if portion.size < self.portions.most and portion.answer.rows:
                portion = self.start()
            elif link := way.passed(portion.answer.next):
                portion = self._next(link)
            else:
                raise lacking(self.vendor, self.obj, self._lacks)

    @property
    def _lacks(self) -> int:
        """How many records the vendor counted and did not give; a second query may count anew."""
        return min(self._due - (self._came - self._before), (self._total or 0) - self._came)

    def _page(self, portion: Portion[Batch]) -> Page | None:
        """Turn a batch into a page and move the place behind it; `None` for a page kept back.

        An end that gives fewer records than the query counted is none: the page says `more`, and
        its cursor stays inside the run.
        """
        batch, whole = portion.answer, portion.size >= self.portions.most
        if self._total is None and whole:
            self._total = batch.total
        self._came += len(batch.rows)
        self._due = max(self._due, batch.total or 0)
        if not self.place.mark:
            self.place = replace(self.place, mark=moment(dated(self.vendor, batch)))
        records = tuple(self.record(row) for row in batch.rows)
        if batch.rows:
            self._fresh = True
            at, ident = self.key(batch.rows)
            self.place = replace(self.place, low=None, at=at, id=ident)
        self._count()
        more = bool(batch.next) if whole else len(batch.rows) >= portion.size
        more = more or self._lacks > 0
        large = [one.id for one in records] if portion.blank else []
        unread = self.portions.told(portion, large, more=more)
        if unread is None:
            return None
        cursor = self.place if more else Place(mark=self.place.mark)
        return Page(
            records=() if portion.blank else records,
            cursor=cursor.text(),
            more=more,
            total=self._total,
            unread=tuple(unread),
        )

    def _count(self) -> None:
        self._pages += 1
        if self._pages > SPARE_PAGES + (self._total or 0) // ROWS_PER_PAGE:
            raise Unavailable(f"{self.vendor} {self.obj}: pages without end; read on later")

    def _next(self, link: str) -> Portion[Batch]:
        try:
            return Portion(answer=self.further(link), size=self.portions.most)
        except ConnectorError as error:
            if too_much(error):
                self.portions.smaller(error)
                return self.start()
            if not isinstance(error, Refused) or error.code not in self.gone:
                raise
            if not self._fresh:
                raise Unavailable(f"{self.vendor} {self.obj}: places expire at once") from error
        self._fresh = False
        return self.start()
