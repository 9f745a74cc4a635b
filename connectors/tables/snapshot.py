"""Follows a table without a time of change: by what all its rows hold, in a small cursor.

Rows are sorted into 2,048 buckets by their ids, and the cursor keeps a sum of what each holds. A
read looks at all rows once for the sums, and gives those of the buckets that are not as they were:
of 100,000 rows of which one changed, some 50. An unchanged file is not looked at.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import groupby
from typing import Any

from crmbridge.model.record import Page

from .cursor import packed, read_cursor, unpacked, write_cursor
from .opened import YET, Shape, bound, ident_of
from .pages import page_of

KIND = "snapshot"
BUCKETS = 2_048
SIZE = 6
"""Bytes of a bucket's sum: both together make a cursor of 16 kilobytes."""
_SPAN = 1 << (8 * SIZE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a read knows: the sums of all buckets, and which of them are given.

    `mark` is the state of the file and `names` a hash of the columns. `at` is the id of the last
    row looked at; `done` says that the read has ended.
    """

    mark: str
    names: str
    sums: tuple[int, ...]
    given: frozenset[int]
    at: Any = None
    done: bool = False

    def text(self) -> str:
        """Write for the ledger."""
        sums = b"".join(one.to_bytes(SIZE, "big") for one in self.sums)
        parts = {"mark": self.mark, "names": self.names, "sums": _text(sums), "done": self.done}
        if not self.done:
            bits = sum(1 << one for one in self.given).to_bytes(BUCKETS // 8, "big")
            parts |= {"given": _text(bits), "at": packed(self.at)}
        return write_cursor(KIND, **parts)


def _text(raw: bytes) -> str:
    return base64.b85encode(raw).decode("ascii")


def _parsed(told: Mapping[str, Any]) -> Look:
    raw = base64.b85decode(told["sums"])
    bits = int.from_bytes(base64.b85decode(told.get("given", "")), "big")
    return Look(
        mark=told["mark"],
        names=told["names"],
        sums=tuple(int.from_bytes(raw[at : at + SIZE], "big") for at in range(0, len(raw), SIZE)),
        given=frozenset(one for one in range(BUCKETS) if bits >> one & 1),
        at=unpacked(told.get("at")),
        done=told["done"],
    )


def read(shape: Shape, since: str | None, size: int) -> Iterator[Page]:
    """Yield pages of the buckets that changed, in the order of ids."""
    last = read_cursor(KIND, since, shape.opened.spec.obj, _parsed) if since else None
    mark, names = (
        shape.opened.mark,
        _hash("\0".join((shape.opened.spec.key, *shape.names, *shape.extra))),
    )
    same = last is not None and last.names == names and last.mark == mark
    same = same and not mark.endswith(YET)
    if last is not None and same and mark and last.done:
        yield Page(records=(), cursor=last.text(), more=False)
        return
    if last is not None and same and not last.done:
        look = last
    else:
        known = last.sums if last is not None and last.names == names and last.done else ()
        look = _looked(shape, mark, names, known, size)
    yield from _given(shape, look, size)


def _looked(shape: Shape, mark: str, names: str, known: Sequence[int], size: int) -> Look:
    sums = [0] * BUCKETS
    for group in _groups(shape, None, size):
        sums[_bucket(group)] += int(_hash("\0".join(sorted(repr(tuple(row)) for row in group))), 16)
    found = tuple(one % _SPAN for one in sums)
    given = {one for one in range(BUCKETS) if not known or known[one] != found[one]}
    return Look(mark=mark, names=names, sums=found, given=frozenset(given))


def _given(shape: Shape, look: Look, size: int) -> Iterator[Page]:
    """The rows of the buckets that are given, a page at a time."""
    found: list[Sequence[Any]] = []
    twice: set[str] = set()
    for group in _groups(shape, look.at, size) if look.given else ():
        if _bucket(group) not in look.given:
            continue
        if len(found) >= size:
            cursor = _moved(look, found[-1][0])
            yield page_of(shape, found, cursor.text(), more=True, twice=frozenset(twice))
            found, twice = [], set()
        found.append(group[0])
        if len(group) > 1:
            twice.add(ident_of(group[0][0]))
    end = Look(mark=look.mark, names=look.names, sums=look.sums, given=frozenset(), done=True)
    yield page_of(shape, found, end.text(), more=False, twice=frozenset(twice))


def _moved(look: Look, at: Any) -> Look:
    return Look(mark=look.mark, names=look.names, sums=look.sums, given=look.given, at=at)


def _groups(shape: Shape, after: Any, size: int) -> Iterator[list[Sequence[Any]]]:
    """Yield the rows of each id together, in the order of ids; each query is bounded.

    Of an id that more rows have than a query holds, as many come as it holds.
    """
    key = shape.opened.key
    query = shape.query.where(key.is_not(None)).order_by(key).limit(size + 1)
    while True:
        rows = shape.opened.fetch(query if after is None else query.where(key > bound(after)))
        groups = [list(group) for _, group in groupby(rows, key=lambda row: row[0])]
        if len(rows) <= size:
            yield from groups
            return
        if len(groups) > 1:
            groups.pop()  # the next query has all of it
        yield from groups
        after = groups[-1][0][0]


def _bucket(group: Sequence[Sequence[Any]]) -> int:
    return int(_hash(str(group[0][0])), 16) % BUCKETS


def _hash(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=SIZE).hexdigest()
