"""The companies whose ledgers the pages show, opened once, with their files as they are now."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from crmbridge.clock import Clock
from crmbridge.company import Company, open_clock, open_company, to_read
from crmbridge.errors import ConfigError, CrmBridgeError
from crmbridge.files import Marks, companies, load, marks, pick
from crmbridge.log import get_logger
from crmbridge.net.world_clock import WorldClock
from crmbridge.settings import Settings
from crmbridge.store.events import last_number

LOOK = 5.0
"""Seconds between two looks at whether a company's files changed."""

log = get_logger("crmbridge.web")


@dataclass(slots=True)
class _Opened:
    company: Company
    marks: Marks
    looked: float
    fault: str = ""


class Companies:
    """Opens companies when somebody first asks for them; no vendor is ever asked.

    A company's files are read again when they change, and so is the key of its links. Files with a
    fault leave those in force that were there before, and `fault_of` says what is wrong.
    """

    def __init__(
        self,
        settings: Settings,
        names: Sequence[str] = (),
        *,
        clock: Clock | None = None,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings = settings
        self._chosen = tuple(names)
        self._clock = clock or open_clock(settings)
        self._tick = tick
        self._opened: dict[str, _Opened] = {}
        self._lock = Lock()

    def names(self) -> list[str]:
        """The companies that there are, sorted by name."""
        known = companies(self.settings.config)
        return sorted(one for one in known if not self._chosen or one in self._chosen)

    def get(self, name: str) -> Company:
        """Return a company, ready to be read.

        Raises:
            ConfigError: no such company, or a wrong file at first sight.
            LedgerError: its ledger cannot be opened.
        """
        with self._lock:
            found = self._opened.get(name)
            if found is None:
                if self._chosen and name not in self._chosen:
                    raise ConfigError(f"no company {name!r} is shown here")
                found = self._open(pick(self.settings.config, name))
            elif self._tick() - found.looked > LOOK:
                found.looked = self._tick()
                self._renew(name, found)
                found.company.renew_links(self.settings.url)
            return found.company

    @contextmanager
    def at_work(self, name: str) -> Iterator[Company | None]:
        """A company that is read and written to for a while; `None` for no such one."""
        yield self.get(name) if name in self.names() else None

    def fault_of(self, name: str) -> str:
        """What is wrong with a company's files since they were last read; empty for nothing."""
        found = self._opened.get(name)
        return found.fault if found else ""

    def _open(self, name: str) -> _Opened:
        before = marks(self.settings.config / name)
        self.settings.ready_place(name)
        company = open_company(self.settings, name, connect=False, clock=self._clock)
        found = _Opened(company, before, self._tick())
        self._opened[name] = found
        return found

    def _renew(self, name: str, found: _Opened) -> None:
        now = marks(self.settings.config / name)
        if now == found.marks:
            return
        found.marks = now
        try:
            files = load(self.settings.config, name)
            # over the same ledger: pages in hand still read by the company of before
            fresh = to_read(self.settings, files, found.company.ledger, self._clock)
        except CrmBridgeError as error:
            found.fault = str(error)
            log.warning("files not read again", company=name, error=type(error).__name__)
            return
        found.company, found.fault = fresh, ""

    def close(self) -> None:
        """Close all ledgers."""
        with self._lock:
            for found in self._opened.values():
                found.company.ledger.close()
            self._opened.clear()
        if isinstance(self._clock, WorldClock):
            self._clock.close()


class OpenedAlready(Companies):
    """One company that somebody opened, whose files are not looked at again."""

    def __init__(self, company: Company) -> None:
        super().__init__(Settings(), clock=company.clock)
        self._one = company

    def names(self) -> list[str]:
        """Its name."""
        return [self._one.name]

    def get(self, name: str) -> Company:
        """The company."""
        return self._one

    def close(self) -> None:
        """Close nothing: whoever opened it does."""


def stamp_of(company: Company) -> Hashable:
    """What figures follow from: the ledger's last entry, the company's day, and its files."""
    with company.ledger.read() as tx:
        last = last_number(tx)
    today = company.now().astimezone(company.zone).date()
    return (last, today, company.agreement.version, company.mapping_hash, company.teams_hash)
