"""Sends rows in calls of many, and settles each row whatever becomes of its call."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from crmbridge.errors import (
    AuthFailed,
    ConfigError,
    ConnectorError,
    CrmBridgeError,
    RefusalCause,
    Refused,
    Unavailable,
    Unknown,
)
from crmbridge.kit import words
from crmbridge.kit.fields import chunks
from crmbridge.kit.keys import Name, Places, doubted, rounds
from crmbridge.model.record import Outcome, Record, Row, Written

Kinds = tuple[type[CrmBridgeError], ...]
Find = Callable[[str, str, Sequence[str], Sequence[str]], list[Record]]
_SEVERAL = "several records have our key"
_TOGETHER = "TOGETHER"


class Writing(ABC):
    """One call of `write`: the results so far by the number of a row, and why nothing more is sent.

    A vendor's own class says what goes into a call and what its answer means. `stops` are errors
    after which nothing more is sent, `raises` those that leave as long as nothing was sent, and
    `search` is how many calls may be spent at most on finding what spoils one batch.
    """

    batch: ClassVar[int]
    stops: ClassVar[Kinds] = (Unavailable, AuthFailed, ConfigError)
    raises: ClassVar[Kinds] = (AuthFailed, ConfigError)
    search: ClassVar[int | None] = None

    def __init__(self, obj: str, rows: Sequence[Row]) -> None:
        self.obj, self.rows = obj, rows
        self.results: dict[int, Written] = {}
        self.bodies: dict[int, Any] = {}
        self.halted: CrmBridgeError | None = None
        self.sent = False
        self._spare = 0

    @abstractmethod
    def body(self, row: Row) -> Any:
        """Return what is sent of a row; raises `Refused` or `ValueError` for one that cannot be."""

    @abstractmethod
    def names(self, row: Row) -> Iterable[Name]:
        """Return the names under which the vendor may know a row's record."""

    @abstractmethod
    def call(self, numbers: Sequence[int]) -> None:
        """Send some rows in one call and enter their results."""

    @abstractmethod
    def spoils(self, error: Refused) -> bool:
        """Whether a call was refused for one of its rows, or for being too much."""

    def kind(self, row: Row) -> tuple[bool | str, ...]:
        """Return what rows have in common that may share a call: by id first, then by key."""
        return (not row.id,)

    def alone(self, row: Row, error: Refused) -> Written:
        """Return the result of a row that was refused in a call of its own."""
        return words.failed(row, error)

    def parts(self, numbers: Sequence[int], error: Refused) -> Iterable[Sequence[int]]:
        """Return the parts in which a refused batch is tried again; a guilty row may be left out
        once it has its result.
        """
        half = len(numbers) // 2
        return numbers[:half], numbers[half:]

    def settled(self, numbers: Sequence[int]) -> None:
        """Look after the rows of a batch that all have results: doubt what does not add up."""
        self.results |= doubted(self.results, {n: self.rows[n] for n in numbers})

    def run(self, idle: Collection[int] = ()) -> None:
        """Send all rows but those with the numbers of `idle`: each has its result afterwards.

        An idle row keeps its place in the order of its record all the same.
        """
        for number in range(len(self.rows)):
            if number not in idle:
                self._prepare(number)
        unsettled: set[Name] = set()
        known = [(n, row) for n, row in enumerate(self.rows) if n in self.bodies or n in idle]
        for round_ in rounds(known, self.names):
            group = [(n, row) for n, row in round_ if n not in idle]
            self._hold(group, unsettled)
            for kind in sorted({self.kind(row) for _, row in group}):
                same = [n for n, row in group if self.kind(row) == kind and n not in self.results]
                for part in chunks(same, self.batch):
                    self._batch(part)
            for number, row in group:
                if self.results[number].outcome in words.OPEN:
                    unsettled.update(self.names(row))

    def give(self, numbers: Iterable[int], make: Callable[[Row], Written]) -> None:
        """Enter a result for some rows."""
        for number in numbers:
            self.results[number] = make(self.rows[number])

    def match(
        self,
        numbers: Sequence[int],
        named: Callable[[Row], Iterable[Name]],
        results: Iterable[tuple[Iterable[Name], Callable[[Row], Written]]],
        errors: Iterable[tuple[Iterable[Name], Callable[[Row], Written]]],
        missing: Callable[[Row], Written],
    ) -> None:
        """Match the parts of an answer to rows by any name that a part tells, never by its place.

        `named` are the names by which an answer may tell of a row. Each part comes with its names
        and with what makes a row's result of it. One error that tells no row is about the one row
        that the answer leaves out; without it such a row is `missing`.
        """
        places = Places({n: self.rows[n] for n in numbers}, named)
        for names, make in results:
            self.give(places.of(names)[:1], make)
        stray = []
        for names, make in errors:
            blamed = [n for n in places.of(names) if n not in self.results]
            stray += [] if blamed else [make]
            self.give(blamed, make)
        left = [n for n in numbers if n not in self.results]
        self.give(left, stray[0] if len(left) == len(stray) == 1 else missing)

    def find_survivors(
        self, find: Callable[[Sequence[str]], list[Record]], numbers: Iterable[int], code: str
    ) -> None:
        """Tell merged from deleted among some rows whose id the vendor does not know any more.

        `find` looks live records up by id, and a survivor says in `absorbed` whom it answers for.
        """
        lost = [n for n in numbers if self.results[n].outcome is Outcome.GONE]
        if not lost:
            return
        try:
            found = find([self.rows[n].id for n in lost])
        except ConnectorError as error:
            code, why, wait = words.code_of(error), str(error), words.wait_of(error)
            self.give(lost, lambda row: words.later(row, code, why, wait))
            return
        homes = {old: record.id for record in found for old in (record.id, *record.absorbed)}
        for number in lost:
            row, home = self.rows[number], homes.get(self.rows[number].id)
            if home == row.id:
                self.results[number] = words.later(row, "", "the record was restored meanwhile")
            elif home is not None:
                merged = "the record was merged into another"
                self.results[number] = words.moved(row, (self.obj, home), merged, code)

    def _prepare(self, number: int) -> None:
        try:
            self.bodies[number] = self.body(self.rows[number])
        except Refused as error:
            self.results[number] = words.failed(self.rows[number], error)
        except ValueError as error:
            why = str(error)
            self.results[number] = words.refused(self.rows[number], "bad_value", why)

    def _hold(self, group: Iterable[tuple[int, Row]], unsettled: set[Name]) -> None:
        """Keep back rows whose record has an older row that is not settled: order is kept."""
        for number, row in group:
            if not unsettled.isdisjoint(self.names(row)):
                why = "an earlier row of this record is not settled; it must not be overtaken"
                self.results[number] = words.later(row, "AFTER_UNSETTLED", why)

    def _batch(self, numbers: Sequence[int]) -> None:
        self._spare = self.search or 0
        halted = self.halted is not None
        self._send(numbers)
        if not halted:
            self.settled(numbers)

    def _send(self, numbers: Sequence[int]) -> None:
        if self.halted is not None:
            why = words.unsent(self.halted)
            self.give(numbers, lambda row: words.failed(row, why))
            return
        try:
            self.call(numbers)
        except Refused as error:
            if self.spoils(error):
                self._search(numbers, error)
            else:
                self._failed(numbers, error)
        except CrmBridgeError as error:
            self._failed(numbers, error)
        self.sent = True

    def _failed(self, numbers: Sequence[int], error: CrmBridgeError) -> None:
        """Say so of all rows of a call; what a person has to mend leaves, if nothing was sent."""
        if isinstance(error, self.raises) and not self.sent:
            raise error
        if isinstance(error, self.stops):
            self.halted = error
        self.give(numbers, lambda row: words.failed(row, error))

    def _search(self, numbers: Sequence[int], error: Refused) -> None:
        """Try a refused batch in parts, until the row that spoils it stands alone."""
        self.sent = True
        if len(numbers) == 1:
            self.give(numbers, lambda row: self.alone(row, error))
            return
        if self.search is not None and self._spare < 2:
            why = f"refused together with others: {error}"
            self.give(numbers, lambda row: words.later(row, error.code, why))
            return
        self._spare -= 2
        for part in self.parts(numbers, error):
            self._send(part)


