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
from crmbridge.testing.sandbox import Sandbox, prepare

URLS = {"hubspot": "http://127.0.0.1:1", "salesforce": "http://127.0.0.1:2"}
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

    `passing` is told of each call on its way there and back. `ahead` has, by vendor, the seconds
    by which its clock runs ahead of ours.
    """
    world = World(at)
    doors = {
        name: InnerDoor(emulator(name)(Ahead(world, (ahead or {}).get(name, 0.0))), world)
        for name in URLS
    }
    remotes = {name: InnerRemote(door, URLS[name]) for name, door in doors.items()}
    box = Sandbox(urls=URLS, marketing=remotes["hubspot"], sales=remotes["salesforce"])
    prepare(box, files.mapping, files.teams, at=at)
    ledger = Ledger.open(f"sqlite:///{path}", files.mapping.company)
    home = House.__new__(House)
    home.files, home.ledger, home.world, home.box = files, ledger, world, box
    home.doors, home.passing = doors, passing
    home.company = home.another()
    try:
        yield home
    finally:
        home.company.close()
