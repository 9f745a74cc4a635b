"""Reads objects in the order of stamp and id by plans of what can be seen, several by one call.

For a vendor that answers conditions and counts what fits them; see `keyset` for the order, and
`by_id` for vendors whose stamps cannot be sorted by.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, ClassVar, Generic, TypeVar

from crmbridge.errors import ConnectorError, CrmBridgeError, Refused
from crmbridge.kit.feed.back import Lookback
from crmbridge.kit.feed.keyset import Keyset, Kind
from crmbridge.kit.feed.many import First, many
from crmbridge.kit.feed.walk import Batch
from crmbridge.kit.paths import Plan, Plans
from crmbridge.model.record import Page, ReadRequest
from crmbridge.net.portions import Portion, Portions, too_much


class Planned(Keyset[Kind]):
    """One pass over one object by a plan of what to select."""

    def __init__(self, plan: Plan, place: Kind, portions: Portions) -> None:
        super().__init__(plan.obj, place, portions)
        self.plan = plan


Run = TypeVar("Run", bound=Planned[Any])


class ByStamps(ABC, Generic[Kind, Run]):
    """Reads the objects of one account whose fields `plans` know.

    A page has `size` rows at most, and the first pages of `at_once` objects go into one call.
    `lookback` is how far behind the last watermark a read begins at least.
    """

    size: ClassVar[int]
    at_once: ClassVar[int]

    def __init__(self, plans: Plans, lookback: timedelta) -> None:
        self.plans, self.back = plans, Lookback(lookback)
        self._late: dict[str, int] = {}

    @abstractmethod
    def place(self, obj: str, since: str | None) -> Kind:
        """Return the place of a cursor; raises `CursorGone` for a text that is none."""

    @abstractmethod
    def planned(self, obj: str, fields: Sequence[str]) -> Plan:
        """Return what a feed selects; raises `NotSupported` for an object without one."""

    @abstractmethod
    def run(self, plan: Plan, place: Kind, portions: Portions) -> Run:
        """Return a pass from a place on."""

    @abstractmethod
    def firsts(self, runs: Sequence[Run]) -> Sequence[First]:
        """Ask for the first pages of several objects by one call."""

    def read(self, obj: str, fields: Sequence[str], since: str | None) -> Iterator[Page]:
        """Yield pages as `Connector.read` promises."""
        run, first = self._started(obj, fields, self.place(obj, since), self._portions(obj))
        yield from run.pages(first)

    def read_many(self, requests: Sequence[ReadRequest]) -> Iterator[tuple[str, Page]]:
        """Yield `(object, page)` for all requests, few calls while little changes.

        An object that fails does not stop the others; its error is raised at the end.
        """
        failed: list[CrmBridgeError] = []
        runs = [run for each in requests if (run := self._run(each, failed))]
        yield from many(runs, self.at_once, self.firsts, self._alone, failed)

    def _portions(self, obj: str) -> Portions:
        return Portions(self.size, self._late, obj)

    def _started(
        self, obj: str, fields: Sequence[str], place: Kind, portions: Portions
    ) -> tuple[Run, Portion[Batch]]:
        """Start a run, with less as long as fields turn out to have vanished."""
        plan, first = self.plans.asked(
            lambda: self.planned(obj, fields),
            lambda plan: self.run(plan, place, portions).start(),
        )
        return self.run(plan, place, portions), first

    def _run(self, request: ReadRequest, failed: list[CrmBridgeError]) -> Run | None:
        try:
            place = self.place(request.obj, request.since)
            plan = self.planned(request.obj, request.fields)
            return self.run(plan, place, self._portions(request.obj))
        except ConnectorError as error:
            failed.append(error)
            return None

    def _alone(self, run: Run, error: CrmBridgeError) -> tuple[Run, Portion[Batch]]:
        """Start a run anew whose fields have vanished, or that was too much with others."""
        again = isinstance(error, Refused) and self.plans.lost(run.plan, error)
        if not again and not too_much(error):
            raise error
        return self._started(run.obj, tuple(run.plan.kinds), run.place, run.portions)
