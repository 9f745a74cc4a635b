"""Rules that say to which org of sales a lead goes: how they read, what is refused, who wins."""

from __future__ import annotations

import copy
import tomllib
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from pydantic import ValidationError

from crmbridge.agreement import Teams
from crmbridge.agreement.problems import problems
from crmbridge.files import CompanyFiles, schema
from crmbridge.mapping.goes_to import wrong_criteria
from crmbridge.mapping.schema import Mapping
from crmbridge.model.record import Value
from crmbridge.model.side import SALES
from crmbridge.policy.routing.goes_to import chosen
from tests.stages.places import ACME
from tests.systems.orgs import RULE, UMA, US, with_orgs

FILE = tomllib.loads((ACME / "mapping.toml").read_text(encoding="utf-8"))
ORG = {**FILE["sales"], "side": "sales"}
TOOL = {**FILE["marketing"], "side": "marketing"}
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def rule(**more: Any) -> dict[str, Any]:
    return {**copy.deepcopy(RULE), **more}


def read(*rules: dict[str, Any], **tables: Any) -> Mapping:
    data = {**copy.deepcopy(FILE), US: ORG, "goes_to": list(rules), **tables}
    return Mapping.model_validate(data)


def fault(*rules: dict[str, Any], **tables: Any) -> str:
    data = {**copy.deepcopy(FILE), US: ORG, "goes_to": list(rules), **tables}
    data = {name: one for name, one in data.items() if one is not None}
    with pytest.raises(ValidationError) as caught:
        Mapping.model_validate(data)
    return "\n".join(problems(caught.value, data))


def test_sales_may_have_several_systems_and_rules_among_them() -> None:
    mapping = read(RULE)
    assert mapping.on(SALES) == ("sales", US)
    (one,) = mapping.goes_to
    assert (one.id, one.system) == ("north america", US)
    assert Mapping.model_validate(mapping.model_dump(mode="json")) == mapping


def test_a_file_without_rules_says_nothing_of_them() -> None:
    assert "goes_to" not in read().model_dump(mode="json")


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ([rule(system="sales_uk")], "no system 'sales_uk'; did you mean 'sales_us'?"),
        ([rule(system="marketing")], "'marketing' stands on the side of marketing"),
        ([rule(), rule()], "2 rules of [[goes_to]] have the id 'north america'"),
        (
            [{"id": "all", "system": "sales"}, rule()],
            "'north america' is never reached: 'all' before it has no when",
        ),
        (
            [rule(when={"id": "c", "field": "contry", "op": "is_set"})],
            "'contry' is no fact that a system tells of a lead; did you mean 'country'?",
        ),
        (
            [rule(when={"id": "c", "field": "engagement", "op": "ge", "value": 3})],
            "'engagement' is no fact that a system tells of a lead",
        ),
        ([rule(wen=None)], "unknown key; did you mean 'when'?"),
        ([rule(when={"id": "c", "field": "country", "op": "eqals"})], "op"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(rules: list[dict[str, Any]], said: str) -> None:
    assert said in fault(*rules)


def test_rules_want_a_second_system_of_sales() -> None:
    assert "take the rules out" in fault(rule(system="sales"), **{US: None})


def test_an_operator_that_the_fact_does_not_have_is_refused() -> None:
    mapping = read(
        rule(when={"id": "size", "field": "employees", "op": "contains", "value": "5"}),
        rule(id="two", when={"id": "size", "field": "employees", "op": "ge", "value": "many"}),
        rule(id="three", when={"id": "unit", "field": "x_unit", "op": "eq", "value": "EMEA"}),
    )
    types = {"employees": "number"}
    assert [one.partition(": goes_to ")[2] for one in wrong_criteria(mapping.goes_to, types)] == [
        "'north america', criterion 'size': employees is number, which has no contains; it has "
        "between, eq, ge, gt, is_missing, is_set, le, lt, ne",
        "'two', criterion 'size': ge on employees takes a number, such as 35",
        "'three', criterion 'unit': unknown fact 'x_unit'; declare it under [fields] of "
        "agreement.toml",
    ]
    assert not list(wrong_criteria(mapping.goes_to[2:], {"x_unit": "text"}))


def test_an_editor_knows_the_rules() -> None:
    told = schema("mapping.toml")
    assert told["properties"]["goes_to"]["items"] == {"$ref": "#/$defs/GoesTo"}
    assert set(told["$defs"]["GoesTo"]["properties"]) == {"id", "system", "when"}


def findings(files: CompanyFiles) -> list[str]:
    return [one.text for one in files.findings() if "works there" in one.text]


def test_a_system_in_which_nobody_works_is_told(acme: CompanyFiles) -> None:
    (said,) = findings(with_orgs(acme, reps=False))
    assert said.startswith("teams.toml: leads go to sales_us by [[goes_to]] of mapping.toml")
    assert not findings(with_orgs(acme))
    assert not findings(acme)


def test_a_rep_names_the_system_in_which_they_work(acme: CompanyFiles) -> None:
    teams = acme.teams.model_dump(mode="json", by_alias=True, exclude_unset=True)
    assert "system" not in str(acme.teams.model_dump(mode="json"))
    one = {**UMA, "email": "", "user": "77"}
    teams["teams"].append({"id": "us", "reps": [one | {"system": US}]})
    teams["teams"][0]["reps"].append({**one, "id": "una"})  # another person with the same id
    assert Teams.model_validate(teams).rep("uma") is not None
    teams["teams"][0]["reps"].append({**one, "id": "ula"})
    with pytest.raises(ValidationError, match="una, ula have one and the same user"):
        Teams.model_validate(teams)


COUNTRIES = ("USA", "Canada", "Germany", "France", None)
SYSTEMS = ("sales", US, "sales_apac")


def made(rng: Random, n: int) -> dict[str, Any]:
    """A rule drawn by lot."""
    country = {"id": "c", "field": "country", "op": "in", "value": rng.sample(COUNTRIES[:4], 2)}
    size = {"id": "s", "field": "employees", "op": "ge", "value": rng.choice((10, 100, 1000))}
    tree = rng.choice(
        (country, size, {"op": "any", "of": [country, size]}, {"op": "all", "of": [country, size]})
    )
    return {"id": f"r{n}", "system": rng.choice(SYSTEMS), "when": tree}


def holds(tree: dict[str, Any], facts: dict[str, Value]) -> bool:
    """The rule written a second time: what is unknown fulfils nothing."""
    match tree:
        case {"op": "any", "of": of}:
            return any(holds(one, facts) for one in of)
        case {"op": "all", "of": of}:
            return all(holds(one, facts) for one in of)
        case {"field": "country", "value": some}:
            return facts["country"] in some
        case {"value": least}:
            size = facts["employees"]
            return isinstance(size, int) and size >= least
    raise AssertionError(tree)


@pytest.mark.parametrize("seed", range(40))
def test_the_first_rule_that_holds_says_where_a_lead_goes(seed: int) -> None:
    rng = Random(seed)
    drawn = [made(rng, n) for n in range(rng.randint(0, 5))]
    if rng.random() < 0.3:
        drawn.append({"id": "all", "system": rng.choice(SYSTEMS)})
    rules = read(*drawn, sales_apac=ORG).goes_to
    for _ in range(25):
        size = rng.choice((None, 5, 10, 500, 5000))
        facts: dict[str, Value] = {"country": rng.choice(COUNTRIES), "employees": size}
        found = chosen(rules, facts, {"country": "text", "employees": "number"}, NOW, UTC)
        ids = (one["id"] for one in drawn if "when" not in one or holds(one["when"], facts))
        assert (found.id if found else "") == next(ids, "")
