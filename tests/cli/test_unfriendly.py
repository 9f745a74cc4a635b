"""What people mistype ends in one clear sentence, and never in a fault of ours."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crmbridge.flows.held.answers import KINDS
from crmbridge.store.lease import writer_lease
from tests.stages.line import Desk, Line
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
        ('connector = "hubspot"', 'connector = "zoho"', "there are: hubspot, odoo"),
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


NAMES = {
    "CRMBRIDGE_ACME__MARKETNG__ACCESS_TOKEN": "CRMBRIDGE_ACME__MARKETING__ACCESS_TOKEN",
    "CRMBRIDGE_ACME__SALE__CLIENT_ID": "CRMBRIDGE_ACME__SALES__CLIENT_ID",
    "CRMBRIDGE_ACMEE__SALES__CLIENT_ID": "CRMBRIDGE_ACME__SALES__CLIENT_ID",
    "crmbridge_acme__message__FILE": "CRMBRIDGE_ACME__MESSAGES__FILE",
}


@pytest.mark.parametrize("slip", NAMES)
def test_a_mistyped_part_of_a_credentials_name_is_not_passed_over(bare: Line, slip: str) -> None:
    bare.env[slip] = "x"
    assert f"did you mean {NAMES[slip]}?" in clear(bare, "status")


@pytest.mark.parametrize("slip", ["BASEURL", "BASE_UR", "CLIENT_IDD", "MYDOMAIN"])
def test_a_mistyped_credential_is_not_passed_over(bare: Line, slip: str) -> None:
    bare.env |= {
        "CRMBRIDGE_ACME__MARKETING__ACCESS_TOKEN": "t",
        "CRMBRIDGE_ACME__SALES__MY_DOMAIN": "acme.my.salesforce.com",
        "CRMBRIDGE_ACME__SALES__CLIENT_ID": "c",
        "CRMBRIDGE_ACME__SALES__CLIENT_SECRET": "s3cret",
        f"CRMBRIDGE_ACME__SALES__{slip}": "http://127.0.0.1:1",
    }
    said = clear(bare, "sync")
    assert f"CRMBRIDGE_ACME__SALES__{slip}: no such setting" in said
    assert "s3cret" not in said


def test_another_folders_company_is_nobodys_slip(bare: Line) -> None:
    bare.env["CRMBRIDGE_NORTHWIND__SALES__CLIENT_ID"] = "c"
    said = bare.ok("status")
    assert "no such setting" not in said.out + said.err


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-03-02", "2026-03-01"),
        ("2026-03-02", "2026-03-02"),
        ("2026-03-02T10:00+01:00", "2026-03-02T09:00+01:00"),
        ("2026-03-02T10:00", "2026-03-02"),
    ],
)
def test_a_backfill_that_ends_before_it_begins_is_refused(
    desk: Desk, since: str, until: str
) -> None:
    said = clear(desk, "backfill", "--since", since, "--until", until)
    assert "--until" in said
    assert "is not after --since" in said
    with desk.ledger() as ledger, writer_lease(ledger):
        assert "is not after --since" in clear(desk, "backfill", "--since", since, "--until", until)


def test_a_backtest_that_ends_before_it_begins_is_refused(bare: Line) -> None:
    file = str(bare.file("agreement.toml"))
    days = ("--from", "2026-03-02", "--to", "2026-03-01")
    said = clear(bare, "agreement", "backtest", file, *days)
    assert "--from 2026-03-02 --to 2026-03-01 ends before it begins" in said


@pytest.mark.parametrize(
    ("name", "other", "said"),
    [
        ("Contact", "Lead", "both [lead] and [contact]"),
        ("Contact", "lead", "both [lead] and [contact]"),
    ],
)
def test_an_object_named_twice_is_refused_however_it_is_written(
    bare: Line, name: str, other: str, said: str
) -> None:
    path = bare.file("mapping.toml")
    text = path.read_text(encoding="utf-8")
    named = re.compile(rf'^(object +=) "{name}"', re.MULTILINE)
    path.write_text(named.sub(rf'\1 "{other}"', text, count=1), encoding="utf-8")
    for command in (("validate",), ("status",), ("mapping", "show")):
        assert said in clear(bare, *command)


def test_an_object_of_the_companys_own_is_written_in_one_way(bare: Line) -> None:
    touch = bare.file("mapping.toml").read_text("utf-8")
    start = touch.index("[sales.touch.campaigns]")
    table = touch[start : touch.index("\n[", start + 1)]
    for number, name in enumerate(("Visit__c", "visit__c")):
        more = table.replace("touch.campaigns", f"touch.visits{number}")
        touch += "\n" + re.sub('"CampaignMember"', f'"{name}"', more, count=1) + "\n"
    bare.file("mapping.toml").write_text(touch, encoding="utf-8")
    for command in (("validate",), ("status",)):
        assert "write it in one way" in clear(bare, *command)


@pytest.mark.parametrize("other", ["contact", "0-1", "Contacts", "contacts"])
def test_two_names_of_one_object_are_one_object(bare: Line, other: str) -> None:
    path = bare.file("mapping.toml")
    text = path.read_text(encoding="utf-8")
    table = f'\n[marketing.contact]\nobject = "{other}"\nkey = "crmbridge_id"\n'
    table += '[marketing.contact.fields]\nemail = { field = "email", way = "in" }\n'
    path.write_text(text + table, encoding="utf-8")
    for command in (("validate",), ("status",), ("sync",)):
        assert "both [lead] and [contact]" in clear(bare, *command)


@pytest.mark.parametrize("address", ["foo", "http://", "ftp://127.0.0.1", "http://a.example"])
def test_an_address_of_no_sense_is_said_with_its_variable(bare: Line, address: str) -> None:
    env = dict(bare.env)
    bare.env["CRMBRIDGE_CLOCK"] = address
    assert "CRMBRIDGE_CLOCK is " in clear(bare, "status")
    bare.env = env | {
        "CRMBRIDGE_ACME__MARKETING__ACCESS_TOKEN": "t",
        "CRMBRIDGE_ACME__MARKETING__BASE_URL": address,
        "CRMBRIDGE_ACME__SALES__MY_DOMAIN": "acme.my.salesforce.com",
        "CRMBRIDGE_ACME__SALES__CLIENT_ID": "c",
        "CRMBRIDGE_ACME__SALES__CLIENT_SECRET": "s",
    }
    assert "CRMBRIDGE_ACME__MARKETING__BASE_URL: " in clear(bare, "sync")


@pytest.mark.parametrize("port", ["-1", "65536", "99999", "65535"])
def test_a_port_that_there_is_none_of_is_named(bare: Line, port: str) -> None:
    assert f"--port {port}: " in clear(bare, "emulate", "hubspot", "salesforce", "--port", port)
