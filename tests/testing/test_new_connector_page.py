"""docs/new-connector.md names all that the core acts on, and words that choose tests."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from crmbridge import errors
from crmbridge.cli.connector.new import SQL
from crmbridge.kit.manifest.shape import ErrorShape
from crmbridge.model.offer import Role
from crmbridge.testing.begun import LIKE
from crmbridge.testing.contract import ConnectorContract
from tests.stages.places import ROOT

PAGE = (ROOT / "docs" / "new-connector.md").read_text(encoding="utf-8")
ROWS = {
    row[0].strip("` ")
    for row in re.findall(r"^\| ([^|]+)\|", PAGE, re.MULTILINE)
    for row in [row.split("|")]
}
LEAVE = ("Throttled", "Unavailable", "AuthFailed", "Refused", "NotSupported", "Unknown")


@pytest.mark.parametrize("cause", list(errors.RefusalCause))
def test_each_cause_is_said_with_what_comes_of_it(cause: errors.RefusalCause) -> None:
    assert cause.value in ROWS


@pytest.mark.parametrize("name", [*LEAVE, "CursorGone", "ConfigError"])
def test_each_error_that_leaves_a_connector_is_said(name: str) -> None:
    assert hasattr(errors, name)
    assert name in ROWS


def test_no_connector_error_is_left_out() -> None:
    kinds = [errors.ConnectorError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    ours = {one.__name__ for one in kinds if one.__module__ == errors.__name__}
    assert ours - {"ConnectorError"} <= ROWS


def test_each_kind_of_a_manifest_is_said() -> None:
    for kind in get_args(ErrorShape.model_fields["kind"].annotation):
        assert f"`{kind}`" in PAGE


def test_each_role_and_each_thing_to_begin_with_is_said() -> None:
    assert {one.value for one in Role} <= set(re.findall(r"`(\w+)`", PAGE))
    assert set(LIKE) <= ROWS
    assert SQL not in ROWS


def test_the_words_of_each_step_choose_some_tests() -> None:
    names = [name for name in dir(ConnectorContract) if name.startswith("test_")]
    steps = re.findall(r"\| `([a-z_ ]+ or [a-z_ ]+)` \|", PAGE)
    assert len(steps) >= 4
    for step in steps:
        for word in step.split(" or "):
            assert any(word in name for name in names), word
