"""Counts by address what was tried in vain: tokens at the login, links that are none of ours."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from threading import Lock

TOKENS, LINKS = 5, 30
"""Wrong ones of one address in a window. A person who copies a link badly needs a few. There is no
limit for all together: by it, strangers could lock everybody out, and neither a token of 16
characters nor the code of a link is found by trying."""
WINDOW = 60.0
"""Seconds."""
KEPT = 10_000
"""Addresses that are remembered; the ones that were not seen longest go first."""


class Tries:
    """What was wrong lately, by address; safe to ask from any thread. `clock` is monotonic."""

    def __init__(self, most: int = TOKENS, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = most, clock
        self._wrong: dict[str, deque[float]] = {}
        self._lock = Lock()

    def wait(self, address: str) -> int:
        """Return for how many seconds an address must wait; 0 for not at all."""
        with self._lock:
            found, now = self._wrong.get(address), self._clock()
            while found and found[0] <= now - WINDOW:
                found.popleft()
            if not found:
                self._wrong.pop(address, None)
                return 0
            return int(found[0] + WINDOW - now) + 1 if len(found) >= self._most else 0

    def wrong(self, address: str) -> None:
        """Count one more."""
        with self._lock:
            mine = self._wrong.pop(address, None) or deque(maxlen=self._most)
            mine.append(self._clock())
            self._wrong[address] = mine
            while len(self._wrong) > KEPT:
                del self._wrong[next(iter(self._wrong))]
