"""The file beside the ledger in which the vendors' quotas are counted.

A call takes its slot while another thread may be deciding for seconds: in the ledger's own file it
would wait for that one's commit. Nothing here is owed to anybody: a count that is lost, with the
power or with the file, is corrected by the vendor's own.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DatabaseError, DBAPIError

from crmbridge.store import dialect, schema

SUFFIX = "-quota"
_SPOILT = ("malformed", "not a database")


class Counts:
    """The quotas' file of one ledger; made when it is first asked for. Safe between threads."""

    def __init__(self, ledger: Path) -> None:
        self.path = ledger.with_name(ledger.name + SUFFIX)
        # commits need not wait for the disk
        self._engine = dialect.writer_engine(self.path, synchronous="NORMAL")
        self._gate = threading.Lock()
        self._ready = False

    @contextmanager
    def turn(self) -> Iterator[Connection]:
        """Open a write transaction that commits at the end, or not at all."""
        try:
            with self._gate:
                if not self._ready:
                    self._prepare()
                with self._engine.begin() as conn:
                    yield conn
        except DBAPIError as error:
            raise dialect.translate(error, self.path) from error

    def _prepare(self) -> None:
        try:
            self._create()
        except DatabaseError as error:
            if not any(mark in str(error.orig) for mark in _SPOILT):
                raise
            self._engine.dispose()
            for tail in ("", "-wal", "-shm"):
                self.path.with_name(self.path.name + tail).unlink(missing_ok=True)
            self._create()
        self._ready = True

    def _create(self) -> None:
        with self._engine.begin() as conn:
            schema.budget.create(conn, checkfirst=True)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()
