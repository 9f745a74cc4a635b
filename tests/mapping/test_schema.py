"""Mistakes in a mapping file: each is refused, and the text says what and where."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from pydantic import ValidationError

from crmbridge.mapping.schema import Mapping
from tests.stages.places import ACME


def acme() -> dict[str, Any]:
    """The worked example as data, to be spoilt."""
    return tomllib.loads((ACME / "mapping.toml").read_text(encoding="utf-8"))


def put(data: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Set one value of the file by its dotted path."""
    *homes, last = path.split(".")
    home = data
    for name in homes:
        home = home[name]
    home[last] = value
    return data


def test_the_worked_example_is_right() -> None:
    assert Mapping.model_validate(acme()).company == "acme"


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("fromat", 1, ("fromat",)),
        ("format", 2, ("format",)),
        ("company", "Acme Inc", ("company",)),
        ("zone", "Berlin", ("zone", "Europe/Berlin")),
        ("currency", "Euro", ("currency",)),
        ("authority.phone", "newest", ("authority", "phone", "latest")),
        ("sales.lead.fields.email", {"field": ""}, ("email", "field")),
        ("sales.lead.fields.email", {"field": "E", "via": "mail"}, ("email", "mail")),
        ("sales.lead.fields.phone", {"field": "P", "way": "inward"}, ("phone", "way")),
        ("sales.lead.fields.phone", {"field": "P", "wey": "in"}, ("phone", "wey")),
        ("sales.lead.fields.favourite", "Colour__c", ("favourite",)),
        ("sales.lead.fields.title", "Phone", ("Phone", "two of our fields")),
        ("sales.lead.fields.stage", {"field": "S", "way": "in"}, ("stage",)),
        (
            "sales.lead.fields.country",
            {"field": "C", "values": {"DEU": "DE", "GER": "DE"}},
            ("country", "way back"),
        ),
        ("sales.lead.status.types", {"New": "started"}, ("New", "open")),
        ("sales.every", 0, ("every",)),
        ("sales.lead", 5, ("lead",)),
    ],
)
def test_a_mistake_is_refused_with_what_and_where(
    path: str, value: Any, words: tuple[str, ...]
) -> None:
    with pytest.raises(ValidationError) as caught:
        Mapping.model_validate(put(acme(), path, value))
    assert all(word in str(caught.value) for word in words)
