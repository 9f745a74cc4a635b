"""The calls that are on their way to one account at the same time, and those that wait for them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count


class Gate:
    """Lets so many calls through at a time, of those that wait the most urgent first.

    It counts the calls of one process. Safe between threads; a call must not pass twice.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside = 0
        self._waiting: set[tuple[int, int]] = set()
        self._numbers = count()

    @contextmanager
    def passage(self, most: int, priority: int, until: float) -> Iterator[bool]:
        """Be one of at most `most` calls inside the block; it yields whether there was a place.

        `until` is the monotonic time at which waiting ends. A priority of 0 is the most urgent;
        among equals the one that came first goes first.
        """
        entered = self._enter(most, priority, until)
        try:
            yield entered
        finally:
            if entered:
                with self._changed:
                    self._inside -= 1
                    self._changed.notify_all()

    def _enter(self, most: int, priority: int, until: float) -> bool:
        with self._changed:
            me = (priority, next(self._numbers))
            self._waiting.add(me)
            try:
                while self._inside >= most or min(self._waiting) != me:
                    left = until - time.monotonic()
                    if left <= 0:
                        return False
                    self._changed.wait(left)
                self._inside += 1
                return True
            finally:
                self._waiting.discard(me)
                self._changed.notify_all()


class Gates:
    """One gate an account, made when it is first asked for. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._gates: dict[tuple[str, str], Gate] = {}

    def of(self, company: str, app: str) -> Gate:
        """Return the gate that all who call this account pass."""
        with self._lock:
            return self._gates.setdefault((company, app), Gate())
