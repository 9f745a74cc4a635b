"""Which account each person's record belonged to, one period after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from crmbridge.store.firms import belongings_of
from crmbridge.store.seen_rows import BelongingRow
from crmbridge.store.table import Tx, put


class Belongings:
    """The newest period of each person (ref as text) that a transaction has in hand.

    Looking loads what is missing, one statement a miss: call `load` first for a whole page.
    """

    def __init__(self, tx: Tx, watch: Callable[[Iterable[str], datetime], None]) -> None:
        """Begin with nothing in hand; `watch` hears whose people are others, and since when."""
        self._tx, self._watch = tx, watch
        self._newest: dict[str, BelongingRow | None] = {}
        self._changed: dict[tuple[str, datetime], BelongingRow] = {}

    def load(self, people: Iterable[str]) -> None:
        """Look people up in bulk."""
        missing = [one for one in dict.fromkeys(people) if one not in self._newest]
        found = belongings_of(self._tx, missing) if missing else {}
        self._newest.update({one: found[one][-1] if one in found else None for one in missing})

    def newest(self, person: str) -> BelongingRow | None:
        """The period that began last, whether it goes on or not; `None` before the first."""
        self.load([person])
        return self._newest[person]

    def move(self, person: str, account: str, at: datetime) -> None:
        """End the period that goes on, and begin one with an account (empty: with none)."""
        newest = self.newest(person)
        self._watch({account, newest.account} if newest else {account}, at)
        if newest is not None and newest.until is None:
            self._put(replace(newest, until=at))
        if account:
            self._put(BelongingRow(person=person, since=at, account=account))

    def _put(self, row: BelongingRow) -> None:
        self._newest[row.person] = self._changed[row.person, row.since] = row

    def write(self) -> None:
        """Write the changed periods, in the transaction that was given."""
        put(self._tx, list(self._changed.values()))
        self._changed.clear()
