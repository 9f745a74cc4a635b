"""Named points at which a test can kill this process as a power cut would."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

VARIABLE = "CRMBRIDGE_CRASH"
"""`<name>` or `<name>#<n>`: die at the n-th passing of the point; used by tests only."""

_passed: Counter[str] = Counter()


_watchers: list[Callable[[str], None]] = []


@contextmanager
def watched(by: Callable[[str], None]) -> Iterator[None]:
    """Tell somebody of every point that is passed meanwhile, in whatever thread; for test engines.

    At `…:begin` no transaction is open yet, at `…:before` it is about to commit, and at `…:after`
    it has.
    """
    _watchers.append(by)
    try:
        yield
    finally:
        _watchers.remove(by)


def crash_point(name: str) -> None:
    """Die by SIGKILL if the environment names this point; else do nothing."""
    for one in tuple(_watchers):
        one(name)
    wanted = os.environ.get(VARIABLE)
    if not wanted:
        return
    target, _, turn = wanted.partition("#")
    if target != name:
        return
    _passed[name] += 1
    if _passed[name] == int(turn or 1):
        os.kill(os.getpid(), signal.SIGKILL)
