"""The file beside the ledger in which the vendors' quotas are counted.

A call takes its slot while another thread may be deciding for seconds: in the ledger's own file it
would wait for that one's commit. Nothing here is owed to anybody: a count that is lost, with the
power or with the file, is corrected by the vendor's own. So a damaged file is made anew, and while
the file cannot be used the counts are kept in memory: no work stops for it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from crmbridge.errors import LedgerBusy, LedgerError
from crmbridge.log import get_logger
from crmbridge.model.limits import Budget
from crmbridge.net.budget import LocalBudgets
from crmbridge.store import dialect, schema

T = TypeVar("T")

SUFFIX = "-quota"
BUSY_SECONDS = 2.0
"""How long a call waits for another process's transaction, which lasts for milliseconds."""
AGAIN = 30.0
"""Seconds after which a file that could not be used is tried again."""
_SPOILT = ("malformed", "not a database")

log = get_logger(__name__)


class Counts:
    """The quotas' file of one ledger; made when it is first asked for. Safe between threads."""

    def __init__(self, ledger: Path, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.path = ledger.with_name(ledger.name + SUFFIX)
        # commits need not wait for the disk
        self._engine = dialect.writer_engine(self.path, synchronous="NORMAL", busy=BUSY_SECONDS)
        self._monotonic = monotonic
        self._gate = threading.Lock()
        self._ready = False
        self._trouble: LedgerError | None = None
        self._again_at = 0.0
        self._aside: dict[tuple[str, str, tuple[Budget, ...]], LocalBudgets] = {}

    def turn(self, work: Callable[[Connection], T]) -> T:
        """Do work in a write transaction that commits at its end, or not at all.

        It is done once more when the file had to be opened or made anew. Raises `LedgerError`
        while the file cannot be used, at once for half a minute, and then after another try.
        """
        with self._gate:
            if self._trouble is not None and self._monotonic() < self._again_at:
                raise type(self._trouble)(str(self._trouble))
            try:
                found = self._cured(work)
            except (DBAPIError, OSError) as error:
                raise self._failed(error) from error
            if self._trouble is not None:
                self._trouble = None
                log.info("quotas counted in their file again")
            return found

    def in_memory(self, company: str, app: str, limits: tuple[Budget, ...]) -> LocalBudgets:
        """Return the counts of an account that stand in while the file cannot be used."""
        with self._gate:
            return self._aside.setdefault((company, app, limits), LocalBudgets(limits))

    def _cured(self, work: Callable[[Connection], T]) -> T:
        for cure in (self._let_go, self._remove):
            try:
                return self._once(work)
            except DBAPIError as error:
                if _is_busy(error):
                    raise
                cure(error)
        return self._once(work)

    def _once(self, work: Callable[[Connection], T]) -> T:
        if not self._ready:
            with self._engine.begin() as conn:
                schema.budget.create(conn, checkfirst=True)
            self._ready = True
        with self._engine.begin() as conn:
            return work(conn)

    def _let_go(self, _error: DBAPIError) -> None:
        """Close the file, which may have been replaced meanwhile, or lost its table."""
        self._engine.dispose()
        self._ready = False

    def _remove(self, error: DBAPIError) -> None:
        """Remove a damaged file; a sound one that is not ours stays."""
        self._let_go(error)
        if not any(mark in str(error.orig) for mark in _SPOILT):
            raise error
        for tail in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + tail).unlink(missing_ok=True)
        log.warning("the quotas' file was damaged and is made anew")

    def _failed(self, error: DBAPIError | OSError) -> LedgerError:
        news = self._trouble is None
        self._again_at = self._monotonic() + AGAIN
        self._trouble = _translated(error, self.path)
        if news:
            log.warning("quotas counted in memory", message=str(self._trouble))
        return self._trouble

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def _is_busy(error: DBAPIError) -> bool:
    return any(mark in str(error.orig) for mark in ("locked", "busy"))


def _translated(error: DBAPIError | OSError, path: Path) -> LedgerError:
    if isinstance(error, DBAPIError) and _is_busy(error):
        return LedgerBusy(
            f"the quotas' file {path} is locked by another process: stop that one; until then "
            "each process counts for itself"
        )
    words = str(error.orig) if isinstance(error, DBAPIError) else type(error).__name__
    return LedgerError(
        f"the quotas' file {path} cannot be used ({words}): delete it, or move away what stands "
        "in its place; the counts are made anew"
    )
