"""The demo's daemon: `crmbridge run` as it is, at the pace of a world that passes a day a second.

Run as `python -m crmbridge.testing.demo.worker`. Each line on standard input is a hint that there
is news on both sides, as a webhook would be; its end ends the daemon.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from dataclasses import dataclass

from crmbridge.company import SIDES
from crmbridge.daemon import Pace, run
from crmbridge.daemon.figures import Probe
from crmbridge.settings import Settings
from crmbridge.testing.demo.company import NAME
from crmbridge.web.serve import Served, serve

PACE = Pace(decide=1.0, outbox=1.0, idle=1.0, hint=0.02)


@dataclass(frozen=True, slots=True)
class _Ears:
    """The endpoints of every daemon, and hints on standard input until that is closed."""

    probe: Probe
    served: Served

    def listen(self) -> None:
        for _ in sys.stdin:
            for side in SIDES:
                self.probe.hint(NAME, side)
        os.kill(os.getpid(), signal.SIGTERM)  # whoever started us is gone

    def stop(self) -> None:
        """Stop the endpoints; the thread that listens ends with the process."""
        self.served.stop()


def _serve(settings: Settings, probe: Probe) -> _Ears:
    ears = _Ears(probe, serve(settings, probe))
    threading.Thread(target=ears.listen, name="hints", daemon=True).start()
    return ears


if __name__ == "__main__":
    sys.exit(run(Settings(), serve=_serve, pace=PACE))
