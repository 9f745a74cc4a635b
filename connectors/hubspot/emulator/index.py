"""The search index of one object: a late copy of the records, in the orders that polls need."""

from __future__ import annotations

import heapq
import itertools
from bisect import bisect_left, insort
from collections.abc import Iterable

from connectors.hubspot.emulator.record import Record


class Index:
    """Records as search sees them.

    Each change becomes visible at a time of its own, so that rows of one batch come into sight
    one by one, and an older change never hides a newer one.
    """

    def __init__(self) -> None:
        self.images: dict[int, Record] = {}
        self.ids: list[int] = []
        self.times: list[tuple[int, int]] = []
        self._pending: list[tuple[int, int, Record]] = []
        self._order = itertools.count()

    def put(self, record: Record, due: int, now: int) -> None:
        """Take a new state of a record, visible from `due` (epoch ms)."""
        if due <= now:
            self._show(record)
        else:
            heapq.heappush(self._pending, (due, next(self._order), record))

    def bulk(self, records: Iterable[Record]) -> None:
        """Take many states, visible at once; one sort for all."""
        self.images.update((record.id, record) for record in records)
        self.ids = sorted(self.images)
        self.times = sorted((record.updated, id) for id, record in self.images.items())

    def drop(self, id: int) -> None:
        """Forget a record and what was still to come of it."""
        self._pending = [entry for entry in self._pending if entry[2].id != id]
        heapq.heapify(self._pending)
        old = self.images.pop(id, None)
        if old is not None:
            del self.ids[bisect_left(self.ids, id)]
            del self.times[bisect_left(self.times, (old.updated, id))]

    def settle(self, now: int) -> None:
        """Show every change that is due."""
        while self._pending and self._pending[0][0] <= now:
            self._show(heapq.heappop(self._pending)[2])

    def _show(self, record: Record) -> None:
        old = self.images.get(record.id)
        if old is not None and old.version >= record.version:
            return
        self.images[record.id] = record
        if old is None:
            insort(self.ids, record.id)
        else:
            del self.times[bisect_left(self.times, (old.updated, record.id))]
        insort(self.times, (record.updated, record.id))
