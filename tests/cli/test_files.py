"""A company's files: founded, checked, shown, and described for editors."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from crmbridge.files import NAMES, load, schema
from tests.stages.line import Desk, Line
from tests.stages.places import ROOT

Edit = Callable[[str, str, str], None]


def test_init_writes_a_company_that_is_valid_as_it_stands(bare: Line) -> None:
    said = bare.ok("init", "globex_2")
    assert "crmbridge validate globex_2 --online" in said.out
    assert "CRMBRIDGE_GLOBEX_2__SALES__" in said.out
    assert "nobody in sales has signed version 1" in bare.ok("validate", "globex_2").out
    config = Path(bare.env["CRMBRIDGE_CONFIG"])
    assert load(config, "globex_2").mapping.company == "globex_2"
    assert "`crmbridge validate globex_2`" in (config / "globex_2" / "agreement.toml").read_text()


def test_init_never_overwrites(bare: Line) -> None:
    before = bare.file("teams.toml").read_text()
    said = bare.run("init", "acme")
    assert said.code == 1
    assert "already" in said.err
    assert bare.file("teams.toml").read_text() == before


def test_init_refuses_a_name_that_is_none(bare: Line) -> None:
    for name in ("Globex", "../up", "a b", "x\n"):
        said = bare.run("init", name)
        assert (said.code, "company name" in said.err) == (1, True)


def test_init_tells_scripts_what_it_wrote(bare: Line) -> None:
    data = bare.json("init", "globex")
    assert [Path(one).name for one in data["files"]] == list(NAMES)
    assert data["next"]


def test_validate_says_all_faults_at_once_with_what_was_meant(bare: Line, edit: Edit) -> None:
    edit("mapping.toml", 'connector = "hubspot"', 'conector = "hubspot"')
    edit("agreement.toml", 'field      = "email"', 'field      = "emial"')
    said = bare.run("validate")
    assert said.code == 1
    assert "did you mean 'connector'?" in said.err
    said = bare.run("validate", "acme", "--json")
    assert said.code == 1
    assert said.err == ""
    assert said.data["ok"] is False
    assert any("conector" in one for one in said.data["faults"])


def test_validate_names_the_word_that_was_meant_in_an_agreement(bare: Line, edit: Edit) -> None:
    edit("agreement.toml", 'field      = "email"', 'field      = "emial"')
    said = bare.run("validate")
    assert said.code == 1
    assert "'emial'; did you mean 'email'?" in said.err


def test_validate_shows_a_file_that_is_no_toml(bare: Line) -> None:
    bare.file("teams.toml").write_text("company = \n")
    said = bare.run("validate")
    assert said.code == 1
    assert "teams.toml: this is not TOML" in said.err


def test_validate_names_a_company_that_was_meant(bare: Line) -> None:
    said = bare.run("validate", "acne")
    assert said.code == 1
    assert "did you mean 'acme'?" in said.err


def test_findings_count_in_the_exit_code_when_that_was_asked_for(bare: Line, edit: Edit) -> None:
    edit("teams.toml", "open_limit = 25", "open_limit = 600")
    assert "600 open leads" in bare.ok("validate").out
    assert bare.run("validate", "--detailed-exitcode").code == 2


def test_validate_online_is_well_where_the_vendors_have_all_fields(desk: Desk) -> None:
    assert desk.ok("validate", "--online").out == "All well.\n"


def test_validate_online_names_fields_that_the_vendor_lacks(desk: Desk, edit: Edit) -> None:
    edit("mapping.toml", '"jobtitle"', '"jobtitel"')
    edit("mapping.toml", 'Title"', 'Titel"')
    assert "did you mean 'jobtitle'?" in desk.ok("validate", "--online").out
    said = desk.run("validate", "--online", "--detailed-exitcode", "--json")
    assert said.code == 2
    assert {one["where"] for one in said.data["findings"]} >= {"mapping.toml marketing.lead"}


def test_validate_online_says_that_a_credential_is_missing(bare: Line) -> None:
    said = bare.run("validate", "--online")
    assert said.code == 1
    assert "CRMBRIDGE_ACME__MARKETING__ACCESS_TOKEN" in said.err or "ACCESS_TOKEN" in said.err


def test_validate_online_tells_a_system_that_lets_us_not_in(desk: Desk) -> None:
    desk.box.sales.config(refuse_login="invalid client")
    said = desk.run("validate", "--online")
    assert said.code == 1
    assert said.out.startswith("fault: sales: ")


def test_mapping_show_tells_where_each_line_comes_from(bare: Line) -> None:
    lines = {one["key"]: one for one in bare.json("mapping", "show")["lines"]}
    assert lines["marketing.lead.fields.first_name.field"] == {
        "key": "marketing.lead.fields.first_name.field",
        "value": "firstname",
        "origin": "mapping.toml",
    }
    assert lines["marketing.lead.fields.first_name.way"]["origin"] == "default"
    assert lines["marketing.lead.fields.email.way"]["origin"] == "mapping.toml"
    assert lines["tracks.timing"]["value"] == "Nurture: bad timing"
    text = bare.ok("mapping", "show", "acme").out
    assert 'sales.lead.status.types."Open - Not Contacted"' in text


def test_mapping_show_leaves_no_line_of_the_file_out(bare: Line) -> None:
    shown = {one["key"] for one in bare.json("mapping", "show")["lines"]}
    raw = tomllib.loads(bare.file("mapping.toml").read_text(encoding="utf-8"))
    assert {key for key in raw["sales"]["deal"]["reason"]["values"]} <= {
        one.removeprefix("sales.deal.reason.values.").strip('"') for one in shown
    }
    assert {f"authority.{word}" for word in raw["authority"]} <= shown


def test_schemas_are_printed_or_written_a_file_each(bare: Line, tmp_path: Path) -> None:
    assert set(bare.ok("schema").data) == set(NAMES)
    data = bare.json("schema", "--out", str(tmp_path / "schemas"))
    assert [Path(one).name for one in data["files"]] == [
        "mapping.schema.json",
        "agreement.schema.json",
        "teams.schema.json",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_the_published_schemas_are_current(name: str) -> None:
    path = ROOT / "docs" / "schemas" / f"{Path(name).stem}.schema.json"
    assert json.loads(path.read_text(encoding="utf-8")) == schema(name), (
        "run `crmbridge schema --out docs/schemas`"
    )


def test_what_is_found_is_shown_by_object_faults_first_and_counted(desk: Desk, edit: Edit) -> None:
    edit("mapping.toml", 'amount    = "Amount"', 'amount    = "Amout"')
    edit("mapping.toml", 'closed    = "CloseDate"', 'closed    = "ClosDate"')
    edit("mapping.toml", '"jobtitle"', '"jobtitel"')
    edit("mapping.toml", '"Nurture: general"', '"Nurture: genral"')
    said = desk.run("validate", "--online")
    assert said.code == 1
    shown = said.out.splitlines()
    assert shown[0] == "Salesforce Opportunity: 1 fault, 1 warning"
    assert shown[1].startswith("fault: mapping.toml sales.deal.amount: ")
    assert "Opportunity has no field 'Amout' that we can see; did you mean 'Amount'?" in shown[1]
    assert shown[2].startswith("look: mapping.toml sales.deal.closed: ")
    assert "HubSpot contacts: 1 warning" in shown
    assert "HubSpot lists: 1 warning" in shown
    assert said.out.splitlines()[-1] == "1 fault, 3 warnings in all."
    data = desk.run("validate", "--online", "--json").data
    assert data["ok"] is False
    (fault,) = [one for one in data["findings"] if one["fatal"]]
    assert fault["place"] == "mapping.toml sales.deal.amount"
    assert (fault["obj"], fault["field"], fault["system"], fault["side"]) == (
        "Opportunity",
        "Amout",
        "Salesforce",
        "sales",
    )


def test_nothing_is_read_or_written_with_a_mapping_that_loses_money(desk: Desk, edit: Edit) -> None:
    edit("mapping.toml", 'is_won    = "IsWon"', 'is_won    = "IsWonn"')
    for words in (("sync",), ("backfill", "--since", "2026-01-01")):
        said = desk.run(*words)
        assert said.code == 1
        assert "sales: 1 fault in the mapping" in said.err
        assert "did you mean 'IsWon'?" in said.err
    assert desk.json("status")["companies"][0]["stages"] == {}


def test_validate_finds_what_can_never_work_without_asking_a_system(bare: Line, edit: Edit) -> None:
    edit("mapping.toml", 'opted_out  = "HasOptedOutOfEmail"\nengagement', "engagement")
    said = bare.run("validate")
    assert said.code == 1
    assert "fault: mapping.toml sales.lead.fields.opted_out: there is no line" in said.out
