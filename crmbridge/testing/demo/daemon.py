"""The daemon as a process of its own, and how the play waits until it has seen everything."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from select import select

from sqlalchemy import func
from sqlalchemy import select as query

import crmbridge
from crmbridge.errors import CrmBridgeError
from crmbridge.flows.alert.bundle import WAITING
from crmbridge.mapping.schema import Mapping as MappingFile
from crmbridge.store import Ledger, cursors
from crmbridge.store.schema import is_open, op
from crmbridge.store.states import State
from crmbridge.store.table import Tx

LONGEST = 120.0
"""Seconds that the daemon may take for a part of a day of the world."""
ASKS = 20
"""Times that the play asks for one part of a day; a failed call is tried again with the next."""


class DaemonFailed(CrmBridgeError):
    """The daemon ended, or did not keep up; the text has the end of its log."""


@dataclass(slots=True)
class Daemon:
    """A running daemon. `objects` are the vendor objects that each look reads: (side, object)."""

    process: subprocess.Popen[str]
    ledger: Ledger
    log: Path
    objects: frozenset[tuple[str, str]]

    def wait(self, at: datetime) -> None:
        """Return once the daemon has looked at both sides since `at` and owes nothing.

        Raises:
            DaemonFailed: it ended, took longer than two minutes, or leaves work undone.
        """
        for _ in range(ASKS):
            if not self._asked():
                break
            if self._done(at):
                return
        raise DaemonFailed(self._complaint(at))

    def _asked(self) -> bool:
        """Say that there is news, and wait for the end of all that follows; whether it came."""
        given, said = self.process.stdin, self.process.stdout
        if given is None or said is None:
            return False
        try:
            given.write("news\n")
            given.flush()
        except BrokenPipeError:
            return False
        ready, _, _ = select([said], [], [], LONGEST)
        return bool(ready) and said.readline() != ""

    def _done(self, at: datetime) -> bool:
        with self.ledger.read() as tx:
            seen = {
                (one.system, one.obj)
                for one in cursors.all_cursors(tx)
                if one.name == "changes" and one.updated_at >= at
            }
            return self.objects <= seen and not cursors.due_count(tx, at) and not _owes(tx)

    def _complaint(self, at: datetime) -> str:
        code = self.process.poll()
        what = f"ended with code {code}" if code is not None else "does not keep up"
        tail = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
        return "\n".join([f"the daemon {what} at {at:%d %B}; the end of its log:", *tail])


def _owes(tx: Tx) -> bool:
    """Whether anything is to leave by now; what waits for the end of its hour is not."""
    later = op.c.system.in_(WAITING)
    where = (op.c.company == tx.company, is_open(), op.c.state != State.HELD, ~later)
    return bool(tx.conn.execute(query(func.count()).select_from(op).where(*where)).scalar_one())


def objects_of(mapping: MappingFile) -> frozenset[tuple[str, str]]:
    """The vendor objects that every look reads; users are read more seldom."""
    found: set[tuple[str, str]] = set()
    for side, system in mapping.systems():
        found |= {(side, one.object) for one in system.people}
        found |= {(side, one.object) for one in system.touch.values()}
        found |= {(side, one.object) for one in system.activity.values()}
        found |= {(side, one.object) for one in (system.deal, system.role) if one is not None}
    return frozenset(found)


@contextmanager
def daemon(
    ledger: Ledger, mapping: MappingFile, environ: Mapping[str, str], log: Path
) -> Iterator[Daemon]:
    """Start the daemon, and end it at the end."""
    home = str(Path(crmbridge.__file__).resolve().parent.parent)
    path = os.pathsep.join(filter(None, (home, os.environ.get("PYTHONPATH", ""))))
    with log.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(  # our own module, our own Python
            [sys.executable, "-m", "crmbridge.testing.demo.worker"],
            env={**_plain_environment(), **environ, "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=file,
            text=True,
        )
    try:
        yield Daemon(process, ledger, log, objects_of(mapping))
    finally:
        end(process)


def _plain_environment() -> dict[str, str]:
    """This process's variables without settings of ours, which are for another company."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith("CRMBRIDGE_")
    }


def end(process: subprocess.Popen[str]) -> None:
    """End a process by its id: kindly, then not."""
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=5)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
