"""Makes pages of rows, and says of each row that cannot be read why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from crmbridge.model.record import Page

from .opened import NO_ID, Opened, Shape, bound_all, ident_of

SEVERAL = "several rows have this id in the column {}"


def page_of(
    shape: Shape,
    rows: Sequence[Sequence[Any]],
    cursor: str,
    *,
    more: bool,
    twice: frozenset[str] | None = None,
) -> Page:
    """Make a page; `twice` are the ids that are known to come twice, else the source is asked.

    Rows of one id are one record, which cannot be read: none of them is picked. The last page of a
    read that gave anything, or of a file that changed, tells of rows without an id.
    """
    opened = shape.opened
    if twice is None:
        twice = _asked_twice(opened, rows)
    found, odd = {}, {}
    for row in rows:
        record, why = shape.record(row)
        if record.id in twice:
            why = SEVERAL.format(opened.spec.key)
        found[record.id] = record
        if why:
            odd[record.id] = why
    well: tuple[str, ...] = ()
    if not more and (rows or opened.mark):
        if why := opened.no_id or _without_id(opened):
            odd[NO_ID] = why
        else:
            well = (NO_ID,)
    return Page(records=tuple(found.values()), cursor=cursor, more=more, odd=odd, well=well)


def _without_id(opened: Opened) -> str:
    """Say how many rows have no id; a file's were counted when it was copied."""
    if opened.sure or opened.mark:
        return ""
    query = select(func.count()).select_from(opened.table).where(opened.key.is_(None))
    count = opened.fetch(query)[0][0]
    return f"{count} rows have nothing in the column {opened.spec.key}" if count else ""


def _asked_twice(opened: Opened, rows: Sequence[Sequence[Any]]) -> frozenset[str]:
    """The ids of a page that several rows have; nothing is asked where none can."""
    if opened.sure or not rows:
        return frozenset()
    ids = list({row[0]: None for row in rows})
    found: Counter[str] = Counter()
    for at in range(0, len(ids), 500):
        some = ids[at : at + 500]
        query = select(opened.key, func.count()).select_from(opened.table)
        query = (
            query.where(opened.key.in_(bound_all(some)))
            .group_by(opened.key)
            .having(func.count() > 1)
        )
        found.update({ident_of(key): count for key, count in opened.fetch(query)})
    return frozenset(found)
