"""Counts the links by address that were refused, so that nobody tries them by the thousand."""

from __future__ import annotations

import time
from collections.abc import Callable

MOST = 30
"""Refused links of one address in a window. A person who copies a link badly needs a few."""
WINDOW = 60.0
"""Seconds."""
KEPT = 10_000
"""Addresses in hand, at most: the oldest are forgotten."""


class Tries:
    """Refused links by address; of one thread. `clock` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[str, tuple[float, int]] = {}

    def too_many(self, address: str) -> bool:
        """Whether this address had so many refused lately that it has to wait."""
        since, count = self._known.get(address, (0.0, 0))
        return count >= MOST and self._clock() - since < WINDOW

    def refused(self, address: str) -> None:
        """Count one more."""
        now = self._clock()
        since, count = self._known.pop(address, (now, 0))
        self._known[address] = (since, count + 1) if now - since < WINDOW else (now, 1)
        while len(self._known) > KEPT:
            del self._known[next(iter(self._known))]
