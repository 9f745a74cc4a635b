"""The command line as a test types it, with and without two emulated vendors behind it."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from crmbridge.cli import app
from crmbridge.files import load
from crmbridge.store import Ledger
from crmbridge.testing.sandbox import AMPLE, Sandbox, sandbox
from tests.stages.ledgers import ledger_at, url_of
from tests.stages.places import ACME, REASON, START
from tests.stages.postgres import wanted
from tests.stages.texts import change
from tests.stages.vendors import Vendors

NASTY = "\x1b[31mRed\x1b[0m [bold]x[/bold]"
QUOTAS = f"""
[marketing.limits]
ten_secondly = {AMPLE}
search_secondly = {AMPLE}
associations = {AMPLE}
daily = {AMPLE * 100}

[sales.limits]
daily = {AMPLE * 100}
"""


@contextmanager
def own_logging() -> Iterator[None]:
    """A command sends logging to the stderr of its run, which is gone after it."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


@dataclass
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


@dataclass
class Line:
    """A command line with an environment of its own."""

    home: Path
    env: dict[str, str] = field(default_factory=dict)

    def run(self, *words: str) -> Said:
        with own_logging():
            got = CliRunner().invoke(app, list(words), env=self.env)
        if got.exception is not None and not isinstance(got.exception, SystemExit):
            raise got.exception
        return Said(code=got.exit_code, out=got.stdout, err=got.stderr)

    def ok(self, *words: str) -> Said:
        said = self.run(*words)
        assert said.code == 0, said.err or said.out
        return said

    def json(self, *words: str) -> Any:
        return self.ok(*words, "--json").data

    def file(self, name: str) -> Path:
        return Path(self.env["CRMBRIDGE_CONFIG"]) / "acme" / name

    def edit(self, name: str, before: str, after: str) -> None:
        change(self.file(name), before, after)

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        ledger = ledger_at(_ledger_in(self.home))
        try:
            yield ledger
        finally:
            ledger.close()


@dataclass
class Desk(Line, Vendors):
    """The same with two vendors to talk to."""

    box: Sandbox = None  # type: ignore[assignment]

    def reject(self, email: str, reason: str) -> None:
        ident = self.lead(email)["Id"]
        self.box.sales.act("reject", id=ident, reason=reason, reason_field=REASON)

    def armed(self) -> None:
        """Read, plan and apply, as a person does the first time."""
        self.ok("sync")
        plan = str(self.home / "first.json")
        self.ok("plan", "--out", plan)
        self.ok("apply", plan)


def line_in(home: Path) -> Line:
    """A config folder with acme in it, whose quotas a test never reaches."""
    folder = home / "mappings"
    shutil.copytree(ACME, folder / "acme")
    with (folder / "acme" / "mapping.toml").open("a", encoding="utf-8") as file:
        file.write(QUOTAS)
    (home / "data").mkdir()
    env = {"CRMBRIDGE_CONFIG": str(folder), "CRMBRIDGE_DATA_DIR": str(home / "data")}
    if wanted():
        env["CRMBRIDGE_LEDGER"] = url_of(_ledger_in(home))
    return Line(home=home, env=env)


def _ledger_in(home: Path) -> Path:
    """Where the ledger is that is left to the settings."""
    (home / "data" / "acme").mkdir(exist_ok=True)
    return home / "data" / "acme" / "ledger.db"


@contextmanager
def opened(line: Line) -> Iterator[Desk]:
    """Put two vendors behind a line."""
    files = load(Path(line.env["CRMBRIDGE_CONFIG"]), "acme")
    with sandbox(files.mapping, files.teams, at=START) as box:
        yield Desk(home=line.home, env=line.env | box.environment("acme"), box=box)


def played(desk: Desk) -> None:
    """Jo is rejected, Al buys for 12,500.50 EUR, and Em only looks and has a nasty name."""
    company = {"company": "Buyer GmbH"}
    desk.contact("jo@buyer.example", firstname="Jo", lastname="Kern", **company)
    desk.contact("al@buyer.example", lastname="Lund", hs_analytics_source="PAID_SEARCH", **company)
    desk.contact("em@buyer.example", firstname=NASTY, lastname="Mohr", company="Mohr Pumpen")
    desk.form("jo@buyer.example")
    desk.form("al@buyer.example")
    desk.armed()
    desk.later(hours=3)
    desk.reject("jo@buyer.example", "Bad timing")
    al = desk.lead("al@buyer.example")["Id"]
    desk.box.sales.act("edit", object="Lead", id=al, fields={"Status": "Working - Contacted"})
    desk.later(minutes=5)
    desk.ok("sync")
    made = desk.box.sales.act("convert", id=al, opportunity={"Amount": 12500.5})
    desk.later(days=2)
    desk.ok("sync")
    desk.box.sales.act("close_deal", id=made["opportunityId"], won=True)
    desk.later(minutes=5)
    desk.ok("sync")
