"""A company and both emulated vendors in one process, on one clock, ready to be played."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crmbridge.company import Company, build
from crmbridge.files import CompanyFiles
from crmbridge.net.wire import inside
from crmbridge.registry import emulator
from crmbridge.settings import credentials
from crmbridge.store import Ledger
from crmbridge.testing.emulator import World
from crmbridge.testing.interleave.wire import Ahead, InnerDoor, InnerRemote, Passing, ways
from crmbridge.testing.pair import Pair
from crmbridge.testing.sandbox import Sandbox, box_of, prepare

URLS = {"marketing": "http://127.0.0.1:1", "sales": "http://127.0.0.1:2"}
"""Addresses that are never spoken to: the wire ends in this process before them."""


class WorldTime:
    """Business time of the world that the vendors live in."""

    def __init__(self, world: World) -> None:
        self._world = world

    def now(self) -> datetime:
        """Return the world's instant."""
        return self._world.now()


@dataclass(slots=True, kw_only=True)
class House:
    """A company at home with its vendors; `company` makes calls from this thread."""

    files: CompanyFiles
    ledger: Ledger
    world: World
    box: Sandbox
    doors: Mapping[str, InnerDoor]
    company: Company
    passing: Passing

    def another(self) -> Company:
        """Build the company once more on the same ledger, with connectors of its own."""
        name = self.files.mapping.company
        environ = self.box.environment(name)
        by_url = {URLS[name]: door for name, door in self.doors.items()}
        with inside(ways(by_url, self.passing)):
            return build(
                self.files,
                self.ledger,
                WorldTime(self.world),
                lambda side: credentials(name, side, environ=environ),
            )


def _nowhere(where: str) -> None:
    pass


@contextmanager
def house(
    files: CompanyFiles,
    path: Path,
    *,
    at: datetime,
    passing: Passing = _nowhere,
    ahead: Mapping[str, float] | None = None,
) -> Iterator[House]:
    """Open a company on a fresh ledger at `path`, with vendors that have what it names.

    `passing` is told of each call on its way there and back. `ahead` has, by side, the seconds
    by which its vendor's clock runs ahead of ours.
    """
    world, pair = World(at), Pair.of(files.mapping)
    doors = {
        side: InnerDoor(emulator(name)(Ahead(world, (ahead or {}).get(side, 0.0))), world)
        for side, name in pair.sides()
    }
    remotes = {side: InnerRemote(door, URLS[side]) for side, door in doors.items()}
    box = box_of(pair, URLS, remotes, files.mapping, files.teams)
    prepare(box, at=at)
    ledger = Ledger.open(f"sqlite:///{path}", files.mapping.company)
    home = House.__new__(House)
    home.files, home.ledger, home.world, home.box = files, ledger, world, box
    home.doors, home.passing = doors, passing
    home.company = home.another()
    try:
        yield home
    finally:
        home.company.close()
