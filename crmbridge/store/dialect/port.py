"""What the ledger asks of the database that it lies in; one class for each kind fulfils it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, MetaData, Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.ddl import ExecutableDDLElement

from crmbridge.errors import LedgerError

BUSY_SECONDS = 30.0
"""How long a writer waits for another one's transaction. Source: the brief of the ledger."""

QUOTA_BUSY_SECONDS = 2.0
"""How long a call waits for another process's count of a quota, which lasts for milliseconds."""


class Watch(Protocol):
    """Tells whether a ledger is still the one that was opened."""

    def remember(self) -> None:
        """Take what is there now as the ledger."""

    def fault(self) -> str:
        """Say what happened to it; empty while it is the one that was opened."""

    def check(self) -> None:
        """Raise `LedgerError` once it is not."""


class Quotas(Protocol):
    """Where the quotas of a ledger are counted, beside its transactions."""

    @property
    def engine(self) -> Engine:
        """Gives connections that commit without waiting for the disk."""

    def renew(self, error: DBAPIError) -> bool:
        """Make anew what this error says is spoilt; return whether there was such."""

    def is_busy(self, error: DBAPIError) -> bool:
        """Whether somebody else had it for too long."""

    def translate(self, error: DBAPIError | OSError) -> LedgerError:
        """Turn an error into ours, in words for who runs crmbridge."""


class Database(Protocol):
    """A database that has ledgers of companies."""

    url: str
    """What opens it again; it may hold a password."""
    place: str
    """What people are told of where it is, without any secret."""
    shared: bool
    """Whether companies write beside each other, and number their entries each for itself."""

    def path(self) -> Path:
        """The ledger's file; raises `LedgerError` where it is none."""

    def home(self, company: str) -> Path | None:
        """The folder of what lies beside the ledger; `None` where the database gives none."""

    def check_place(self) -> None:
        """Raise `LedgerError` where no ledger may lie."""

    def exists(self) -> bool:
        """Whether there is a database; one that cannot be asked raises `LedgerError`."""

    def make(self) -> None:
        """Make an empty one unless there is one already, closed to others."""

    def writer(self, company: str) -> Engine:
        """Gives transactions of which one at a time goes on; others wait when they begin."""

    def reader(self) -> Engine:
        """Gives transactions that see one instant, and cannot write."""

    def quotas(self, company: str) -> Quotas:
        """Where the quotas are counted."""

    def watch(self) -> Watch:
        """What tells whether the ledger is still there."""

    def only_maker(self, conn: Connection) -> None:
        """Wait, in a transaction, for whoever makes or changes the tables."""

    def tables(self, metadata: MetaData) -> Iterable[ExecutableDDLElement]:
        """Yield the statements that make the tables and their indexes."""

    def go_on(self, conn: Connection, table: Table) -> None:
        """Have the numbers that it gives to a table's rows go on behind those that are there."""

    def damage(self, conn: Connection, *, quick: bool = False) -> list[str]:
        """Return what the database finds wrong with its own file, nothing when it is sound.

        `quick` leaves out whether the indexes have what their tables have.
        """

    def give_back(self, engine: Engine) -> None:
        """Give the disk back what is not needed any more; where it cannot, it is kept for use."""

    def translate(self, error: DBAPIError) -> LedgerError:
        """Turn a driver's error into ours, without any of the row's values."""
