"""A company in a temporary folder against both emulators, for the benchmarks to measure."""

from __future__ import annotations

import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from crmbridge import log
from crmbridge.agreement import Agreement, Teams
from crmbridge.company import Company, build
from crmbridge.files import CompanyFiles, example
from crmbridge.flows.operate.garbage import seldom
from crmbridge.flows.operate.turn import arm, turn
from crmbridge.mapping.schema import Mapping
from crmbridge.net.world_clock import WorldClock
from crmbridge.settings import credentials
from crmbridge.store import Ledger
from crmbridge.testing.emulator import Remote
from crmbridge.testing.sandbox import Sandbox, out_of_reach, sandbox, unhurried

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
FORM = "6a1f0c52-0d5e-4c6e-9a53-0b8f6f0a2d11"


@dataclass
class Bench:
    company: Company
    box: Sandbox

    def turn(self) -> None:
        made = turn(self.company, sleep=lambda _s: None)
        for error in made.errors.values():
            raise error

    def later(self, **delta: float) -> None:
        self.box.advance(timedelta(**delta))

    def calls(self) -> dict[str, Counter[str]]:
        """Calls since the last `forget`, by vendor and route."""
        return {"hubspot": _calls(self.box.marketing), "salesforce": _calls(self.box.sales)}

    def forget(self) -> None:
        self.box.marketing.empty_audit()
        self.box.sales.empty_audit()


def _calls(remote: Remote) -> Counter[str]:
    rows = [row for row in remote.audit() if "oauth2/token" not in row["path"]]
    return Counter(f"{row['method']} {row['route'] or row['path']}" for row in rows)


def files(open_limit: int = 100_000) -> CompanyFiles:
    raw = {name: tomllib.loads(text.decode()) for name, text in example()}
    # all leads are handed off in one pass, which a company's own limits are there to stop
    raw["mapping.toml"]["limits"] = out_of_reach()
    # no bars, hours or daily limits: what is measured here is the writing, not the spigot
    reps = [
        {"id": rep["id"], "email": rep["email"], "open_limit": open_limit}
        for team in raw["teams.toml"]["teams"]
        for rep in team["reps"]
    ]
    raw["teams.toml"]["teams"] = [{"id": "all", "reps": reps}]
    return CompanyFiles(
        folder=Path("acme"),
        mapping=unhurried(Mapping.model_validate(raw["mapping.toml"])),
        agreement=Agreement.model_validate(raw["agreement.toml"]),
        teams=Teams.model_validate(raw["teams.toml"]),
    )


@contextmanager
def bench(made: CompanyFiles | None = None) -> Iterator[Bench]:
    log.configure(level="WARNING")
    made = made or files()
    with (
        tempfile.TemporaryDirectory() as folder,
        sandbox(made.mapping, made.teams, at=START) as box,
    ):
        environ = box.environment("acme")
        company = build(
            made,
            Ledger.open(f"sqlite:///{folder}/ledger.db", "acme"),
            WorldClock(box.clock),
            lambda side: credentials("acme", side, environ=environ),
        )
        try:
            bench = Bench(company=company, box=box)
            bench.turn()
            arm(company)
            with seldom():
                yield bench
        finally:
            company.close()


def people(number: int, first: int = 0) -> list[dict[str, Any]]:
    return [
        {
            "properties": {
                "email": f"p{n}@buyer.example",
                "firstname": f"First{n}",
                "lastname": f"Last{n}",
                "company": f"Company {n % 997}",
                "jobtitle": "Head of Operations",
                "phone": f"+49 30 {n:07d}",
                "country": "Germany",
                "industry": "LOGISTICS",
                "numberofemployees": str(n % 400 + 5),
                "hs_analytics_source": "ORGANIC_SEARCH",
            }
        }
        for n in range(first, first + number)
    ]


WRITTEN = {
    "lifecyclestage": "lead",
    "career_level": "Head of department",
    "crmbridge_cycle": "1",
    "crmbridge_reason": "bad_timing",
    "crmbridge_track": "timing",
    "crmbridge_contact": "nurture",
    "crmbridge_outcome": "rejected",
    "crmbridge_trips": "1",
    "crmbridge_loops": "0",
    "crmbridge_returned_at": "2026-02-02T09:00:00Z",
    "crmbridge_cool_off_until": "2026-04-02T09:00:00Z",
    "crmbridge_waiting": "cool_off",
    "crmbridge_engagement": "12",
    "crmbridge_fit": "45",
    "crmbridge_grade": "C3",
    "crmbridge_rating": "cold",
    "crmbridge_definition": "v1:cbdfe8875d1e",
    "crmbridge_rep": "ann.becker@acme.example",
    "crmbridge_first_touch": "/guide",
    "crmbridge_last_touch": "/demo",
}
"""What else a contact holds whom another ledger handed over before."""


def filled(number: int, first: int = 0) -> list[dict[str, Any]]:
    """Contacts with 30 filled properties."""
    return [{"properties": one["properties"] | WRITTEN} for one in people(number, first)]


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
