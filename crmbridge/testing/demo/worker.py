"""The demo's daemon: `crmbridge run` with an engine that works when the play asks.

Run as `python -m crmbridge.testing.demo.worker`. Each line on standard input is a hint that there
is news on both sides, as a webhook would be; when all that follows from it is done, a line goes to
standard output. The end of standard input ends the daemon. The log goes to standard error.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from dataclasses import dataclass

from crmbridge.daemon import Pace, run
from crmbridge.daemon.figures import Probe
from crmbridge.model.side import Side
from crmbridge.settings import Settings
from crmbridge.testing.demo.company import NAME
from crmbridge.testing.demo.engine import AskedEngine
from crmbridge.web.serve import Served, serve

PACE = Pace(hint=0.0)


@dataclass(frozen=True, slots=True)
class _Ears:
    """The endpoints of every daemon, and hints on standard input until that is closed."""

    probe: Probe
    served: Served
    engine: AskedEngine

    def listen(self) -> None:
        for _ in sys.stdin:
            for side in Side:
                self.probe.hint(NAME, side)
            self.engine.ask()
        os.kill(os.getpid(), signal.SIGTERM)  # whoever started us is gone

    def stop(self) -> None:
        """Stop the endpoints; the thread that listens ends with the process."""
        self.served.stop()


def _answer() -> None:
    sys.stdout.write("done\n")
    sys.stdout.flush()


def work() -> int:
    """Work until standard input ends; return the exit code of `run`."""
    engine = AskedEngine(_answer)

    def serve_and_listen(settings: Settings, probe: Probe) -> _Ears:
        ears = _Ears(probe, serve(settings, probe), engine)
        threading.Thread(target=ears.listen, name="hints", daemon=True).start()
        return ears

    return run(Settings(), serve=serve_and_listen, pace=PACE, engine=engine)


if __name__ == "__main__":
    sys.exit(work())
