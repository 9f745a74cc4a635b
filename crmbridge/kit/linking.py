"""Ties records just written to others that their rows name, by calls of their own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import ClassVar

from crmbridge.errors import ConnectorError
from crmbridge.kit import words
from crmbridge.kit.fields import chunks
from crmbridge.model.record import Outcome, Row, Value, Written

End = tuple[int, str]
"""The number of a row, and the id at the other end."""
Trouble = tuple[AbstractSet[str], Callable[[Row], Written]]
"""The ids that an error names, none for all, and what makes a row's result of it."""


class Linking(ABC):
    """The ties of one object; none is taken away. `batch` is how many go into one call."""

    batch: ClassVar[int]

    @abstractmethod
    def ties(self, row: Row) -> Iterable[str]:
        """Return the fields of a row that name other records."""

    @abstractmethod
    def link(self, field: str, pairs: Sequence[tuple[str, str]]) -> Iterable[Trouble]:
        """Tie pairs of ids by one call; return what went wrong."""

    def settle(
        self, rows: Sequence[Row], results: dict[int, Written], numbers: Sequence[int]
    ) -> None:
        """Tie the rows with these numbers, all of them done, and correct the results that fail."""
        for field in sorted({name for n in numbers for name in self.ties(rows[n])}):
            ends = [(n, end) for n in numbers for end in _several(rows[n].values.get(field))]
            for part in chunks(ends, self.batch):
                bad = dict(self._failed(field, rows, results, part))
                for number, told in bad.items():
                    results[number] = replace(told, id=results[number].id, field=field)

    def _failed(
        self, field: str, rows: Sequence[Row], results: dict[int, Written], ends: Sequence[End]
    ) -> Iterator[tuple[int, Written]]:
        try:
            troubles = self.link(field, [(results[number].id, end) for number, end in ends])
        except ConnectorError as error:
            yield from ((number, words.failed(rows[number], error)) for number, _ in ends)
            return
        for named, make in troubles:
            for number, end in ends:
                if not named or named & {results[number].id, end}:
                    yield number, _of_row(make(rows[number]))


def _of_row(told: Written) -> Written:
    """Return a result for the row itself: it is the other end that is gone or has moved."""
    if told.outcome in {Outcome.GONE, Outcome.MOVED}:
        return replace(told, outcome=Outcome.REFUSED, moved_to=None)
    return told


def _several(value: Value) -> Sequence[str]:
    if isinstance(value, tuple):
        return value
    return (str(value),) if value else ()
