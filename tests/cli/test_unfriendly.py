"""What people mistype ends in one clear sentence, and never in a fault of ours."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crmbridge.flows.held.answers import KINDS
from tests.stages.line import Line
from tests.test_docs import held_kinds, page

PLACES = {
    "missing": "no/such/folder/file",
    "folder": ".",
    "below_a_file": "mappings/acme/mapping.toml/file",
}
ASKED = {
    "schema": ("schema", "--out"),
    "apply": ("apply",),
    "test": ("agreement", "test"),
    "show": ("agreement", "show"),
    "approve": ("agreement", "approve", "--side", "sales", "--name", "X"),
    "diff": ("agreement", "diff", "1"),
    "backtest": ("agreement", "backtest"),
}


def clear(line: Line, *words: str) -> str:
    """A failure in words: one exit code, no traceback, no `fault of crmbridge`."""
    said = line.run(*words)
    assert said.code == 1, said.out
    assert "fault of crmbridge" not in said.err
    assert "unexpected" not in said.err
    assert said.err.strip()
    return said.err


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("command", ASKED)
def test_a_place_that_cannot_be_used_is_named(bare: Line, command: str, place: str) -> None:
    path = bare.home / PLACES[place]
    if (command, place) in {("schema", "missing"), ("schema", "folder")}:
        assert bare.run(*ASKED[command], str(path)).code == 0
        return
    assert str(path) in clear(bare, *ASKED[command], str(path))


@pytest.mark.parametrize("place", ["missing", "folder", "below_a_file"])
def test_a_plan_is_not_lost_without_a_word(bare: Line, place: str) -> None:
    bare.env |= {
        "CRMBRIDGE_ACME__MARKETING__ACCESS_TOKEN": "t",
        "CRMBRIDGE_ACME__SALES__MY_DOMAIN": "acme.my.salesforce.com",
        "CRMBRIDGE_ACME__SALES__CLIENT_ID": "c",
        "CRMBRIDGE_ACME__SALES__CLIENT_SECRET": "s",
    }
    path = bare.home / PLACES[place]
    assert str(path) in clear(bare, "plan", "--out", str(path))


@pytest.mark.parametrize("command", [("status",), ("run",), ("validate",)])
@pytest.mark.parametrize(
    ("name", "value"), [("LOG_LEVEL", "foo"), ("LOG_JSON", "perhaps"), ("LOG_LEVEL", "")]
)
def test_a_setting_of_no_sense_is_named(
    bare: Line, name: str, value: str, command: tuple[str, ...]
) -> None:
    bare.env[f"CRMBRIDGE_{name}"] = value
    assert f"CRMBRIDGE_{name}: " in clear(bare, *command)


@pytest.mark.parametrize("level", ["debug", "Info", "WARNING", "error", "critical"])
def test_a_level_may_be_written_large_or_small(bare: Line, level: str) -> None:
    bare.env["CRMBRIDGE_LOG_LEVEL"] = level
    assert "writes to its systems" in bare.ok("status").out


@pytest.mark.parametrize(
    ("slip", "meant"),
    [("CONFG", "CONFIG"), ("COMPANYS", "COMPANY"), ("LOGLEVEL", "LOG_LEVEL"), ("LEDGR", "LEDGER")],
)
def test_a_mistyped_setting_is_not_passed_over(bare: Line, slip: str, meant: str) -> None:
    bare.env[f"CRMBRIDGE_{slip}"] = "x"
    assert f"did you mean CRMBRIDGE_{meant}?" in clear(bare, "status")


def test_a_kind_of_held_work_that_there_is_none_of_is_refused(bare: Line) -> None:
    assert "there are: address_refused, address_taken" in clear(
        bare, "held", "list", "--kind", "foo"
    )
    assert "did you mean 'refused'?" in clear(bare, "held", "list", "--kind", "refusd")
    for kind in KINDS:
        bare.ok("held", "list", "--kind", kind)


def test_every_kind_that_the_flows_write_is_known() -> None:
    table = re.findall(r"^\| `([a-z_]+)` \|", page("howto", "handle-held-work.md"), re.MULTILINE)
    assert set(table) == KINDS >= set(held_kinds())


@pytest.mark.parametrize("command", [("sync",), ("plan",), ("validate", "--online")])
def test_all_missing_credentials_are_named_at_once_and_in_full(
    bare: Line, command: tuple[str, ...]
) -> None:
    said = clear(bare, *command)
    assert "CRMBRIDGE_ACME__MARKETING__ACCESS_TOKEN" in said
    assert "CRMBRIDGE_ACME__SALES__MY_DOMAIN" in said
    assert " ACCESS_TOKEN" not in said


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('connector = "hubspot"', 'connector = "hubspott"', "did you mean 'hubspot'?"),
        ('connector = "salesforce"', 'connector = "saleforce"', "did you mean 'salesforce'?"),
        ('connector = "hubspot"', 'connector = "pipedrive"', "there are: hubspot, salesforce"),
        ('connector = "hubspot"', 'connector = "salesforce"', "cannot be the marketing system"),
        ("lifecycle_backward = true", "lifecycle_backwards = true", "'lifecycle_backwards'"),
        ("lifecycle_backward = true", 'lifecycle_backward = "yes"', "'lifecycle_backward'"),
        ('version = "66.0"', 'verson = "66.0"', "verson"),
        ('version = "66.0"', "lookback_seconds = 1", "lookback_seconds"),
        ("[sales.limits]\ndaily", "[sales.limits]\ndayly", "limits"),
        ("[marketing.limits]\nten_secondly", "[marketing.limits]\nten_secondy", "limits"),
    ],
)
def test_a_connector_and_its_options_are_checked_without_a_vendor(
    bare: Line, before: str, after: str, said: str
) -> None:
    path: Path = bare.file("mapping.toml")
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    assert said in clear(bare, "validate")
