"""The state of one emulated portal, and the small helpers that every part of it uses."""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from connectors.hubspot.emulator.errors import Problem
from connectors.hubspot.emulator.forms import Forms
from connectors.hubspot.emulator.links import Links
from connectors.hubspot.emulator.lists import Lists
from connectors.hubspot.emulator.options import Options
from connectors.hubspot.emulator.people import People
from connectors.hubspot.emulator.quota import Quota
from connectors.hubspot.emulator.record import Hand, Record
from connectors.hubspot.emulator.schema import KINDS
from connectors.hubspot.emulator.shapes import Stage, pipelines
from connectors.hubspot.emulator.store import Store
from crmbridge.testing.emulator import World, Wrote

_NAMES = {alias: kind.name for kind in KINDS for alias in (kind.name, kind.singular, kind.type_id)}


class Portal:
    """Everything that one HubSpot account holds."""

    def __init__(self, world: World, chance: random.Random) -> None:
        self.world = world
        self.chance = chance
        # its own, so that a client that reads more or less often meets the same ids and delays
        self._orders = random.Random(chance.getrandbits(64))  # repeatable on purpose
        self.options = Options()
        self.quota = Quota(lambda: str(self.options["time_zone"]))
        self.stores = {kind.name: Store(kind, self._delay) for kind in KINDS}
        self.pipelines = pipelines()
        self.links = Links()
        self.lists = Lists()
        self.forms = Forms()
        self.people = People()
        self.blocked: set[str] = set()
        self.wrote: list[Wrote] = []
        """What the request in hand asked of records, for the audit."""
        self._drifts: list[tuple[int, str, int]] = []

    def moment(self) -> datetime:
        """Return the world's present instant."""
        return self.world.now()

    def now(self) -> int:
        """Return the world's present instant in epoch ms."""
        return round(self.world.now().timestamp() * 1000)

    def integration(self) -> Hand:
        """Return the hand of what comes in through the API."""
        return Hand(source="INTEGRATION", user=str(self.options["integration_user"]))

    def store(self, name: str) -> Store:
        """Return the records of an object, by name or type id. Raises `Problem` 400."""
        known = _NAMES.get(name.lower())
        if known is None:
            raise Problem(400, f"Unable to infer object type from: {name}")
        return self.stores[known]

    def stage(self, object: str, id: str) -> Stage | None:
        """Return a pipeline stage of an object."""
        found = (s for p in self.pipelines.get(object, ()) for s in p.stages if s.id == id)
        return next(found, None)

    def save(self, store: Store, record: Record) -> Record:
        """Store a record, and plan the vendor's own later touch of it when drift is on."""
        now = self.now()
        if drift := self.options["drift"]:
            due = now + round(self.chance.uniform(*drift) * 1000)
            heapq.heappush(self._drifts, (due, store.kind.name, record.id))
        return store.put(record, now)

    def settle(self) -> None:
        """Let everything happen that is due by now: drift, then what search shows."""
        now = self.now()
        while self._drifts and self._drifts[0][0] <= now:
            due, name, id = heapq.heappop(self._drifts)
            self._drift(self.stores[name], id, due)
        for store in self.stores.values():
            store.index.settle(now)

    def archive(self, store: Store, id: int) -> bool:
        """Archive a record: its associations and memberships end. False when there is none."""
        if store.archive(id, self.now()) is None:
            return False
        if store.kind.name == "contacts":
            self.lists.forget(id)
        for lead in self.links.forget(store.kind.name, id):
            self.archive(self.stores["leads"], lead)
        return True

    def shuffled(self, items: Iterable[object]) -> None:
        """Bring a batch's results into another order, as the vendor does."""
        if self.options["shuffle"] and isinstance(items, list):
            self._orders.shuffle(items)

    def _delay(self) -> int:
        low, high = self.options["index_delay"]
        return round(self.chance.uniform(low, high) * 1000) if high else 0

    def _drift(self, store: Store, id: int, due: int) -> None:
        record = store.live.get(id)
        if record is None:
            return
        props = dict(record.props)
        if "hs_count_is_worked" in store.properties:
            props["hs_count_is_worked"] = str(int(props.get("hs_count_is_worked", 0)) + 1)
        moved = replace(
            record, props=props, updated=max(due, record.updated), version=record.version + 1
        )
        store.put(moved, self.now())
