"""Reads the golden files, and makes each of their cases a test of its own.

The folder is `CRMBRIDGE_GOLDENS`, by default the `data` folder beside this file.
"""

import json
import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("CRMBRIDGE_GOLDENS") or Path(__file__).parent / "data")

LISTS = {
    "lifecycle_case": ("lifecycle.json", "cases"),
    "stages_case": ("stages.json", "cases"),
    "adopted_case": ("lifecycle_adopted.json", "cases"),
    "expansion_case": ("lifecycle_expansion.json", "cases"),
    "handed_on_case": ("lifecycle_handed_on.json", "cases"),
    "definition_case": ("definition.json", "cases"),
    "definition_operator": ("definition.json", "operators"),
    "definition_version": ("definition.json", "definitions"),
    "recycle_case": ("recycle.json", "cases"),
    "customer_case": ("recycle_expansion.json", "cases"),
    "people_policy": ("people_time_digest.json", "people_policy"),
    "iso_week": ("people_time_digest.json", "weeks"),
    "digest_case": ("people_time_digest.json", "digest.cases"),
    "scoring_case": ("scoring.json", "cases"),
    "scoring_curve": ("scoring.json", "curves"),
    "sla_case": ("sla_clock.json", "cases"),
    "spigot_case": ("spigot.json", "cases"),
    "row_case": ("spigot_handed_on.json", "cases"),
    "attribution_case": ("attribution_small.json", "cases"),
    "allocate_case": ("money.json", "allocate"),
    "fitted_case": ("attribution_data_driven_tiny.json", "cases"),
    "decay_flip": ("definition.json", "decay_flip"),
    "conversion": ("money.json", "convert"),
    "classification": ("reports.json", "classification"),
}


def load(name):
    path = FOLDER / name
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def entries(name, key):
    found = load(name)
    for part in key.split("."):
        found = found.get(part, {})
    if isinstance(found, dict):
        return [pytest.param(value, id=ident) for ident, value in found.items()]
    return [pytest.param(entry, id=label(n, entry)) for n, entry in enumerate(found)]


def label(n, entry):
    return entry["id"] if isinstance(entry, dict) and "id" in entry else f"{n:02}"


def pytest_generate_tests(metafunc):
    for fixture, (name, key) in LISTS.items():
        if fixture in metafunc.fixturenames:
            metafunc.parametrize(fixture, entries(name, key))


@pytest.fixture(scope="session")
def golden():
    return load
