"""Finding leads by a name or an account: one text of all names in memory, kept up to date.

Names lie in documents that no index reads. They are read once, some seconds for 200,000 leads, and
take about 80 bytes a lead; after that only leads with new entries are read again, and a search is
one pass over the text. Whoever searches reads a little at most: `refresh` is for the background.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from threading import Lock

from sqlalchemy import select

from crmbridge.model.state import LeadState
from crmbridge.store import leads
from crmbridge.store.events import last_seq
from crmbridge.store.schema import event
from crmbridge.store.table import Tx

WORDS = ("first_name", "last_name", "account", "title")
"""Facts of a lead by which it is found."""
CHUNK = 500
MUCH = 20_000
"""Leads with news that are kept beside the text, before it is made anew."""
LITTLE = 1_000
"""New entries that a search takes in by itself: some 50 ms."""
SHORTEST = 2
"""Characters of a search, at least."""
ID = 32


@dataclass(slots=True)
class Names:
    """The names of all leads of a ledger, as they are looked for; safe between threads."""

    seq: int = -1
    """The newest entry that it knows; -1 before it was read."""
    _text: bytes = b""
    _fresh: dict[bytes, bytes] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def __repr__(self) -> str:
        return f"Names(up to {self.seq})"

    @property
    def ready(self) -> bool:
        """Whether it was read."""
        return self.seq >= 0

    def refresh(self, tx: Tx) -> None:
        """Read what is new; all leads the first time, and when very much is new."""
        with self._lock:
            newest = last_seq(tx)
            if not self.ready or len(self._fresh) + newest - self.seq > MUCH:
                lines = _lines(tx, leads.ids(tx))
                self._text, self._fresh = b"".join(lines), {}
                self.seq = newest
            else:
                self._take_in(tx, newest)

    def follow(self, tx: Tx, little: int = LITTLE) -> bool:
        """Take in what is new where it is so little; `False` where it is much, or is being read."""
        if not self._lock.acquire(blocking=False):
            return False
        try:
            newest = last_seq(tx)
            few = newest - self.seq <= little and len(self._fresh) <= MUCH
            if self.ready and few:
                self._take_in(tx, newest)
            return self.ready and few
        finally:
            self._lock.release()

    def _take_in(self, tx: Tx, newest: int) -> None:
        if newest > self.seq:
            changed = _changed(tx, self.seq)
            told = {line[:ID]: line for line in _lines(tx, changed)}
            self._fresh |= {one.encode(): told.get(one.encode(), b"") for one in changed}
        self.seq = newest

    def find(self, text: str, limit: int) -> list[str]:
        """Return at most `limit` ids of leads of whom all words of a text are told, new ones first.

        Capitals and accents do not matter. Empty for less than two characters.
        """
        words = [one.encode("utf-8", "replace") for one in folded(text).split()]
        if not words or sum(map(len, words)) < SHORTEST:
            return []
        hits = (one[:ID].decode() for one in self._hits(words))
        return list(islice(hits, limit))

    def _hits(self, words: list[bytes]) -> Iterator[bytes]:
        text, fresh = self._text, dict(self._fresh)
        for line in fresh.values():
            if line and _has(line, words):
                yield line
        rare = min(words, key=text.count)  # one pass each; lines are looked at one by one
        place = text.find(rare)
        while place >= 0:
            start, end = text.rfind(b"\n", 0, place) + 1, text.find(b"\n", place)
            line = text[start:end]
            if line[:ID] not in fresh and _has(line, words):
                yield line
            place = text.find(rare, end)


def folded(text: str) -> str:
    """A text without capitals, accents and odd spaces, as names are compared."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(one for one in bare if not unicodedata.combining(one)).split())


def _has(line: bytes, words: list[bytes]) -> bool:
    told = line[ID:]
    return all(one in told for one in words)


def _lines(tx: Tx, ids: Iterable[str]) -> Iterator[bytes]:
    """A line a lead, its id and what it is found by; those that live on as others have none."""
    todo = iter(ids)
    while piece := list(islice(todo, CHUNK)):
        for ident, row in leads.get_many(tx, piece).items():
            state = LeadState.of(ident, row.state or {})
            told = " ".join(str(one) for word in WORDS if (one := state.value(word)))
            if told and not state.merged_into:
                yield f"{ident} {folded(told)}\n".encode("utf-8", "replace")


def _changed(tx: Tx, after: int) -> list[str]:
    """The leads that entries after a number are about."""
    mine = event.c.company.concat("") == tx.company  # by the entries' order, as in `last_seq`
    asked = select(event.c.lead).where(mine, event.c.seq > after, event.c.lead != "").distinct()
    return list(tx.conn.execute(asked).scalars())
