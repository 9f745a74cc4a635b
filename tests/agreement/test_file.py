"""The agreement and the teams: their shape, their lints, and what a person is told."""

import tomllib

import pytest
from pydantic import ValidationError

from crmbridge.agreement import Agreement, Teams, fingerprint, problems
from crmbridge.agreement.lint.whole import lint
from crmbridge.agreement.versions.in_force import unsigned
from tests.stages.places import ACME


def raw(name):
    return tomllib.loads((ACME / name).read_text(encoding="utf-8"))


@pytest.fixture
def data():
    return raw("agreement.toml")


@pytest.fixture
def teams():
    return Teams.model_validate(raw("teams.toml"))


def told(shape, data):
    with pytest.raises(ValidationError) as caught:
        shape.model_validate(data)
    return problems(caught.value)


def findings(data, teams):
    return [(f.fatal, f.text) for f in lint(Agreement.model_validate(data), teams)]


def criterion(data, ident):
    for part in data["definition"]["of"]:
        for leaf in part.get("of", [part]):
            if leaf.get("id") == ident:
                return leaf
    raise LookupError(ident)


def test_the_worked_example_is_sound(data, teams):
    agreement = Agreement.model_validate(data)
    assert lint(agreement, teams) == []
    assert [rep.id for rep in teams.reps] == ["ann", "bob", "cat", "dev", "eva"]
    assert agreement.out_reasons >= {"no_fit", "spam"}


def test_the_examples_tracks_and_reasons_fit_its_mapping(data):
    mapping, agreement = raw("mapping.toml"), Agreement.model_validate(data)
    assert agreement.tracks | {"suppress"} == set(mapping["tracks"])
    told_by_sales = mapping["sales"]["lead"]["status"]["reason"]["values"].values()
    assert set(told_by_sales) <= agreement.reasons


def test_the_example_has_the_default_recycle_table(data):
    row = Agreement.model_validate(data).recycle.reasons["unresponsive"]
    assert (row.class_, row.cool_off_days, row.bar, row.max_loops) == ("returns", 45, 25, 2)


def test_an_unknown_key_is_an_error_with_the_nearest_known_one(data):
    data["stale"]["idle_day"] = 3
    data["recycle"]["reasons"]["other"]["max_loop"] = 3
    criterion(data, "email")["feild"] = "email"
    assert told(Agreement, data) == [
        "definition.of #2.feild: unknown key; did you mean 'field'?",
        "stale.idle_day: unknown key; did you mean 'idle_days'?",
        "recycle.reasons.other.max_loop: unknown key; did you mean 'max_loops'?",
    ]


def test_a_word_outside_a_fixed_choice_is_an_error_with_the_nearest_one(data):
    data["recycle"]["reasons"]["other"]["class"] = "return"
    (line,) = told(Agreement, data)
    assert line.startswith("recycle.reasons.other.class: 'return' is none of returns, fix_data")
    assert line.endswith("did you mean 'returns'?")


def test_what_is_missing_is_named(data):
    del data["version"]
    assert told(Agreement, data) == ["version: is missing"]


@pytest.mark.parametrize(
    ("key", "value", "word"),
    [
        ("zone", "Berlin", "time zone 'Berlin'"),
        ("company", "Acme Inc", "pattern"),
        ("version", 0, "greater than or equal to 1"),
        ("fields", {"seniority": "text"}, "pattern"),
    ],
)
def test_a_wrong_value_is_told_where_it_stands(data, key, value, word):
    (line,) = told(Agreement, data | {key: value})
    assert line.startswith(key)
    assert word in line


def test_criteria_have_ids_of_their_own(data):
    criterion(data, "email")["id"] = "permission"
    assert "two criteria of the definition have the id 'permission'" in told(Agreement, data)[0]


@pytest.mark.parametrize("k", [0, 3])
def test_at_least_needs_a_k_that_can_be_met(data, k):
    data["definition"]["of"][-1] |= {"op": "at_least", "k": k}
    assert "at_least needs k from 1 to 2" in told(Agreement, data)[0]


def test_a_return_without_a_cool_off_is_an_error(data):
    data["recycle"]["reasons"]["other"] = {"class": "returns", "track": "general"}
    assert "needs track and cool_off_days" in told(Agreement, data)[0]


