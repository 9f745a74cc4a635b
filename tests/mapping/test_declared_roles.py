"""What a mapping reads from an object is held against what its connector declares."""

from __future__ import annotations

import pytest

from crmbridge.files import CompanyFiles
from crmbridge.mapping.schema import Mapping
from crmbridge.model.offer import Deletes, Feed, Object, Role, offered
from crmbridge.registry import connector, faults_of

ANY = Object(name="*", roles=frozenset(Role), feed=Feed.SNAPSHOT, deletes=Deletes.NONE)
FORM = Object(
    name="form:*", roles=frozenset({Role.TOUCH}), feed=Feed.SNAPSHOT, deletes=Deletes.NONE
)


def changed(mapping: Mapping, side: str, table: str, obj: str) -> Mapping:
    """A mapping in which one table of a side is read from another object."""
    data = mapping.model_dump(by_alias=True)
    at = data[side]
    for part in table.split("."):
        at = at[part]
    at["object"] = obj
    return Mapping.model_validate(data)


def test_the_first_that_fits_is_meant() -> None:
    assert offered((FORM, ANY), "form:a") is FORM
    assert offered((FORM, ANY), "deals") is ANY
    assert offered((FORM,), "deals") is None


@pytest.mark.parametrize(
    ("side", "table", "obj", "told"),
    [
        ("marketing", "lead", "owners", "owners cannot be read as person; it can be: rep"),
        ("marketing", "lead", "owner", "owner cannot be read as person; it can be: rep"),
        ("marketing", "rep", "form:1", "form:1 cannot be read as rep; it can be: touch"),
        ("marketing", "rep", "contacts", "contacts cannot be read as rep"),
        ("sales", "deal", "User", "User cannot be read as deal; it can be: rep"),
        ("sales", "rep", "Lead", "Lead cannot be read as rep"),
    ],
)
def test_an_object_in_a_role_that_it_cannot_have_is_a_fault(
    acme: CompanyFiles, side: str, table: str, obj: str, told: str
) -> None:
    faults = faults_of(changed(acme.mapping, side, table, obj))
    assert any(one.startswith(f"mapping.toml {side}.{table}: ") and told in one for one in faults)


def test_the_example_and_custom_objects_have_no_fault(acme: CompanyFiles) -> None:
    assert faults_of(acme.mapping) == []
    assert faults_of(changed(acme.mapping, "sales", "deal", "Own_Deal__c")) == []


@pytest.mark.parametrize("name", ["hubspot", "salesforce", "tables"])
def test_each_connector_declares_its_objects(name: str) -> None:
    objects = connector(name).info.objects
    assert objects
    assert all(one.roles for one in objects)
    assert objects[-1].name == "*"
