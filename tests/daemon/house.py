"""A config folder, a data folder, two emulators, and the daemon as a process over them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from crmbridge.company import Company, open_company
from crmbridge.files import load
from crmbridge.flows.operate.turn import arm
from crmbridge.settings import Settings
from crmbridge.testing.sandbox import Sandbox, sandbox
from tests.stages.ledgers import url_of
from tests.stages.places import ACME, ROOT, START
from tests.stages.postgres import wanted
from tests.stages.texts import change
from tests.stages.vendors import Vendors

CODE = """
import json, sys
from crmbridge.daemon import Pace, run
from crmbridge.settings import Settings
from crmbridge.web import serve
sys.exit(run(Settings(), sys.argv[2:], serve=serve, pace=Pace(**json.loads(sys.argv[1]))))
"""
PACE = {"outbox": 0.5, "watch": 0.3, "hint": 0.2, "lease": 5.0}


@dataclass
class Process:
    """A running daemon; its log is a file of JSON lines."""

    child: subprocess.Popen[bytes]
    log: Path

    def lines(self, event: str = "") -> list[dict[str, Any]]:
        found = []
        for text in self.log.read_text(encoding="utf-8").splitlines():
            line = json.loads(text) if text.startswith("{") else {"event": "raw", "text": text}
            if not event or line["event"] == event:
                found.append(line)
        return found

    def until(self, event: str, number: int = 1, **fields: Any) -> dict[str, Any]:
        """Wait for a log line; fail with the whole log when it does not come."""

        def found() -> list[dict[str, Any]]:
            return [
                one for one in self.lines(event) if all(one.get(k) == v for k, v in fields.items())
            ]

        wait(lambda: len(found()) >= number or self.child.poll() is not None, self.log)
        assert len(found()) >= number, self.log.read_text()
        return found()[number - 1]

    @property
    def url(self) -> str:
        return str(self.until("listening")["address"])

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.url + path, trust_env=False, timeout=10)

    def ready(self) -> None:
        """Wait until both systems were looked at."""
        wait(lambda: self.get("/readyz").status_code == 200, self.log)

    def signal(self, number: signal.Signals) -> None:
        self.child.send_signal(number)

    def end(self, timeout: float = 25.0) -> int:
        return self.child.wait(timeout)

    def stop(self) -> int:
        self.signal(signal.SIGTERM)
        return self.end()


@dataclass
class House(Vendors):
    """Everything that a daemon needs, in one folder."""

    box: Sandbox
    folder: Path
    processes: list[Process] = field(default_factory=list)
    ledger: dict[str, str] = field(default_factory=dict)
    """Where the ledger is, if not in the data folder."""

    @property
    def config(self) -> Path:
        return self.folder / "config"

    def environ(self, **more: str) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("CRMBRIDGE_")}
        return kept | {
            "PYTHONPATH": str(ROOT),
            "CRMBRIDGE_CONFIG": str(self.config),
            "CRMBRIDGE_DATA_DIR": str(self.folder / "data"),
            "CRMBRIDGE_LISTEN": "127.0.0.1:0",
            **self.ledger,
            **self.box.environment("acme"),
            **more,
        }

    def daemon(self, *, pace: dict[str, float] | None = None, **more: str) -> Process:
        log = self.folder / f"log-{len(self.processes)}.jsonl"
        with log.open("wb") as file:
            child = subprocess.Popen(
                [sys.executable, "-c", CODE, json.dumps(PACE | (pace or {}))],
                env=self.environ(**more),
                cwd=self.folder,
                stdout=file,
                stderr=file,
            )
        self.processes.append(Process(child, log))
        return self.processes[-1]

    @contextmanager
    def company(self, **more: str) -> Iterator[Company]:
        """The company in this process, beside the daemon, without its systems."""
        names = self.environ(**more)
        os.environ.update({k: v for k, v in names.items() if k.startswith("CRMBRIDGE_")})
        try:
            (self.folder / "data" / "acme").mkdir(parents=True, exist_ok=True)
            found = open_company(Settings(), "acme", connect=False)
        finally:
            for name in [one for one in os.environ if one.startswith("CRMBRIDGE_")]:
                del os.environ[name]
        try:
            yield found
        finally:
            found.close()

    def arm(self) -> None:
        with self.company() as company:
            arm(company)

    def edit(self, file: str, before: str, after: str) -> None:
        change(self.config / "acme" / file, before, after, times=-1)


def wait(true: Callable[[], bool], log: Path | None = None, seconds: float = 20.0) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise AssertionError(log.read_text() if log else "it never became so")
        time.sleep(0.03)


@contextmanager
def house(folder: Path) -> Iterator[House]:
    """Two emulators that stand at one instant, acme's files, and no ledger yet."""
    (folder / "data").mkdir()
    shutil.copytree(ACME, folder / "config" / "acme")
    files = load(folder / "config", "acme")
    with sandbox(files.mapping, files.teams, at=START) as box:
        made = House(box, folder)
        if wanted():
            made.ledger = {"CRMBRIDGE_LEDGER": url_of(folder / "data" / "ledger.db")}
        made.edit("mapping.toml", "every     = 30", "every     = 1")
        made.edit("mapping.toml", "every     = 60", "every     = 1")
        try:
            yield made
        finally:
            for one in made.processes:
                if one.child.poll() is None:
                    one.child.kill()
                one.child.wait()
