"""Ratings of content in the hand of one transaction."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import delete

from crmbridge.store import ratings
from crmbridge.store.rows import RatingRow
from crmbridge.store.schema import rating
from crmbridge.store.table import Tx, put

Key = tuple[str, str, str]


class RatedContent:
    """The newest rating of each rater and piece: entries come in order, so a later one wins."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._changed: dict[Key, RatingRow] = {}

    def put(self, row: RatingRow) -> None:
        """Take a rating in the place of the rater's last one of the piece."""
        self._changed[_key(row)] = row

    def move(self, loser: str, keeper: str) -> None:
        """Let one person have what two had: of two ratings of a piece the newer stays."""
        self.write()
        theirs = ratings.of_lead(self._tx, loser)
        if not theirs:
            return
        mine = {_key(row): row for row in ratings.of_lead(self._tx, keeper)}
        where = (rating.c.company == self._tx.company, rating.c.lead == loser)
        self._tx.conn.execute(delete(rating).where(*where))
        for row in theirs:
            moved = replace(row, lead=keeper, rater=keeper if row.rater == loser else row.rater)
            known = mine.get(_key(moved))
            if known is None or known.at <= moved.at:
                self.put(moved)

    def write(self) -> None:
        """Write what was taken, in the transaction that was given."""
        put(self._tx, list(self._changed.values()))
        self._changed.clear()


def _key(row: RatingRow) -> Key:
    return row.content, row.side, row.rater
