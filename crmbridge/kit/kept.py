"""Reads back a field whose changes a vendor takes with success and does not always keep."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from crmbridge.errors import ConnectorError
from crmbridge.kit.words import wait_of
from crmbridge.model.record import Outcome, Row, Written


class Kept(ABC):
    """The field of one object; `backward` says that a value may be cleared and set again.

    Clearing and setting are two calls, as the order inside one is not kept. `code` begins the codes
    of results, `why` says what a vendor does that keeps another value.
    """

    field: ClassVar[str]
    code: ClassVar[str]
    why: ClassVar[str]

    def __init__(self, obj: str, *, backward: bool) -> None:
        self.obj, self.backward = obj, backward

    @abstractmethod
    def held(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Return what records hold, by id."""

    @abstractmethod
    def put(self, values: Mapping[str, str]) -> None:
        """Write the field of records by id; an empty text clears."""

    @abstractmethod
    def doubtful(self, row: Row) -> bool:
        """Whether the vendor may keep another value than the row's."""

    def check(
        self, rows: Sequence[Row], results: dict[int, Written], numbers: Iterable[int]
    ) -> None:
        """Make the vendor hold what rows say that are done, and correct the results that fail.

        A value that is kept is DONE with the field named when going back is off, and REFUSED when
        it was tried in vain. What the vendor made just now had no value that it could keep.
        """
        doubted = {
            results[n].id: (n, str(rows[n].values[self.field]))
            for n in numbers
            if rows[n].values.get(self.field) and not results[n].created and self.doubtful(rows[n])
        }
        told = self._settle({own: value for own, (_, value) in doubted.items()}) if doubted else {}
        for own, change in told.items():
            number = doubted[own][0]
            results[number] = replace(results[number], **change)

    def _settle(self, wanted: Mapping[str, str]) -> dict[str, dict[str, Any]]:
        """Return, by id, what changes in a row's result: nothing for a value that holds."""
        try:
            lost = self._lost(wanted)
            if lost and self.backward:
                self.put(dict.fromkeys(lost, ""))
                self.put(lost)
                lost = self._lost(lost)
        except ConnectorError as error:
            # what may be set, cleared or kept is read back and sent again
            doubt = {"outcome": Outcome.UNKNOWN, "retry_after": wait_of(error)}
            told = {"field": self.field, "code": f"{self.code}_UNSURE", "message": str(error)}
            return dict.fromkeys(wanted, doubt | told) if self.backward else {}
        kept = {"field": self.field, "code": f"{self.code}_KEPT", "message": self.why}
        outcome = Outcome.REFUSED if self.backward else Outcome.DONE
        return {own: {**kept, "outcome": outcome} for own in lost}

    def _lost(self, wanted: Mapping[str, str]) -> dict[str, str]:
        """Return the wanted values that their records do not hold."""
        held = self.held(list(wanted))
        return {own: it for own, it in wanted.items() if own in held and held[own] != it}


class InOrder(Kept):
    """A field whose values have an order, in which a vendor lets records go forward alone.

    `order` are the vendor's own values from the first to the last.
    """

    order: ClassVar[Sequence[str]]

    def doubtful(self, row: Row) -> bool:
        """Whether the vendor may keep another value than the row's: not where it goes forward.

        A record that is known to hold nothing stands before all values. One of the company's own,
        or one that we do not know, may lie anywhere. Who moved the record on meanwhile is seen by
        the next look, as any other change.
        """
        wanted, before = row.values[self.field], row.before.get(self.field)
        if self.field not in row.before or wanted not in self.order:
            return True
        if before is None:
            return False
        last = self.order.index(str(wanted))
        return before not in self.order or self.order.index(str(before)) > last
