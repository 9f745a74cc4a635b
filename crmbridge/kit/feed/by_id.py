"""One question for all reading: what lies behind an id, and not below a stamp where one is given.

For a vendor that answers any condition in any order. Its stamps may be finer than it shows and a
change may be committed long after its stamp, so nothing is ordered by them: see `window`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar

from crmbridge.kit import envelope
from crmbridge.kit.feed.back import Lookback
from crmbridge.kit.feed.walk import Batch
from crmbridge.kit.feed.walked import live
from crmbridge.kit.feed.window import LIST, SEARCH, Cursor, Window, parse
from crmbridge.kit.fields import EPOCH, chunks
from crmbridge.kit.paths import Plan, Plans
from crmbridge.model.record import Page, Record
from crmbridge.net.portions import Portion, Portions


class ByIds(Plans):
    """Reads, lists and looks up the records of one account, by plans of its described objects.

    `size` is how many a page has, `back` how far behind the last watermark a read of changes begins
    at least. A look-up asks for `at_once` values a call.
    """

    vendor: ClassVar[str]
    at_once: ClassVar[int] = 1_000

    def __init__(self, size: int, back: timedelta) -> None:
        super().__init__()
        self._size = size
        self._late: dict[str, int] = {}
        self.back = Lookback(back)

    @abstractmethod
    def page(self, plan: Plan, after: str, size: int, low: datetime | None) -> Batch:
        """Ask for at most `size` rows in the order of ids, each with its number as `id`.

        They lie behind the id `after`, all where it is empty, and none is below the stamp `low`.
        The batch counts in `total` what lies behind `after`, and has the vendor's clock.
        """

    @abstractmethod
    def among(self, plan: Plan, by: str, values: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        """Ask for the live rows whose field `by`, or `id`, is one of some values."""

    @abstractmethod
    def record(self, plan: Plan, row: Mapping[str, Any]) -> Record:
        """Return the record of a row."""

    def is_path(self, path: str) -> bool:
        """Whether a text is a name, or several with points between; see `Plans.is_path`."""
        return all(step.isidentifier() for step in path.split("."))

    def read(self, obj: str, fields: Sequence[str], since: str | None) -> Iterator[Page]:
        """Yield what changed since a cursor, everything for `None`; see `Connector.read`."""
        cursor = parse(self.vendor, obj, since, LIST, SEARCH)
        portions = Portions(self._size, self._late, obj)
        yield from _Run(self, obj, fields, portions).pages(cursor)

    def stamps(self, obj: str, since: str | None) -> Iterator[Page]:
        """Yield ids and stamps of all live records; see `Reconciles.stamps`."""
        plan = self.plan(obj, ())

        def ask(after: str) -> Batch:
            return placed(self.page(plan, after, self._size, None), self._size)

        yield from live(self.vendor, obj, since, ask, partial(self.record, plan))

    def find(self, obj: str, by: str, values: Sequence[str], fields: Sequence[str]) -> list[Record]:
        """Return live records by id or by a field; see `Finds.find`."""
        found: list[Record] = []
        for part in chunks(values, self.at_once):
            plan, rows = self.asked(
                partial(self.plan, obj, fields), partial(self.among, by=by, values=part)
            )
            found += [self.record(plan, row) for row in rows]
        return found


class Serving(envelope.Reconciling, envelope.Reaching, envelope.Finding, envelope.Following):
    """A connector of which all reading is done by one `ByIds`."""

    def serve(self, reader: ByIds) -> None:
        """Let a reader do the work of all methods that read."""
        self.describes = lambda obj: tuple(reader.renew(obj).fields.values())
        self.reads, self.reconciles, self.finds = reader.read, reader.stamps, reader.find
        self.reaches, self.follows = reader.back.reach_back, reader.along


class _Run(Window):
    """One read of one object: everything by id, or what changed since."""

    def __init__(self, of: ByIds, obj: str, fields: Sequence[str], portions: Portions) -> None:
        super().__init__(of.vendor, obj, portions, portions)
        self._of, self._fields = of, fields
        self._plan: Plan | None = None

    def listed(self, cursor: Cursor, size: int, *, bare: bool = False) -> Batch:
        return placed(self._asked(cursor, size, None, bare=bare), size)

    def searched(self, cursor: Cursor, size: int, *, bare: bool = False) -> Batch:
        low = EPOCH + timedelta(milliseconds=cursor.hi) - self._of.back.of(self.obj)
        return self._asked(cursor, size, max(low, EPOCH), bare=bare)

    def _asked(self, cursor: Cursor, size: int, low: datetime | None, *, bare: bool) -> Batch:
        def ask(plan: Plan) -> Batch:
            return self._of.page(plan, cursor.last, size, low)

        made = partial(self._of.plan, self.obj, () if bare else self._fields)
        self._plan, batch = self._of.asked(made, ask)
        return batch

    def taken(
        self, cursor: Cursor, portion: Portion[Batch]
    ) -> tuple[tuple[Record, ...], Sequence[str]]:
        rows, plan = portion.answer.rows, self._plan
        if portion.blank or plan is None:
            return (), [str(row["id"]) for row in rows]
        return tuple(self._of.record(plan, row) for row in rows), ()


def placed(batch: Batch, size: int) -> Batch:
    """Return a page with the place behind it: the last id, where the page is full."""
    full = len(batch.rows) >= size
    return replace(batch, next=str(batch.rows[-1]["id"]) if full else "")
