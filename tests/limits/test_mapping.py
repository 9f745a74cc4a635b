"""The table [limits] of mapping.toml, and what is wrong with it."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from crmbridge.mapping.effective import lines_of
from crmbridge.mapping.schema import LimitsMap
from crmbridge.mapping.schema import Mapping as MappingFile
from tests.stages.agreement import faults_of, raw
from tests.stages.places import ACME


def limits(text: str) -> LimitsMap:
    return LimitsMap.model_validate(tomllib.loads(text))


def faults(text: str) -> list[str]:
    data = raw("mapping.toml") | {"limits": tomllib.loads(text)}
    return faults_of(MappingFile, data)


def test_a_company_that_names_none_has_the_usual_ones() -> None:
    data = raw("mapping.toml")
    del data["limits"]
    found = MappingFile.model_validate(data).limits
    assert list(found.by_kind()) == [
        ("creates", 500, 2000),
        ("overwrites", 1000, 5000),
        ("clears", 100, 500),
        ("backward", 50, 200),
        ("enrolments", 500, 2000),
        ("owners", 100, 500),
    ]
    assert found.share == 20


def test_one_number_may_be_named_alone() -> None:
    assert (limits("creates = { pass = 30 }").creates.each, limits("").creates.day) == (30, 2000)
    assert limits("creates = { pass = 3000 }").creates.day == 3000
    assert limits("creates = { day = 100 }").creates.each == 100


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "creates = { pass = 0, day = 5 }",
            "limits.creates.pass: a limit is at least 1: to let nothing be written at all, run "
            "`crmbridge disarm` and leave the limit out",
        ),
        (
            "share = -1",
            "limits.share: a limit is at least 1: to let nothing be written at all, run "
            "`crmbridge disarm` and leave the limit out",
        ),
        (
            "clears = { pass = 20, day = 10 }",
            "limits.clears: a day's limit of 10 is below a pass's of 20, which could then never "
            "be reached: raise day, or lower pass",
        ),
        (
            'owners = { pass = "many" }',
            "limits.owners.pass: it must be a valid integer; write a whole number, without quotes",
        ),
        ("create = { pass = 3 }", "limits.create: unknown key; did you mean 'creates'?"),
        (
            "creates = { pas = 3 }",
            "limits.creates.pas: unknown key; did you mean 'pass'?",
        ),
        (
            "owners = 3",
            "limits.owners: write a table of two numbers: owners = { pass = 100, day = 500 }",
        ),
    ],
)
def test_a_wrong_limit_is_said(text: str, said: str) -> None:
    assert faults(text) == [said]


def test_a_share_is_of_a_hundred() -> None:
    (said,) = faults("share = 101")
    assert said.startswith("limits.share: ")


def test_the_limits_are_shown_as_they_take_effect() -> None:
    whole = (ACME / "mapping.toml").read_text("utf-8")
    text = whole[: whole.index("[limits]")] + "[limits]\ncreates = { pass = 30 }\n"
    data: dict[str, Any] = tomllib.loads(text)
    shown = {
        one.key: (one.value, one.origin)
        for one in lines_of(MappingFile.model_validate(data), text)
        if one.key.startswith("limits.")
    }
    assert shown["limits.creates.pass"] == (30, "mapping.toml")
    assert shown["limits.creates.day"] == (2000, "default")
    assert shown["limits.share"] == (20, "default")
