"""A company's files and connectors in use, and how they are replaced while work goes on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from crmbridge.clock import Clock
from crmbridge.company import Company, build, refuse_unsigned
from crmbridge.files import CompanyFiles, load
from crmbridge.settings import Settings, credentials
from crmbridge.store import Ledger


@dataclass(slots=True, kw_only=True)
class Kit:
    """A company three times over one ledger, because a connector is used by one thread at a time.

    Long reading must hold up no write, and a backfill neither. `looked` has, by side, the monotonic
    time at which the mapping was last held against it, and the changes of its schema met by then.
    `users` counts the jobs that work with the kit.
    """

    files: CompanyFiles
    reading: Company
    writing: Company
    bulk: Company
    looked: dict[str, tuple[float, int]] = field(default_factory=dict)
    users: int = 0
    retired: bool = False

    def renew_links(self, url: str) -> None:
        """Look at the key of links again, which other processes use, too."""
        for company in (self.reading, self.writing, self.bulk):
            company.renew_links(url)

    def close(self) -> None:
        """Close the connectors; the ledger stays open."""
        for company in (self.reading, self.writing, self.bulk):
            company.hang_up()


def make_kit(settings: Settings, name: str, ledger: Ledger, clock: Clock) -> Kit:
    """Read a company's files and credentials, and build its connectors.

    Raises:
        ConfigError: a wrong file, a missing credential, an agreement that is not signed.
    """
    files = load(settings.config, name)
    refuse_unsigned(name, files.versions, clock.now())
    return kit_of(files, settings, name, ledger, clock)


def kit_of(files: CompanyFiles, settings: Settings, name: str, ledger: Ledger, clock: Clock) -> Kit:
    """Build the connectors of a company whose files were read.

    Raises:
        ConfigError: a missing credential.
    """

    def one() -> Company:
        return build(
            files,
            ledger,
            clock,
            lambda side: credentials(name, side, settings.secrets_dir),
            settings.url,
        )

    return Kit(files=files, reading=one(), writing=one(), bulk=one())


class Shelf:
    """Holds the kit in force; safe between threads."""

    def __init__(self, kit: Kit) -> None:
        self._lock = threading.Lock()
        self._kit = kit

    @contextmanager
    def use(self) -> Iterator[Kit]:
        """Work with the kit in force; it is not closed meanwhile."""
        with self._lock:
            kit = self._kit
            kit.users += 1
        try:
            yield kit
        finally:
            with self._lock:
                kit.users -= 1
                last = kit.retired and not kit.users
            if last:
                kit.close()

    def replace(self, kit: Kit) -> None:
        """Put another kit in force; the old one is closed as soon as nobody uses it."""
        with self._lock:
            old, self._kit = self._kit, kit
            old.retired = True
            unused = not old.users
        if unused:
            old.close()

    def close(self) -> None:
        """Close the kit, unless a job still hangs in it."""
        with self._lock:
            unused = not self._kit.users
        if unused:
            self._kit.close()
