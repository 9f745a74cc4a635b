"""Where the vendors' quotas are counted, beside the ledger's own transactions.

A call takes its slot while another thread may be deciding for seconds: by the ledger's own lock it
would wait for that one's commit. Nothing here is owed to anybody: a count that is lost, with the
power or with the file, is corrected by the vendor's own. So a damaged file is made anew, and while
counts cannot be written they are kept in memory: no work stops for it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from crmbridge.errors import LedgerError
from crmbridge.log import get_logger
from crmbridge.model.limits import Budget
from crmbridge.net.budget import LocalBudgets
from crmbridge.store import schema
from crmbridge.store.dialect import Quotas

T = TypeVar("T")

AGAIN = 30.0
"""Seconds after which a place that could not be written is tried again."""

log = get_logger(__name__)


class Counts:
    """The quotas of one ledger; their table is made when first asked for. Safe between threads."""

    def __init__(self, quotas: Quotas, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._quotas = quotas
        self._engine = quotas.engine
        self._monotonic = monotonic
        self._gate = threading.Lock()
        self._ready = False
        self._trouble: LedgerError | None = None
        self._again_at = 0.0
        self._aside: dict[tuple[str, str, tuple[Budget, ...]], LocalBudgets] = {}

    def turn(self, work: Callable[[Connection], T]) -> T:
        """Do work in a write transaction that commits at its end, or not at all.

        It is done once more when the place had to be opened or made anew. Raises `LedgerError`
        while it cannot be used, at once for half a minute, and then after another try.
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
                log.info("quotas counted beside the ledger again")
            return found

    def in_memory(self, company: str, app: str, limits: tuple[Budget, ...]) -> LocalBudgets:
        """Return the counts of an account that stand in while they cannot be written."""
        with self._gate:
            return self._aside.setdefault((company, app, limits), LocalBudgets(limits))

    def _cured(self, work: Callable[[Connection], T]) -> T:
        for cure in (self._let_go, self._renew):
            try:
                return self._once(work)
            except DBAPIError as error:
                if self._quotas.is_busy(error):
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
        """Close the place, which may have been replaced meanwhile, or lost its table."""
        self._engine.dispose()
        self._ready = False

    def _renew(self, error: DBAPIError) -> None:
        """Make a damaged place anew; a sound one that is not ours stays."""
        self._let_go(error)
        if not self._quotas.renew(error):
            raise error
        log.warning("the quotas' file was damaged and is made anew")

    def _failed(self, error: DBAPIError | OSError) -> LedgerError:
        news = self._trouble is None
        self._again_at = self._monotonic() + AGAIN
        self._trouble = self._quotas.translate(error)
        if news:
            log.warning("quotas counted in memory", message=str(self._trouble))
        return self._trouble

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()
