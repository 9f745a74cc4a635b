"""A HubSpot object is one, whatever name or type id a mapping calls it by."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from connectors.hubspot import HubSpot
from connectors.hubspot.reads import stamp_property
from crmbridge.testing.emulator.vendor import Request, Response
from tests.contract.scripted import scripted
from tests.hubspot.account import NOW, HubSpotAccount, opened

ALIASES = {
    "contacts": ("contacts", "contact", "0-1", "Contacts", "CONTACT"),
    "companies": ("companies", "company", "0-2"),
    "deals": ("deals", "deal", "0-3"),
    "tickets": ("ticket", "0-5"),
    "tasks": ("tasks", "task", "0-27"),
    "notes": ("note", "0-46"),
    "meetings": ("meeting", "0-47"),
    "calls": ("call", "0-48"),
    "emails": ("email", "0-49"),
    "leads": ("lead", "0-136"),
    "line_items": ("line_item", "0-8"),
}
PAIRS = [(name, alias) for name, others in ALIASES.items() for alias in others]
LIVE = ("contacts", "companies", "deals", "tasks", "notes")


@pytest.fixture(scope="module")
def portal() -> Iterator[HubSpotAccount]:
    with opened() as account:
        yield account


@pytest.mark.parametrize(("name", "alias"), PAIRS)
def test_each_alias_has_the_canonical_name_as_object_and_in_associations(
    name: str, alias: str
) -> None:
    assert HubSpot.canonical(alias) == name
    assert HubSpot.canonical(f"associations.{alias}") == f"associations.{name}"


@pytest.mark.parametrize("name", ["p123_contacts", "p_deals", "2-456", "form:contact", "firstname"])
def test_custom_objects_and_other_names_are_left_alone(name: str) -> None:
    assert HubSpot.canonical(name) == name


@pytest.mark.parametrize(("name", "alias"), PAIRS)
def test_the_change_stamp_is_that_of_the_object_not_of_its_name(name: str, alias: str) -> None:
    wanted = "lastmodifieddate" if name == "contacts" else "hs_lastmodifieddate"
    assert stamp_property(alias) == wanted


@pytest.mark.parametrize(("name", "alias"), [pair for pair in PAIRS if pair[0] in LIVE])
def test_a_change_is_read_under_every_name_of_an_object(
    portal: HubSpotAccount, name: str, alias: str
) -> None:
    remote = portal.remote
    made = remote.act(verb="create", object=name, properties=_named(name, alias))["id"]
    remote.clock(advance=60)
    before = int((NOW - timedelta(days=1)).timestamp() * 1000)
    cursor = json.dumps({"v": 1, "mode": "search", "hi": before, "run": 0, "last": ""})
    connector = portal.connect()
    found = [one for page in connector.read(alias, [], cursor) for one in page.records]
    looked = connector.find(alias, "id", [made], [])
    described = connector.describe(alias)
    remote.act(verb="archive", object=name, id=made)
    gone = [one for page in connector.read_deleted(alias, None) for one in page.records]
    connector.close()
    assert made in {one.id for one in found}
    assert {one.obj for one in (*found, *looked, *gone)} == {name}
    assert [one.id for one in looked] == [made]
    assert made in {one.id for one in gone}
    assert {"associations.contacts", "associations.deals"} <= {one.name for one in described}


def _named(name: str, alias: str) -> dict[str, str]:
    if name == "contacts":
        return {"email": f"{alias.replace('-', '')}@x.example"}
    return {"deals": {"dealname": alias, "dealstage": "appointmentscheduled"}}.get(name, {})


@pytest.mark.parametrize("alias", ALIASES["contacts"])
def test_merged_contacts_are_told_under_every_name(alias: str) -> None:
    def answer(request: Request) -> Response:
        props = {"hs_merged_object_ids": "7", "hs_calculated_merged_vids": "8:1700000000000"}
        return Response(body={"total": 1, "results": [{"id": "9", "properties": props}]})

    with scripted(answer) as (connector, vendor):
        (page,) = connector.read(alias, ["email"], None)
    assert set(page.records[0].absorbed) == {"7", "8"}
    assert "hs_calculated_merged_vids" in vendor.requests[0].one("properties")


FIELDS = [
    ([("0-1", "111"), ("0-2", "999")], "111", "999"),
    ([("0-2", "999"), ("0-1", "111")], "111", "999"),
    ([("contact", "111"), ("COMPANY", "999")], "111", "999"),
    ([("", "111"), ("0-2", "999")], "111", "999"),
    ([("0-2", "999")], None, "999"),
    ([("0-1", "1"), ("0-1", "2")], "1;2", None),
]


@pytest.mark.parametrize(("given", "contact", "company"), FIELDS)
def test_a_form_field_of_the_company_is_not_the_contacts(
    given: list[tuple[str, str]], contact: str | None, company: str | None
) -> None:
    values = [{"name": "phone", "value": v, "objectTypeId": kind} for kind, v in given]
    row = {"conversionId": "k", "submittedAt": 1_700_000_000_000, "values": values}
    with scripted(lambda _: Response(body={"results": [row]})) as (connector, _):
        (page,) = connector.read("form:11111111-1111-1111-1111-111111111111", [], None)
    assert page.records[0].values.get("field.phone") == contact
    assert page.records[0].values.get("field.companies.phone") == company


@pytest.mark.parametrize("wide", [0, 900])
def test_the_archive_tells_what_a_contact_last_held(portal: HubSpotAccount, wide: int) -> None:
    remote = portal.remote
    email = f"gone{wide}@x.example"
    made = remote.act(verb="create", object="contacts", properties={"email": email})["id"]
    remote.act(verb="opt_out", email=email)
    remote.act(verb="archive", object="contacts", id=made)
    fields = ["email", *(f"no_such_property_{n}" for n in range(wide)), "hs_email_optout"]
    connector = portal.connect()
    gone = {
        one.id: one
        for page in connector.read_deleted("contacts", None, fields)
        for one in page.records
    }
    connector.close()
    assert gone[made].deleted
    assert gone[made].values["hs_email_optout"] is True
    assert gone[made].values["email"] == email


def test_a_record_of_the_very_instant_of_the_watermark_is_read() -> None:
    """The bound of a search is inclusive, also where no overlap forgives the opposite."""
    with opened() as portal:
        portal.remote.config(index_delay=[0, 0])
        connector = portal.connect(overlap_seconds=0)
        cursor = [page.cursor for page in connector.read("contacts", ["email"], None)][-1]
        seeded = portal.seed(3)  # the clock stands still: their stamp is the watermark's
        found = [one.id for page in connector.read("contacts", [], cursor) for one in page.records]
        connector.close()
    assert sorted(found, key=int) == seeded
