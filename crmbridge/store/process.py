"""Which process holds a lane: a name that tells later whether that process is dead."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from pathlib import Path
from uuid import uuid4

from crmbridge.store.writer import this_host

_MARK = "@"


@cache
def this_worker() -> str:
    """Return the name of this process to the lanes: a restarted one is another."""
    return worker(os.getpid())


def worker(pid: int) -> str:
    """Return a new name for a process of this host."""
    return _MARK.join((uuid4().hex, str(pid), _started(pid), this_host()))


def is_dead(name: str) -> bool:
    """Whether the process of that name is known to have ended.

    Only a process of this host (and of this pid namespace) can be known to be dead. One that was
    frozen is alive: its lease has to end.
    """
    parts = name.split(_MARK, 3)
    if len(parts) != 4 or parts[3] != this_host() or not parts[1].isdigit():
        return False
    pid = int(parts[1])
    if pid == os.getpid():
        return _started(pid) != parts[2]
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    # the same number may be another process by now
    return _started(pid) != parts[2]


def _started(pid: int) -> str:
    """Return when a process began, in the kernel's own ticks; empty where that is not told."""
    with suppress(OSError, IndexError):
        # the name in brackets may hold anything, so count from behind it
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        state, *rest = stat.rpartition(")")[2].split()
        return "" if state in "ZX" else rest[18]
    return ""
