"""Named points at which a test can kill this process as a power cut would."""

from __future__ import annotations

import os
import signal
from collections import Counter

VARIABLE = "CRMBRIDGE_CRASH"
"""`<name>` or `<name>#<n>`: die at the n-th passing of the point; used by tests only."""

_passed: Counter[str] = Counter()


def crash_point(name: str) -> None:
    """Die by SIGKILL if the environment names this point; else do nothing."""
    wanted = os.environ.get(VARIABLE)
    if not wanted:
        return
    target, _, turn = wanted.partition("#")
    if target != name:
        return
    _passed[name] += 1
    if _passed[name] == int(turn or 1):
        os.kill(os.getpid(), signal.SIGKILL)
