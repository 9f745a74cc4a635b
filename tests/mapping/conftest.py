"""The example company over two emulated vendors, and what a survey says of a changed mapping."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crmbridge.agreement import Teams
from crmbridge.clock import SystemClock
from crmbridge.company import Company, build
from crmbridge.files import load
from crmbridge.mapping.check import Finding
from crmbridge.mapping.schema import Mapping as MappingFile
from crmbridge.settings import credentials
from crmbridge.system import System
from crmbridge.testing.sandbox import Sandbox, sandbox, unhurried
from tests.stages.ledgers import ledger_at
from tests.stages.places import ACME, MAPPINGS

TEXT = (ACME / "mapping.toml").read_text(encoding="utf-8")
RAW: dict[str, Any] = tomllib.loads(TEXT)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sandbox, Company]]:
    given = load(MAPPINGS, "acme")
    files = replace(given, mapping=unhurried(given.mapping))
    with sandbox(files.mapping, files.teams, at=datetime(2026, 3, 2, 9, tzinfo=UTC)) as box:
        env = box.environment("acme")
        ledger = ledger_at(tmp_path_factory.mktemp("l") / "ledger.db")
        company = build(
            files, ledger, SystemClock(), lambda side: credentials("acme", side, environ=env)
        )
        yield box, company
        company.close()


def changed(company: Company, raw: Mapping[str, Any], teams: Teams | None = None) -> Company:
    """The company with another mapping over the same connectors."""
    mapping = MappingFile.model_validate(raw)
    systems = {
        side: System(
            side,
            spec,
            company.systems[side].connector,
            zone=ZoneInfo(mapping.zone),
            currency=mapping.currency,
        )
        for side, spec in mapping.systems()
    }
    return Company(
        name="acme",
        mapping=mapping,
        versions=company.versions,
        teams=teams or company.teams,
        ledger=company.ledger,
        clock=company.clock,
        systems=systems,
    )


def told(found: list[Finding]) -> list[str]:
    return [str(one) for one in found]
