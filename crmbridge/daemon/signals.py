"""Signals without handlers: they are blocked, a thread of ours takes them, the main thread acts.

A handler may run between any two lines of the main thread, locks held. A blocked signal is also
kept for process 1 of a container, where one without a handler is thrown away.

`signal.sigtimedwait` is not used: CPython 3.11 returns memory that nobody filled when a stop and a
continue (Ctrl-Z, a debugger, a frozen container) interrupt it and its time is over by then, and
such a "signal" may be anything, a reload or a stop too. `signal.sigwait` has no time to be over.
"""

from __future__ import annotations

import os
import queue
import signal
import threading
from collections.abc import Callable

from crmbridge.log import get_logger

STOP = frozenset({signal.SIGTERM, signal.SIGINT})
AT_ONCE = 143
"""Exit code after the second signal: 128 + SIGTERM, as shells count."""

log = get_logger("crmbridge.daemon")


class Signals:
    """Waits for SIGTERM, SIGINT and SIGHUP; make it before any other thread is started."""

    def __init__(self, reload: Callable[[], None]) -> None:
        self.stopping = False
        self._reload = reload
        self._wanted = STOP | {signal.SIGHUP}
        self._before = signal.pthread_sigmask(signal.SIG_BLOCK, self._wanted)
        self._taken: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._over = threading.Event()
        self._ear = threading.Thread(target=self._listen, name="signals", daemon=True)
        self._ear.start()

    def _listen(self) -> None:
        while True:
            found = signal.sigwait(self._wanted)
            if self._over.is_set():
                return
            self._taken.put(found)

    def wait(self, seconds: float) -> bool:
        """Wait for a signal for so long at most; return whether to stop.

        A second signal to stop ends the process at once: what is in hand is settled at the next
        start, as after a crash.
        """
        try:
            found = self._taken.get(timeout=max(0.0, seconds))
        except queue.Empty:
            return self.stopping
        if found == signal.SIGHUP:
            self._reload()
            return self.stopping
        if self.stopping:
            os._exit(AT_ONCE)
        log.info("stopping", signal=signal.Signals(found).name)
        self.stopping = True
        return True

    def restore(self) -> None:
        """Let signals through again."""
        self._over.set()
        if self._ear.ident is not None and self._ear.is_alive():
            # to that thread alone: it wakes, sees that it is over, and ends
            signal.pthread_kill(self._ear.ident, signal.SIGHUP)
            self._ear.join(timeout=5)
        signal.pthread_sigmask(signal.SIG_SETMASK, self._before)
