"""The agreement as a file: its shape, its fingerprint, and what a person is told of it."""

import pytest

from crmbridge.agreement import Agreement, Teams, fingerprint
from crmbridge.agreement.lint.whole import lint
from crmbridge.agreement.versions.in_force import unsigned
from tests.stages.agreement import faults_of, leaf, raw


def test_the_worked_example_is_sound(agreed):
    teams = Teams.model_validate(raw("teams.toml"))
    agreement = Agreement.model_validate(agreed)
    assert lint(agreement, teams) == []
    assert [rep.id for rep in teams.reps] == ["ann", "bob", "cat", "dev", "eva"]
    assert agreement.out_reasons >= {"no_fit", "spam"}


def test_the_examples_tracks_and_reasons_fit_its_mapping(agreed):
    mapping, agreement = raw("mapping.toml"), Agreement.model_validate(agreed)
    assert agreement.tracks | {"suppress"} == set(mapping["tracks"])
    told_by_sales = mapping["sales"]["lead"]["status"]["reason"]["values"].values()
    assert set(told_by_sales) <= agreement.reasons


def test_an_unknown_key_is_an_error_with_the_nearest_known_one(agreed):
    agreed["stale"]["idle_day"] = 3
    agreed["recycle"]["reasons"]["other"]["max_loop"] = 3
    leaf(agreed, "email")["feild"] = "email"
    assert faults_of(Agreement, agreed) == [
        "definition.of #2.feild: unknown key; did you mean 'field'?",
        "stale.idle_day: unknown key; did you mean 'idle_days'?",
        "recycle.reasons.other.max_loop: unknown key; did you mean 'max_loops'?",
    ]


def test_a_word_outside_a_fixed_choice_is_an_error_with_the_nearest_one(agreed):
    agreed["recycle"]["reasons"]["other"]["class"] = "return"
    (line,) = faults_of(Agreement, agreed)
    assert line.startswith("recycle.reasons.other.class: 'return' is none of returns, fix_data")
    assert line.endswith("did you mean 'returns'?")


def test_what_is_missing_is_named(agreed):
    del agreed["version"]
    assert faults_of(Agreement, agreed) == ["version: is missing"]


@pytest.mark.parametrize(
    ("key", "value", "word"),
    [
        ("zone", "Berlin", "time zone 'Berlin'"),
        ("company", "Acme Inc", "pattern"),
        ("version", 0, "greater than or equal to 1"),
        ("fields", {"seniority": "text"}, "pattern"),
    ],
)
def test_a_wrong_value_is_told_where_it_stands(agreed, key, value, word):
    (line,) = faults_of(Agreement, agreed | {key: value})
    assert line.startswith(key)
    assert word in line


def test_a_side_that_has_not_signed_is_mentioned(agreed):
    agreed["signed"] = agreed["signed"][:1]
    (finding,) = unsigned(Agreement.model_validate(agreed))
    assert not finding.fatal
    assert "nobody in sales has signed version 1" in finding.text
    assert "crmbridge agreement approve --side sales" in finding.text


def test_the_fingerprint_covers_what_is_agreed_and_not_who_signed(agreed):
    hashed = fingerprint(Agreement.model_validate(agreed))
    assert fingerprint(Agreement.model_validate(agreed | {"signed": []})) == hashed
    agreed["stale"]["idle_days"] = 15
    assert fingerprint(Agreement.model_validate(agreed)) != hashed
