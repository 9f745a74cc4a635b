"""The demo's daemon: `crmbridge run` as it is, at the pace of a world that passes a day a second.

Run as `python -m crmbridge.testing.demo.worker`. Each line on standard input is a hint that there
is news on both sides, as a webhook would be.
"""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass

from crmbridge.company import SIDES
from crmbridge.daemon import Pace, run
from crmbridge.daemon.figures import Probe
from crmbridge.settings import Settings
from crmbridge.testing.demo.company import NAME

PACE = Pace(decide=1.0, outbox=1.0, idle=1.0, hint=0.02)


@dataclass(frozen=True, slots=True)
class _Ear:
    """Listens for hints as long as the process lives."""

    probe: Probe

    def start(self) -> None:
        threading.Thread(target=self._listen, name="hints", daemon=True).start()

    def _listen(self) -> None:
        for _ in sys.stdin:
            for side in SIDES:
                self.probe.hint(NAME, side)

    def stop(self) -> None:
        """Nothing to do: the thread ends with the process."""


def _served(settings: Settings, probe: Probe) -> _Ear:
    ear = _Ear(probe)
    ear.start()
    return ear


if __name__ == "__main__":
    sys.exit(run(Settings(), serve=_served, pace=PACE))
