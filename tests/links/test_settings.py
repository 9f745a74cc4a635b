"""The address that people reach crmbridge by, as a setting."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from crmbridge.settings import Settings, strange_names
from tests.stages.line import Line


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("", ""),
        ("https://crm.example", "https://crm.example"),
        ("https://crm.example/", "https://crm.example"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("https://CRM.example/our/bridge/", "https://crm.example/our/bridge"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_an_address_has_one_spelling(given: str, kept: str) -> None:
    assert Settings(url=given).url == kept


@pytest.mark.parametrize(
    "odd",
    [
        "crm.example",
        "ftp://crm.example",
        "javascript:alert(1)",
        "https://",
        "https://user:pw@crm.example",
        "https://crm.example?a=1",
        "https://crm.example#x",
        "https://crm.example?",
        "https://crm.example:0",
        "https://crm.example:99999",
        "https://crm.example:x",
        "https://crm.example/a b",
        "https://crm.example/<script>",
        "https://crm .example",
        "https://crm.example\n",
        "https://-.example-",
        "https://crm.example//two",
    ],
)
def test_what_is_no_address_is_refused(odd: str) -> None:
    with pytest.raises(ValidationError):
        Settings(url=odd)


def test_the_address_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRMBRIDGE_URL", "https://crm.example/")
    assert Settings().url == "https://crm.example"


def test_a_slip_of_the_keyboard_is_told() -> None:
    assert strange_names({"CRMBRIDGE_URL": "", "CRMBRIDGE_VIEW_TOKEN": ""}) == []
    assert strange_names({"CRMBRIDGE_VIEW_TOKN": ""}) == [
        "CRMBRIDGE_VIEW_TOKN: no such setting; did you mean CRMBRIDGE_VIEW_TOKEN?"
    ]


def test_status_says_why_no_links_are_made(bare: Line) -> None:
    assert "no links are made for people: CRMBRIDGE_URL is not set" in bare.ok("status").out
    bare.env["CRMBRIDGE_URL"] = "https://crm.example"
    assert "no links" not in bare.ok("status").out
    assert bare.json("status")["companies"][0]["no_links"] == ""
    key = next(Path(bare.env["CRMBRIDGE_DATA_DIR"]).rglob("links.key"))
    key.chmod(0o644)
    assert "links.key, the key that signs links, may be read by others" in bare.ok("status").out
