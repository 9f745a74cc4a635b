"""Nothing in crmbridge names a vendor: what differs between vendors is a connector's to say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crmbridge.registry import connector, names
from tests.stages.places import ROOT

SHORT = {"hubspot": r"hubapi", "salesforce": r"sfdc|sforce|simple_salesforce"}
"""What else a vendor goes by in headers, hosts and libraries."""
PLAIN = frozenset({"tables"})
"""Connectors whose name is an English word, and no vendor's."""
VENDORS = sorted(set(names()) - PLAIN)


def _named(vendor: str) -> re.Pattern[str]:
    title = re.escape(connector(vendor).info.title)
    known = filter(None, (re.escape(vendor), title, SHORT.get(vendor, "")))
    return re.compile("|".join(known), re.IGNORECASE)


def _texts() -> list[Path]:
    """The files that travel with the package, but for the worked example and what Python makes."""
    home = ROOT / "crmbridge"
    files = (one for one in sorted(home.rglob("*")) if one.is_file() and one.suffix != ".pyc")
    return [one for one in files if one.relative_to(home).parts[0] != "examples"]


def test_there_are_vendors_to_look_for() -> None:
    assert {"hubspot", "salesforce"} <= set(VENDORS)


@pytest.mark.parametrize("vendor", VENDORS)
def test_no_file_of_crmbridge_names_a_vendor(vendor: str) -> None:
    pattern = _named(vendor)
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in _texts()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("vendor", VENDORS)
def test_no_file_of_crmbridge_is_named_after_a_vendor(vendor: str) -> None:
    pattern = _named(vendor)
    found = [path for path in (ROOT / "crmbridge").rglob("*") if pattern.search(path.name)]
    assert found == []
