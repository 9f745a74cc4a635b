"""Figures that take long to count: counted once, in the background, and kept until they change."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from concurrent.futures import wait as wait_for
from dataclasses import dataclass
from threading import Lock
from typing import Any, Generic, TypeVar

from crmbridge.errors import CrmBridgeError
from crmbridge.log import get_logger
from crmbridge.report.counting import counting

T = TypeVar("T")

PATIENCE = 0.12
"""Seconds that a page waits for figures that nobody counted yet, before it says that it counts."""
STALE = 900.0
"""Seconds for which figures are shown that something changed under; meanwhile they are counted."""
MOST = 256
"""Figures that are kept; the ones that were not asked for longest go first."""


log = get_logger("crmbridge.web")


MOST_WAITING = 24
"""Figures that wait to be counted; who asks for more is told to come again."""
BUSY = "Too much is being counted at once. Try again in a minute."


class Busy(CrmBridgeError):
    """So much is being counted that nothing more is taken for now."""


@dataclass(frozen=True, slots=True)
class Kept(Generic[T]):
    """Figures, with the state of the ledger that they tell of, and when they were counted."""

    value: T
    stamp: Hashable
    at: float


class Figures:
    """What is counted, by key. One thread counts; whoever asks waits a moment at most.

    Figures of an older state of the ledger are given while new ones are counted, so that a page
    never waits for what it can show. Cost: one counting a key and state, however many ask.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic, workers: int = 1) -> None:
        self._clock = clock
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="figures")
        self._kept: OrderedDict[Hashable, Kept[Any]] = OrderedDict()
        self._counting: dict[Hashable, Future[Any]] = {}
        self._lock = Lock()

    def get(
        self,
        key: Hashable,
        stamp: Hashable,
        count: Callable[[], T],
        *,
        patience: float = PATIENCE,
    ) -> T | None:
        """Return figures, `None` while they are counted for the first time.

        Raises what `count` raised; the next who asks has it counted anew. Raises `Busy` where too
        much waits to be counted.
        """
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                if found.stamp == stamp:
                    return found.value  # type: ignore[no-any-return]
            job = self._counting.get(key)
            if job is None and len(self._counting) >= MOST_WAITING:
                if found is not None and self._clock() - found.at < STALE:
                    return found.value  # type: ignore[no-any-return]
                raise Busy(BUSY)
            if job is None:
                job = self._pool.submit(self._count, key, stamp, count)
                self._counting[key] = job
        if found is not None and self._clock() - found.at < STALE:
            return found.value  # type: ignore[no-any-return]
        try:
            return job.result(timeout=patience)  # type: ignore[no-any-return]
        except NotYet:
            return None

    def kept(self, key: Hashable) -> Any:
        """Figures that were counted, of whatever state; `None` where nobody had them counted."""
        with self._lock:
            found = self._kept.get(key)
        return found.value if found is not None else None

    def _count(self, key: Hashable, stamp: Hashable, count: Callable[[], T]) -> T:
        try:
            with counting():
                value = count()
            with self._lock:
                self._kept[key] = Kept(value, stamp, self._clock())
                self._kept.move_to_end(key)
                while len(self._kept) > MOST:
                    self._kept.popitem(last=False)
            return value
        except Exception as error:
            if not isinstance(error, CrmBridgeError):
                log.exception("figures not counted", error=type(error).__name__)
            raise
        finally:
            with self._lock:
                self._counting.pop(key, None)

    def idle(self, timeout: float = 60.0) -> bool:
        """Wait until nothing is counted; return whether that came in time."""
        with self._lock:
            jobs = list(self._counting.values())
        return not wait_for(jobs, timeout=timeout).not_done

    def close(self) -> None:
        """Stop counting; what is being counted is finished first."""
        self._pool.shutdown(wait=False, cancel_futures=True)
