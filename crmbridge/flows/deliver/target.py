"""What the outbox delivers to: one of the systems, or a way to people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from crmbridge.company import Company
from crmbridge.flows.deliver.deals_back import deals_back
from crmbridge.flows.deliver.lookup import LookUps, read_back
from crmbridge.flows.deliver.of_deal import settle_deal
from crmbridge.flows.deliver.send import Results, send
from crmbridge.flows.deliver.settle import settlement
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lead import Sighting
from crmbridge.model.payload.writes import DEAL, OF_DEAL
from crmbridge.model.record import Written
from crmbridge.store.claims import Settlement
from crmbridge.store.outbox import Op
from crmbridge.system import Item


class Target(Protocol):
    """A place to deliver to. `timeout` is of one call in seconds, `batch` in operations."""

    @property
    def timeout(self) -> float:
        """Seconds after which a call is over, one way or the other."""
        ...

    @property
    def batch(self) -> int:
        """Operations to take at once."""
        ...

    def known(self, ops: Sequence[Op], ahead: Callable[[], Sequence[Op]]) -> list[Sighting]:
        """Look for what is about to be made; nothing where that cannot happen.

        `ahead` gives the operations behind these, which may be looked for in the same calls.
        """
        ...

    def send(self, ops: Sequence[Op], sleep: Callable[[float], None]) -> Results:
        """Send operations; each gets one result. Raises when no further call makes sense."""
        ...

    def read_back(self, ops: Sequence[Op]) -> tuple[Results, Sequence[Item]]:
        """Find out about operations whose outcome nobody knows.

        Beside the results come records that were read for it and are news once those are settled.
        """
        ...

    def settle(self, scene: Scene, op: Op, written: Written) -> Settlement:
        """Record one result."""
        ...

    def moved(self, records: Sequence[tuple[str, str]]) -> list[Sighting]:
        """Look at records (object, id) that ours became."""
        ...


class SystemTarget:
    """One of the company's systems."""

    def __init__(self, company: Company, side: str) -> None:
        self._company, self._side = company, side
        self._system = company.systems[side]
        self._looks = LookUps(system=self._system)
        limits = self._system.connector.limits
        self.timeout, self.batch = limits.timeout, limits.write_batch

    def known(self, ops: Sequence[Op], ahead: Callable[[], Sequence[Op]]) -> list[Sighting]:
        """Look people up by their addresses before a record is made for them."""
        return self._looks.known(ops, ahead)

    def send(self, ops: Sequence[Op], sleep: Callable[[float], None]) -> Results:
        """Send operations as calls of the vendor."""
        return send(self._system, self._company.mapping, ops, sleep)

    def read_back(self, ops: Sequence[Op]) -> tuple[Results, Sequence[Item]]:
        """Ask the vendor by key, or by id."""
        onto_deals = [op for op in ops if op.action == DEAL]
        others = [op for op in ops if op.action != DEAL]
        results, seen = deals_back(self._system, onto_deals, self._company.zone)
        return [*results, *read_back(self._system, others)], seen

    def settle(self, scene: Scene, op: Op, written: Written) -> Settlement:
        """Record what the vendor answered."""
        if op.action in OF_DEAL:
            return settle_deal(scene, op, written, self.timeout)
        return settlement(scene, op, written, self.timeout)

    def moved(self, records: Sequence[tuple[str, str]]) -> list[Sighting]:
        """Read the people among the records."""
        found: list[Sighting] = []
        for obj in sorted({obj for obj, _ in records}):
            if self._system.map.person(obj):
                ids = [one for kind, one in records if kind == obj]
                found += self._system.find(obj, "id", ids)
        return found