class AllOrNone(Writing):
    """Rows of which a vendor takes all of a call or none, and says which it does not take.

    A row without an id is made under our key: `find` (see `Finds`) looks up by the field `key`
    which of them have a record already.
    """

    def __init__(self, obj: str, rows: Sequence[Row], key: str, find: Find) -> None:
        super().__init__(obj, rows)
        self.key = key
        self.ids: dict[str, str] = {}
        wanted = dict.fromkeys(row.key for row in rows if not row.id and row.key)
        held = find(obj, key, list(wanted), (key,)) if wanted else ()
        ids = {one: [r.id for r in held if r.values.get(key) == one] for one in wanted}
        self.ids |= {one: found[0] for one, found in ids.items() if found}
        several = {one for one, found in ids.items() if len(found) > 1}
        doubles = [n for n, row in enumerate(rows) if not row.id and row.key in several]
        self.give(doubles, lambda row: words.ambiguous(row, "SEVERAL", _SEVERAL))

    @abstractmethod
    def together(self, numbers: Sequence[int]) -> tuple[Sequence[object], Mapping[object, Any]]:
        """Send some rows in one call; return the ids of all, in order, none where none was taken.

        Beside them stands, by the place of a row in the call, what the vendor says against it.
        """

    @abstractmethod
    def blamed(self, row: Row, said: Any) -> Written:
        """Return the result of a row that the vendor says something against."""

    def id_of(self, row: Row) -> str:
        """Return the id of a row's record as far as it is known, else nothing."""
        return row.id or self.ids.get(row.key, "")

    def names(self, row: Row) -> list[Name]:
        """Return what makes two rows one record: its id, else our key."""
        return [self.id_of(row) or ("key", row.key)]

    def kind(self, row: Row) -> tuple[bool | str, ...]:
        """Return what rows of a call have in common: how they are named, and their fields."""
        return (not self.id_of(row), *sorted(row.values))

    def call(self, numbers: Sequence[int]) -> None:
        """Send rows; those that are blamed have their result, and the others are sent again."""
        rows = [self.rows[number] for number in numbers]
        new = not self.id_of(rows[0])
        ids, against = self.together(numbers)
        if len(ids) == len(rows):
            for number, row, own in zip(numbers, rows, map(str, ids), strict=True):
                self.results[number] = words.done(self.obj, row, own, created=new)
                self.ids |= {row.key: own} if row.key else {}
            return
        places = {at: number for at, number in enumerate(numbers) if at in against}
        self.results |= {n: self.blamed(rows[at], against[at]) for at, n in places.items()}
        left = [number for number in numbers if number not in places.values()]
        if not against:
            raise Unknown(f"the answer says nothing of {len(rows)} rows")
        if not places:
            raise Refused("these rows are refused together", code=_TOGETHER)
        if left:
            self.call(left)

    def spoils(self, error: Refused) -> bool:
        """Whether a call was refused for one of its rows; see `Writing.spoils`."""
        return error.code == _TOGETHER

    def refuse_but(self, able: Collection[str], field: str, message: str) -> None:
        """Refuse rows that name in a field an owner who is none of those who can be."""
        for number, row in enumerate(self.rows):
            if (named := row.values.get(field)) and str(named) not in able:
                told = words.refused(row, "NO_OWNER", message, field, RefusalCause.OWNER)
                self.results.setdefault(number, told)

    def named(self, field: str) -> list[str]:
        """Return what the rows name in a field, each once."""
        return list(dict.fromkeys(str(one) for row in self.rows if (one := row.values.get(field))))
