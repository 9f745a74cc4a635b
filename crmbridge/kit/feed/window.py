"""Changes by id inside a window of stamps, after a first pass over a stable list.

For a vendor that can sort by id while its stamps are coarse, late, or move while it is paged. A
page asks for ids above the last one, within one lower bound and no upper one: no offset is sent,
and no two records tie.

The end of a search is told by the vendor's own count, as vendors give short and empty pages with
more behind them, and totals that move while they are paged. So:

- A page with rows is always gone on from, whatever its length, while there is said to be more.
- A page without rows behind which there is said to be more is asked for again at once, and then
  it is an error: the caller tries again later, from the same place.
- An end that gives less than an earlier page promised is asked for once more; the same answer
  twice is believed, since records may have been archived meanwhile.
- A search that stays short for `PATIENCE` looks is wrong about its total, or hides records. It
  then stops no other read: what it gives is taken, and the watermark stays where it is, so that
  the next look asks for the same span again, until the vendor agrees with itself. After a day
  the watermark goes on all the same: the nightly comparison finds what it left out.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

from crmbridge.errors import CursorGone, Unavailable
from crmbridge.kit.feed import cursor as texts
from crmbridge.kit.feed.walk import Batch, Walk, dated, lacking
from crmbridge.kit.fields import millis
from crmbridge.log import get_logger
from crmbridge.model.record import Page, Record
from crmbridge.net.portions import Portion, Portions

log = get_logger(__name__)

LIST, SEARCH = "list", "search"
PATIENCE = 6
"""Short answers in a row that are an error; after them the watermark is held instead."""
DAY = 86_400_000
"""Milliseconds for which the watermark is held at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """One position.

    `hi` is the watermark that finished reads have reached and `run` the one that the read under
    way will reach, both in epoch milliseconds of the vendor's clock, 0 for none. `last` is the
    vendor's own text of the place inside the run: the last record id, or its cursor of a list.
    `due` is how many records the vendor said lie behind that place, `short` how often in a row it
    said so and gave none; `held` is the watermark-to-be of the first look since when it does, 0
    for none.
    """

    mode: str
    hi: int = 0
    run: int = 0
    last: str = ""
    due: int = 0
    short: int = 0
    held: int = 0

    def text(self) -> str:
        """Return the cursor as text."""
        return texts.text_of(self, whole=True)

    def behind(self, run: int, after: str) -> Cursor:
        """Return where a walk stands behind a page: in its run, or at its end without `after`."""
        if after:
            return Cursor(mode=self.mode, hi=self.hi, run=run, last=after)
        return Cursor(mode=self.mode, hi=run)


