"""Placeholders of a manifest's calls."""

from __future__ import annotations

from typing import Any

import pytest

from crmbridge.kit.manifest.template import ABSENT, fill, path, placeholders, text

NAMES = {"id": 7, "ids": [7, 8], "flag": True, "name": "a/b c", "nothing": None}


@pytest.mark.parametrize(
    ("template", "made"),
    [
        ("{id}", 7),
        ("no. {id}", "no. 7"),
        ("{ids}", [7, 8]),
        ("{ids,}", "7,8"),
        ("is {flag}", "is true"),
        ("{nothing}", None),
        ("plain", "plain"),
        (3, 3),
        (["{ids...}", "x"], [7, 8, "x"]),
        ({"a": "{id}", "b": "{gone}"}, {"a": 7}),
        ([["id", ">", "{gone}"], ["id", "<", "{id}"]], [["id", "<", 7]]),
        ([{"each": "ids", "make": ["x", "{it}"]}], [["x", 7], ["x", 8]]),
        ({"a": {"b": ["{id}"]}}, {"a": {"b": [7]}}),
    ],
)
def test_a_template_is_filled(template: Any, made: Any) -> None:
    assert fill(template, NAMES) == made


@pytest.mark.parametrize("template", ["{gone}", "x {gone}", ["{gone}", "x"], "{gone...}"])
def test_what_names_a_value_that_is_not_there_is_left_out(template: Any) -> None:
    assert fill(template, NAMES) is ABSENT


def test_a_value_cannot_lead_a_path_elsewhere() -> None:
    assert path("/people/{name}/x", NAMES) == "/people/a%2Fb%20c/x"


def test_a_text_without_its_value_is_an_error_that_names_it() -> None:
    with pytest.raises(LookupError, match="no value for gone"):
        text("https://{gone}.example", NAMES)


def test_all_placeholders_of_a_template_are_found() -> None:
    made = {"a": ["{x}", {"each": "values", "make": ["{it}", "{y,}"]}], "b": "{z...}"}
    assert list(placeholders(made)) == ["x", "values", "y", "z"]
