"""The worker process as a test drives it: told to turn, killed, aged and started again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import update

from crmbridge.store import Ledger
from crmbridge.store.schema import lane, op
from crmbridge.testing.sandbox import Sandbox
from tests.stages.ledgers import ledger_at, url_of
from tests.stages.places import ROOT

WHILE_DOWN = 600.0
"""Seconds for which a killed worker stays away: longer than any lease or timeout."""
MOST_TURNS = 12


class Died(Exception):
    """The worker was killed at its crash point."""


class Worker:
    """One worker process after another on one ledger; `deaths` counts those that were killed."""

    def __init__(self, box: Sandbox, path: Path, **environ: str) -> None:
        self.path = path
        self.deaths = 0
        self._environ = {**os.environ, **box.environment("acme"), "PYTHONPATH": str(ROOT)} | environ
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.stages.worker", url_of(self.path), str(self.path.parent)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._environ,
            cwd=ROOT,
            text=True,
        )
        assert self._line() == "ready"

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if line:
            return line.strip()
        code = self._process.wait(timeout=30)
        if code == -signal.SIGKILL:
            raise Died
        raise AssertionError(f"the worker ended by itself, code {code}")

    def tell(self, command: str) -> dict[str, Any]:
        """Give one command and return its answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        return dict(json.loads(self._line()))

    def settle(self) -> None:
        """Make turns until nothing is written and nothing waits; a killed worker starts anew."""
        for _ in range(MOST_TURNS):
            try:
                made = self.tell("turn")
            except Died:
                self.deaths += 1
                self._close()
                age(self.path, WHILE_DOWN)
                self._start()
                continue
            assert not made["errors"], made["errors"]
            if not made["writes"] and not made["waiting"]:
                return
            if made["waiting"]:
                age(self.path, WHILE_DOWN)
        raise AssertionError("the worker does not come to rest")

    def stop(self) -> None:
        """End the process as a person would."""
        assert self._process.stdin is not None
        if not self._process.stdin.closed:
            self._process.stdin.close()
            self._process.wait(timeout=30)
        self._close()

    def _close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()


def age(ledger: Ledger | Path, seconds: float = WHILE_DOWN) -> None:
    """Let real time pass for a ledger: leases, waits and read-backs are that much older."""
    if isinstance(ledger, Path):
        with closing(ledger_at(ledger)) as opened:
            age(opened, seconds)
        return
    with ledger.write("test") as tx:
        tx.conn.execute(update(lane).values(lease_until=lane.c.lease_until - seconds))
        older = {one.name: one - seconds for one in (op.c.not_before, op.c.sent_at)}
        tx.conn.execute(update(op).values(older))