def test_no_person_is_named_in_what_is_told():
    data = raw("teams.toml")
    data["teams"][0]["reps"][1]["email"] = data["teams"][0]["reps"][0]["email"].upper()
    (line,) = told(Teams, data)
    assert "reps ann, bob share an e-mail address" in line
    assert "@" not in line
    data["teams"][0]["reps"][1]["email"] = "Jane Roe"
    assert not any("Jane" in line for line in told(Teams, data))


@pytest.mark.parametrize(
    ("rep", "word"),
    [({"id": "ann"}, "two reps have the id 'ann'"), ({"open_limit": -1}, "greater than or equal")],
)
def test_a_rep_who_cannot_be_is_an_error(rep, word):
    data = raw("teams.toml")
    data["teams"][1]["reps"][0] |= rep
    assert word in told(Teams, data)[0]


def test_a_company_without_reps_is_an_error():
    assert "no rep" in told(Teams, {"company": "acme", "teams": [{"id": "t"}]})[0]


def test_reps_are_found_by_address_whatever_its_case(teams):
    assert teams.rep_by_email(" Ann.Becker@ACME.example ").id == "ann"
    assert teams.rep_by_email("nobody@acme.example") is None
    assert (teams.rep("bob").open_limit, teams.rep("zoe")) == (20, None)


@pytest.mark.parametrize(
    ("ident", "what"),
    [
        ("permission", "permission"),
        ("email", "a reachable address"),
        ("own_people", "no person of our own"),
        ("open_deal", "no open opportunity"),
    ],
)
def test_a_definition_without_a_hard_gate_is_refused(data, teams, ident, what):
    criterion(data, ident).update(field="touches", op="ge", value=1, fixed=False)
    assert any(fatal and f"nothing at its top demands {what}" in text
               for fatal, text in findings(data, teams))  # fmt: skip


def test_a_gate_that_points_the_wrong_way_is_none(data, teams):
    criterion(data, "permission")["op"] = "is_true"
    assert any("demands permission" in text for _, text in findings(data, teams))


def test_expansion_may_do_without_the_gate_on_open_deals(data, teams):
    criterion(data, "open_deal").update(field="touches", op="lt", value=1)
    assert findings(data | {"motion": "expansion"}, teams) == []


def test_an_unknown_fact_is_refused_with_the_nearest_one(data, teams):
    criterion(data, "engaged")["field"] = "engagment"
    ((fatal, text),) = findings(data, teams)
    assert fatal
    assert "unknown field 'engagment'; did you mean 'engagement'?" in text


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"op": "contains", "value": "x"}, "engagement is number, which has no contains"),
        ({"value": "much"}, "ge on engagement takes a number"),
        ({"op": "between", "value": [1]}, "takes a list of two values"),
        ({"field": "hand_raise_at", "op": "within_last", "value": 7}, "takes a length of time"),
        ({"field": "x_seniority", "op": "at_least", "value": "boss"}, "takes one of student"),
        ({"field": "customer", "op": "is_true", "value": True}, "takes no value"),
        ({"field": "country", "op": "in", "value": "DE"}, "takes a list of values"),
        ({"field": "hand_raise_at", "op": "after", "value": "soon"}, "takes a date or time"),
    ],
)
def test_an_operator_or_a_value_that_does_not_fit_is_refused(data, teams, change, word):
    criterion(data, "engaged").update(change)
    ((fatal, text),) = findings(data, teams)
    assert fatal
    assert word in text


def test_reasons_that_crmbridge_gives_itself_need_their_rows(data, teams):
    del data["recycle"]["reasons"]["stale_idle"]
    assert findings(data, teams)[0][0]
    assert "no row for 'stale_idle'" in findings(data, teams)[0][1]


def test_a_side_that_has_not_signed_is_mentioned(data):
    data["signed"] = data["signed"][:1]
    (finding,) = unsigned(Agreement.model_validate(data))
    assert not finding.fatal
    assert "nobody of sales has signed version 1" in finding.text
    assert "crmbridge agreement approve --side sales" in finding.text


def test_teams_that_can_take_nothing_are_mentioned(data):
    teams = raw("teams.toml")
    for team in teams["teams"]:
        for rep in team["reps"]:
            rep["on"] = False
    ((fatal, text),) = findings(data, Teams.model_validate(teams))
    assert not fatal
    assert "every lead will wait" in text


def test_the_fingerprint_covers_what_is_agreed_and_not_who_signed(data):
    agreed = fingerprint(Agreement.model_validate(data))
    assert fingerprint(Agreement.model_validate(data | {"signed": []})) == agreed
    data["stale"]["idle_days"] = 15
    assert fingerprint(Agreement.model_validate(data)) != agreed
