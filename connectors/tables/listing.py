"""What there is: all ids with their stamps, live rows looked up, and what is gone by difference."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, func, or_, select

from crmbridge.errors import Refused
from crmbridge.log import get_logger
from crmbridge.model.record import Page, Record

from .cursor import read_cursor, write_cursor
from .opened import Opened, Shape, bound, bound_all, ident_of, raw_ident, shape
from .words import asked

log = get_logger("crmbridge.tables")

KIND, LIST = "ids", "list"
KEPT = 20_000
"""Ids that a cursor carries at most; for more, the core's daily comparison finds what is gone."""
FEW, PART = 3, 10
"""So many may be gone at once, or one of so many: as the core believes in its own comparison."""
VALUES = 200
"""Values of one look-up."""
_BINARY = {"postgresql": "C", "mysql": "utf8mb4_bin", "mariadb": "utf8mb4_bin"}
"""Collations by which a database orders texts as Python does; SQLite does so by itself."""


def read_deleted(opened: Opened, since: str | None) -> Iterator[Page]:
    """Yield the ids that were there at the last look and are no more, as one page.

    The cursor carries all ids, of a table of more than `KEPT` rows none. Where much is gone at once
    nothing is said, because a table that was emptied to be filled again looks the same; the core's
    comparison then asks a person.
    """
    before = read_cursor(KIND, since, opened.spec.obj, _ids_in) if since else frozenset()
    query = select(opened.key).select_from(opened.table).where(opened.key.is_not(None))
    now = {ident_of(row[0]) for row in opened.fetch(query.limit(KEPT + 1))}
    if len(now) > KEPT:
        before, now = frozenset(), set()
    gone = sorted(before - now)
    if gone and (not now or len(gone) > max(FEW, len(before) // PART)):
        log.warning("much is gone: left to the comparison", obj=opened.spec.obj, gone=len(gone))
        gone = []
    cursor = write_cursor(KIND, ids=_packed(now))
    records = tuple(Record(obj=opened.spec.obj, id=one, deleted=True) for one in gone)
    yield Page(records=records, cursor=cursor, more=False, total=len(records))


def _packed(ids: set[str]) -> str:
    raw = json.dumps(sorted(ids, key=lambda one: (len(one), one)), separators=(",", ":"))
    return base64.b85encode(zlib.compress(raw.encode(), 9)).decode("ascii")


def _ids_in(told: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(json.loads(zlib.decompress(base64.b85decode(told["ids"]))))


def stamps(opened: Opened, since: str | None, size: int) -> Iterator[Page]:
    """Yield ids and stamps of all live rows, in the order (length, text) of their ids."""
    obj = opened.spec.obj
    at = read_cursor(LIST, since, obj, lambda told: str(told["at"])) if since else ""
    bare, order, behind = shape(opened, ()), *_in_order(opened)
    more = True
    while more:
        query = bare.query.where(opened.key.is_not(None)).order_by(*order).limit(size + 1)
        rows = opened.fetch(query.where(behind(at)) if at else query)
        more, rows = len(rows) > size, rows[:size]
        at = ident_of(rows[-1][0]) if rows else at
        found = {one.id: one for one in _live(bare, rows)}
        yield Page(
            records=tuple(
                Record(obj=one.obj, id=one.id, changed_at=one.changed_at) for one in found.values()
            ),
            cursor=write_cursor(LIST, at=at),
            more=more,
        )


def _in_order(opened: Opened) -> tuple[Sequence[ColumnElement[Any]], Any]:
    """By what rows are put in the order of ids, and the condition that a row is behind one."""
    key = opened.key
    if opened.kinds[opened.spec.key] == "int":  # numbers that are not negative are in it already
        return (key,), lambda at: key > bound(raw_ident(opened, at))
    text: ColumnElement[Any] = cast(key, String)
    length = func.length(text)
    if name := _BINARY.get(opened.engine.dialect.name):
        text = text.collate(name)

    def behind(at: str) -> ColumnElement[bool]:
        return or_(length > len(at), and_(length == len(at), text > at))

    return (length, text), behind


def _live(bare: Shape, rows: Sequence[Sequence[Any]]) -> Iterator[Record]:
    """The records of rows that live, whatever in them cannot be read."""
    for row in rows:
        record, _ = bare.record(row)
        if not record.deleted:
            yield record


def find(opened: Opened, by: str, values: Sequence[str], fields: Sequence[str]) -> list[Record]:
    """Return the live records whose id, or whose column `by`, is one of the values.

    Texts are compared whatever their case, ids and our own keys exactly. Raises `Refused` for a
    column that is not there.
    """
    column = opened.key if by.lower() == "id" else opened.columns.get(by)
    if column is None:
        raise Refused(f"{opened.spec.obj} has no column {by[:80]!r} to look up", code="NO_COLUMN")
    name = opened.spec.key if by.lower() == "id" else by
    wanted = [_sought(opened, name, one) for one in dict.fromkeys(values)]
    wanted = [one for one in wanted if one is not None]
    if name not in (opened.spec.key, opened.spec.ours) and opened.kinds[name] == "text":
        column, wanted = func.lower(column), [str(one).lower() for one in wanted]
    asking = shape(opened, fields)
    found: list[Record] = []
    with asked(opened.spec.obj):
        for at in range(0, len(wanted), VALUES):
            rows = opened.fetch(asking.query.where(column.in_(bound_all(wanted[at : at + VALUES]))))
            found += _live(asking, rows)
    return found


def _sought(opened: Opened, name: str, value: str) -> Any:
    if name == opened.spec.key:
        return raw_ident(opened, value)
    if opened.kinds[name] in ("int", "decimal"):
        return int(value) if value.lstrip("-").isdigit() and len(value) < 40 else None
    return value
