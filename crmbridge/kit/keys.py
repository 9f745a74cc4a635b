"""Under which names a vendor knows a row's record, and which part of an answer is about it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from crmbridge.errors import RefusalCause, Refused
from crmbridge.kit.words import unknown
from crmbridge.model.record import Outcome, Record, Row, Value, Written

Name = Hashable


def keyed(row: Row) -> str:
    """Return our key of a row that has no id; raises `Refused` without one."""
    if not row.key:
        raise Refused(
            "neither an id nor a key: records are never created blindly; give the row one of them",
            code="NO_KEY",
            cause=RefusalCause.UNABLE,
        )
    return row.key


def rounds(
    rows: Iterable[tuple[int, Row]], names: Callable[[Row], Iterable[Name]]
) -> Iterator[list[tuple[int, Row]]]:
    """Yield numbered rows in groups where no record comes twice; later rows of one come later.

    Vendors refuse a whole call with a record twice in it, and give no order inside one. `names`
    are all under which the vendor may know a row's record.
    """
    last: dict[Name, int] = {}
    made: list[list[tuple[int, Row]]] = []
    for number, row in rows:
        own = list(names(row))
        at = 1 + max((last.get(name, -1) for name in own), default=-1)
        last |= dict.fromkeys(own, at)
        made += [[]] if at == len(made) else []
        made[at].append((number, row))
    yield from made


class Places:
    """The rows of one call by each of their names, to match the parts of its answer to them."""

    def __init__(self, rows: Mapping[int, Row], names: Callable[[Row], Iterable[Name]]) -> None:
        self._places = {name: number for number, row in rows.items() for name in names(row)}

    def of(self, names: Iterable[Name]) -> list[int]:
        """Return the numbers of the rows that have one of these names, the first name first."""
        return list(dict.fromkeys(self._places[one] for one in names if one in self._places))


def doubted(results: Mapping[int, Written], rows: Mapping[int, Row]) -> dict[int, Written]:
    """Doubt all done rows of a call whose answer gives one id to two of them: none of it is sure.

    Returns their better results; none where each row has an id of its own.
    """
    done = {n: results[n].id for n in rows if results[n].outcome is Outcome.DONE}
    if len(set(done.values())) == len(done):
        return {}
    return {n: unknown(rows[n], "the answer gives one record to two rows") for n in done}


def strangers(asked: Sequence[str], records: Sequence[Record]) -> list[Record]:
    """Return records that answered under an id nobody asked for, with the id they answer for.

    A vendor tells the merged ids on the survivor, mostly; when it does not and just one asked id
    and one stranger are left over, they belong together.
    """
    told = {each for record in records for each in (record.id, *record.absorbed)}
    orphans = [each for each in asked if each not in told]
    found = [r for r in records if r.id not in asked and not set(r.absorbed) & set(asked)]
    if len(orphans) != 1 or len(found) != 1:
        return []
    return [replace(found[0], absorbed=(*found[0].absorbed, orphans[0]))]


def by_place(
    rows: Sequence[Row], told: object, settle: Callable[[Row, object], Written]
) -> list[Written]:
    """Return the results of an answer that has one part a row, in order; `settle` reads a part.

    Of an answer with more parts or fewer none can be matched.
    """
    if not isinstance(told, list) or len(told) != len(rows):
        return [unknown(row, "the answer has not one result for each row") for row in rows]
    return [settle(row, each) for row, each in zip(rows, told, strict=True)]


def known_as(row: Row, *fields: str) -> list[tuple[str, str]]:
    """Return the names of a row's record: its id, our key, and the values of unique fields."""
    held: list[tuple[str, Value]] = [("id", row.id), ("key", row.key)]
    held += [(name, row.values.get(name)) for name in fields]
    return [(kind, str(value).strip().lower()) for kind, value in held if value]
