"""Which systems a mapping names: their names, sides and homes, and what is refused."""

from __future__ import annotations

import copy
import tomllib
from typing import Any

import pytest
from pydantic import ValidationError

from crmbridge.agreement.problems import problems
from crmbridge.company import digest
from crmbridge.files import CompanyFiles, schema
from crmbridge.mapping.check import check_alone
from crmbridge.mapping.schema import Mapping
from crmbridge.model.side import MARKETING, SALES
from crmbridge.settings import strange_names
from tests.stages.places import ACME
from tests.systems.stage import WEBINARS, with_tables

FILE = tomllib.loads((ACME / "mapping.toml").read_text(encoding="utf-8"))
TOOL = tomllib.loads(WEBINARS)["webinars"]


def read(**tables: Any) -> Mapping:
    return Mapping.model_validate(copy.deepcopy(FILE) | tables)


def fault(**tables: Any) -> str:
    data = copy.deepcopy(FILE) | tables
    with pytest.raises(ValidationError) as caught:
        Mapping.model_validate(data)
    return "\n".join(problems(caught.value, data))


def test_a_file_for_two_reads_as_before() -> None:
    mapping = read()
    assert mapping.names == ("marketing", "sales")
    assert mapping.sides == {"marketing": MARKETING, "sales": SALES}
    assert (mapping.home(MARKETING), mapping.home(SALES)) == ("marketing", "sales")
    told = mapping.model_dump(mode="json", exclude={"limits"})
    assert "further" not in told
    assert not {"side", "home"} & told["marketing"].keys()
    assert digest(told) == digest(Mapping.model_validate(told).model_dump(exclude={"limits"}))


def test_a_table_with_a_connector_is_a_system_of_its_name() -> None:
    mapping = read(webinars=TOOL)
    assert mapping.names == ("marketing", "sales", "webinars")
    assert mapping.side_of("webinars") is MARKETING
    assert mapping.on(MARKETING) == ("marketing", "webinars")
    assert mapping.system("webinars").lead.object == "contacts"
    assert mapping.person("webinars", "contacts") is not None
    assert mapping.person("a system of before", "contacts") is None
    assert Mapping.model_validate(mapping.model_dump(mode="json")) == mapping


def test_a_system_may_be_the_home_of_its_side() -> None:
    mapping = read(webinars={**TOOL, "home": True})
    assert mapping.home(MARKETING) == "webinars"
    assert mapping.on(MARKETING) == ("webinars", "marketing")


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"tool": {k: v for k, v in TOOL.items() if k != "side"}}, "[tool] does not say where"),
        ({"tool": {**TOOL, "side": "markting"}}, "tool.side: it must be 'marketing' or 'sales'"),
        ({"pull": TOOL}, "'pull' is no name for a system"),
        ({"Tool": TOOL}, "'Tool' is no name for a system"),
        ({"two__words": TOOL}, "'two__words' is no name for a system"),
        ({"marketing": {**FILE["marketing"], "side": "sales"}}, "name says the other one"),
        ({"one": {**TOOL, "home": True}, "two": {**TOOL, "home": True}}, "marketing has one home"),
        ({"tool": {**TOOL, "evry": 3}}, "tool.evry: unknown key; did you mean 'every'?"),
        ({"trackz": {"connector": "hubspot"}}, "trackz: unknown key; did you mean 'tracks'?"),
    ],
)
def test_what_is_no_system_is_refused(tables: dict[str, Any], said: str) -> None:
    assert said in fault(**tables)


def test_a_result_is_written_to_the_home_alone(acme: CompanyFiles) -> None:
    line = {"field": "lifecyclestage", "way": "out"}
    lead = {**TOOL["lead"], "fields": {**TOOL["lead"]["fields"], "stage": line}}
    found = check_alone(with_tables(acme, webinars={**TOOL, "lead": lead}).mapping)
    (one,) = [one for one in found if one.line == "fields.stage"]
    assert one.fatal
    assert one.where == "mapping.toml webinars.lead"
    assert not [it for it in check_alone(with_tables(acme, webinars=TOOL).mapping) if it.fatal]


def test_an_editor_takes_further_systems() -> None:
    told = schema("mapping.toml")
    assert told["additionalProperties"] == {"$ref": "#/$defs/SystemMap"}
    assert "further" not in told["properties"]


def test_credentials_of_a_further_system_are_no_slip() -> None:
    given = {"CRMBRIDGE_ACME__MARKETING_EU__ACCESS_TOKEN": "", "CRMBRIDGE_ACME__SALES_2__X": ""}
    assert strange_names(given, ["acme"]) == []
    assert strange_names({"CRMBRIDGE_ACME__MARKETNG__X": ""}, ["acme"]) != []
