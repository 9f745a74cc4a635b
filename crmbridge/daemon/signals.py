"""Signals without handlers: they are blocked, and the main thread fetches them when it waits.

A handler may run between any two lines of the main thread, locks held. A blocked signal is also
kept for process 1 of a container, where one without a handler is thrown away.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import structlog

STOP = frozenset({signal.SIGTERM, signal.SIGINT})
AT_ONCE = 143
"""Exit code after the second signal: 128 + SIGTERM, as shells count."""

log = structlog.get_logger("crmbridge.daemon")


class Signals:
    """Waits for SIGTERM, SIGINT and SIGHUP; make it before any thread is started."""

    def __init__(self, reload: Callable[[], None]) -> None:
        self.stopping = False
        self._reload = reload
        self._wanted = STOP | {signal.SIGHUP}
        self._before = signal.pthread_sigmask(signal.SIG_BLOCK, self._wanted)

    def wait(self, seconds: float) -> bool:
        """Wait for a signal for so long at most; return whether to stop.

        A second signal to stop ends the process at once: what is in hand is settled at the next
        start, as after a crash.
        """
        found = signal.sigtimedwait(self._wanted, seconds)
        if found is None:
            return self.stopping
        if found.si_signo == signal.SIGHUP:
            self._reload()
            return self.stopping
        if self.stopping:
            os._exit(AT_ONCE)
        log.info("stopping", signal=signal.Signals(found.si_signo).name)
        self.stopping = True
        return True

    def restore(self) -> None:
        """Let signals through again."""
        signal.pthread_sigmask(signal.SIG_SETMASK, self._before)
