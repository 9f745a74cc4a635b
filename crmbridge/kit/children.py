"""Brings records that hang on others up to what they should be; what makes room goes first."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import ClassVar, Literal, TypeVar

from crmbridge.errors import ConfigError, ConnectorError
from crmbridge.kit import words
from crmbridge.kit.fields import chunks
from crmbridge.model.record import Outcome, Row, Written

Way = Literal["delete", "update", "create"]
WAYS: tuple[Way, ...] = ("delete", "update", "create")
Key = TypeVar("Key", bound=tuple[str, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """One record to write: `row` has the operation that it is part of, its id and its values."""

    way: Way
    row: Row


def changes(
    there: Mapping[Key, Decimal], wanted: Mapping[Key, Decimal], ours: Iterable[Key]
) -> Iterator[tuple[Way, Key]]:
    """Yield what turns the amounts that are there into those that are wanted, in order.

    What is ours and wanted no more is deleted; what shrinks is changed before what grows.
    """
    for key in sorted(ours):
        if key in there and key not in wanted:
            yield "delete", key
    grows = {key: wanted[key] - there[key] for key in wanted if key in there}
    for key in sorted((key for key in grows if grows[key]), key=grows.__getitem__):
        yield "update", key
    for key in sorted(wanted):
        if key not in there:
            yield "create", key


class Bringing(ABC):
    """Writes children of one object. `stale` are codes of one that is not as it was looked at."""

    batch: ClassVar[int]
    stale: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    def send(self, way: Way, rows: Sequence[Row]) -> list[Written]:
        """Write some records in one way and one call; one result a row, in order."""

    def bring(self, children: Sequence[Child]) -> dict[str, Written]:
        """Write children; return the worst result of each operation that is not done whole.

        Of an operation of which one part did not go, no later part is sent.
        """
        worst: dict[str, Written] = {}
        for way in WAYS:
            for part in chunks([one.row for one in children if one.way == way], self.batch):
                rows = [row for row in part if row.op not in worst]
                for told in self._sent(way, rows) if rows else ():
                    if told.outcome is not Outcome.DONE:
                        worst[told.op] = words.worse(worst.get(told.op, told), told)
        return worst

    def _sent(self, way: Way, rows: Sequence[Row]) -> list[Written]:
        try:
            told = self.send(way, rows)
        except (ConnectorError, ConfigError) as error:
            why = error
            return [words.failed(row, why) for row in rows]
        return [self._as_looked(way, one) for one in told]

    def _as_looked(self, way: Way, told: Written) -> Written:
        """A deletion of what is gone is done; what changed since the look is looked at anew."""
        if told.outcome is not Outcome.REFUSED or told.code not in self.stale:
            return told
        return replace(
            told, outcome=Outcome.DONE if way == "delete" else Outcome.LATER, id="", field=""
        )