def parse(vendor: str, obj: str, text: str | None, *modes: str) -> Cursor:
    """Return a cursor of an object from its text; none is the very beginning, by the first mode.

    Raises `CursorGone` for text that is no cursor of these modes.
    """
    if text is None:
        return Cursor(mode=modes[0])
    try:
        cursor = texts.read(Cursor, text)
    except (ValueError, TypeError):
        raise CursorGone(f"a {vendor} cursor of {obj} cannot be read", obj=obj) from None
    if cursor.mode not in modes:
        came = f"one of kind {cursor.mode!r} came where {' or '.join(modes)} is read"
        raise CursorGone(f"no {vendor} cursor of {obj}: {came}", obj=obj)
    return cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Where a search stands after a page: its cursor, whether to ask on, how many it lacks.

    `lacks` is an error; `short` is what is lacked by a search that was taken for ended.
    """

    cursor: Cursor
    more: bool
    lacks: int = 0
    short: int = 0


def step(cursor: Cursor, batch: Batch, *, run: int, last: str, size: int) -> Step:
    """Return what follows from a page of a search whose last id is `last`; `size` was asked for."""
    came = len(batch.rows)
    rest = max(0, (batch.total or 0) - came)
    behind = rest > 0 or bool(batch.next)
    if came >= size or (came and behind):
        going = replace(cursor, run=run, last=last, due=rest)
        return Step(cursor=going, more=True)
    if behind:
        return _short(cursor, run, lacks=max(rest, 1))
    if cursor.due > came:
        return Step(cursor=replace(cursor, run=run, due=came), more=True)
    return Step(cursor=Cursor(mode=SEARCH, hi=run), more=False)


def _short(cursor: Cursor, run: int, *, lacks: int) -> Step:
    short = cursor.short + 1
    held = min(cursor.held or run, run)
    if short > PATIENCE:
        hi = run if run - held >= DAY else cursor.hi
        log.warning("search stays short: the watermark is held", lacks=lacks, looks=short)
        end = Cursor(mode=SEARCH, hi=hi, short=short, held=held)
        return Step(cursor=end, more=False, short=lacks)
    again = replace(cursor, run=run, short=short, held=held)
    return Step(cursor=again, more=True, lacks=lacks if short > 1 else 0)


class Window(ABC):
    """One read of one object: of all there is by the vendor's list, or of changes by id.

    `listing` and `searching` are how many records each asks for at once.
    """

    def __init__(self, vendor: str, obj: str, listing: Portions, searching: Portions) -> None:
        self.vendor, self.obj = vendor, obj
        self._listing, self._searching = listing, searching

    @abstractmethod
    def listed(self, cursor: Cursor, size: int, *, bare: bool = False) -> Batch:
        """Ask for a page of the list behind a cursor; `bare` for the ids alone."""

    @abstractmethod
    def searched(self, cursor: Cursor, size: int, *, bare: bool = False) -> Batch:
        """Ask for what changed behind a cursor, in the order of ids; `bare` for the ids alone."""

    @abstractmethod
    def taken(
        self, cursor: Cursor, portion: Portion[Batch]
    ) -> tuple[tuple[Record, ...], Sequence[str]]:
        """Return the records of a page that was asked for at a cursor, and ids of those that are
        too large to be taken.
        """

    def pages(self, cursor: Cursor) -> Iterator[Page]:
        """Yield the pages behind a cursor; see `Connector.read`."""
        return self._everything(cursor) if cursor.mode == LIST else self._changes(cursor)

    def _everything(self, cursor: Cursor) -> Iterator[Page]:
        way, more = Walk(self.vendor, self.obj, cursor.last), True
        while more:
            here = cursor
            portion = self._listing.ask(
                partial(self.listed, here), partial(self.listed, here, 1, bare=True)
            )
            batch = portion.answer
            run = cursor.run or millis(dated(self.vendor, batch))
            after = way.following(batch)
            more = bool(after)
            cursor = cursor.behind(run, after)
            if not more:  # what changed while the list ran is read again by the first search
                cursor = replace(cursor, mode=SEARCH)
            records, large = self.taken(here, portion)
            unread = self._listing.told(portion, large, more=more)
            if unread is not None:
                text = cursor.text()
                yield Page(records=records, cursor=text, more=more, unread=tuple(unread))

    def _changes(self, cursor: Cursor) -> Iterator[Page]:
        more = True
        while more:
            here = cursor
            portion = self._searching.ask(
                partial(self.searched, here), partial(self.searched, here, 1, bare=True)
            )
            batch = portion.answer
            run = cursor.run or millis(dated(self.vendor, batch))
            last = self._ascending(batch, cursor.last)
            made = step(cursor, batch, run=run, last=last, size=portion.size)
            cursor, more = made.cursor, made.more
            records, large = self.taken(here, portion)
            unread = self._searching.told(portion, large, more=more)
            if unread is None:
                continue
            yield Page(
                records=records,
                cursor=cursor.text(),
                more=more,
                total=None if here.last else batch.total,
                unread=tuple(unread),
                lacks=made.short,
            )
            if made.lacks:
                changed = f"{self.obj} that changed"
                raise lacking(self.vendor, changed, made.lacks, batch.request_id)

    def _ascending(self, batch: Batch, last: str) -> str:
        """Return the last id of a page; ids are numbers, as text `10` would come before `9`."""
        ids = [int(last or 0), *(int(row["id"]) for row in batch.rows)]
        if any(later <= earlier for earlier, later in pairwise(ids)):
            raise Unavailable(
                f"{self.vendor} gave {self.obj} out of the order of ids; the page is not used"
            )
        return str(ids[-1])
