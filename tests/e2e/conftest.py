"""A company at work against two emulated vendors, in one process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crmbridge.company import Company, build
from crmbridge.files import CompanyFiles, load
from crmbridge.flows.operate.turn import Turn, arm, turn
from crmbridge.net.world_clock import WorldClock
from crmbridge.settings import credentials
from crmbridge.store import Ledger
from crmbridge.testing.sandbox import Sandbox, always_open, sandbox, unhurried

ROOT = Path(__file__).resolve().parents[2]
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
FORM = "6a1f0c52-0d5e-4c6e-9a53-0b8f6f0a2d11"


@dataclass
class Play:
    """A company, its emulators, and short words for what people do."""

    company: Company
    box: Sandbox

    def turn(self, times: int = 1) -> Turn:
        for _ in range(times):
            made = turn(self.company, sleep=lambda _s: None)
        assert not made.errors, made.errors
        return made

    def later(self, **delta: float) -> None:
        self.box.advance(timedelta(**delta))

    def contact(self, email: str, **properties: Any) -> str:
        self.box.marketing.seed(contacts=[{"properties": {"email": email, **properties}}])
        return next(
            one["id"]
            for one in self.box.marketing.state("contacts")
            if one["properties"].get("email") == email
        )

    def form(self, email: str, page: str = "https://acme.example/demo") -> None:
        self.box.marketing.act(verb="submit_form", formId=FORM, email=email, pageUrl=page)

    def sf(self, obj: str = "Lead") -> list[dict[str, Any]]:
        return self.box.sales.state(obj)

    def lead(self, email: str) -> dict[str, Any]:
        (found,) = [one for one in self.sf() if (one.get("Email") or "").lower() == email]
        return found

    def person(self, email: str) -> dict[str, Any]:
        (found,) = [
            one
            for one in self.box.marketing.state("contacts")
            if one["properties"].get("email") == email and not one.get("archived")
        ]
        return dict(found["properties"]) | {"id": found["id"], "lists": found["lists"]}


@contextmanager
def opened(files: CompanyFiles, box: Sandbox, path: Path) -> Iterator[Company]:
    ledger = Ledger.open(f"sqlite:///{path}", files.mapping.company)
    environ = box.environment(files.mapping.company)
    company = build(
        files,
        ledger,
        WorldClock(box.clock),
        lambda side: credentials(files.mapping.company, side, environ=environ),
    )
    try:
        yield company
    finally:
        company.close()


@pytest.fixture
def acme() -> CompanyFiles:
    return ample(load(ROOT / "mappings", "acme"))


def ample(files: CompanyFiles) -> CompanyFiles:
    """The same company with a quota that months squeezed into seconds do not reach.

    Its reps work at any hour and no clock of a hand-off runs, so that a test says itself when
    hours or clocks matter.
    """
    agreement = files.agreement.model_copy(update={"sla": None})
    mapping, teams = unhurried(files.mapping), always_open(files.teams)
    return replace(files, mapping=mapping, teams=teams, agreement=agreement)


@pytest.fixture
def play(acme: CompanyFiles, tmp_path: Path) -> Iterator[Play]:
    with (
        sandbox(acme.mapping, acme.teams, at=START) as box,
        opened(acme, box, tmp_path / "ledger.db") as company,
    ):
        made = Play(company=company, box=box)
        made.turn()
        arm(company)
        yield made
