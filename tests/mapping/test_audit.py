"""What no description of fields shows: users, rights, hidden fields, stages kept elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import pytest

from connectors.hubspot import HubSpot
from crmbridge.company import Company
from crmbridge.errors import MappingError
from crmbridge.flows.operate.survey import must_fit, survey
from crmbridge.testing.sandbox import Sandbox, sandbox
from tests.mapping.conftest import RAW, changed, told
from tests.stages.server import Server, http

SCOPES = [
    "crm.objects.contacts.read",
    "crm.objects.contacts.write",
    "crm.schemas.contacts.read",
    "crm.objects.owners.read",
    "crm.lists.read",
    "crm.lists.write",
    "forms",
    "communication_preferences.write",
]
"""What the page on connecting HubSpot asks for."""


@contextmanager
def config(box: Sandbox, side: str, **options: Any) -> Iterator[None]:
    """Let one vendor be otherwise for a while."""
    remote = getattr(box, side)
    before = remote.config()
    remote.config(**options)
    try:
        yield
    finally:
        remote.config(**{name: before[name] for name in options})


def user(box: Sandbox, email: str) -> str:
    (found,) = [one["Id"] for one in box.sales.state("User") if one.get("Email") == email]
    return str(found)


@contextmanager
def users(box: Sandbox, email: str, **values: Any) -> Iterator[None]:
    """Change a user for a while."""
    ident = user(box, email)
    before = next(one for one in box.sales.state("User") if one["Id"] == ident)
    box.sales.act("edit", object="User", id=ident, fields=values)
    try:
        yield
    finally:
        kept = {name: before.get(name) for name in values}
        box.sales.act("edit", object="User", id=ident, fields=kept)


def with_users(company: Company, when: dict[str, Any]) -> Company:
    """The same company, whose mapping leaves users out."""
    raw = deepcopy(RAW)
    raw["sales"]["rep"]["when"] = when
    return changed(company, raw)


ANN = "ann.becker@acme.example"
USERS = {
    "inactive": ({"IsActive": False}, "is inactive"),
    "a sandbox's": ({"Email": f"{ANN}.invalid"}, ".invalid"),
    "gone": ({"Email": "another@acme.example"}, "no user has this address"),
    "of Chatter": ({"UserType": "CsnOnly"}, "cannot own leads"),
    "of a portal": ({"UserType": "CspLitePortal"}, "cannot own leads"),
    "a guest": ({"UserType": "Guest"}, "cannot own leads"),
    "a machine": ({"UserType": "CloudIntegrationUser"}, "cannot own leads"),
}


@pytest.mark.parametrize("kind", USERS)
def test_a_rep_whose_user_cannot_work_is_found(kind: str, world: tuple[Sandbox, Company]) -> None:
    box, company = world
    values, said = USERS[kind]
    with users(box, ANN, **values):
        (one,) = survey(company, "sales")
    assert one.place == "teams.toml reps.ann.email"
    assert said in one.what
    assert not one.fatal
    assert survey(company, "sales") == []


@pytest.mark.parametrize("kind", ["Standard", "CspLitePortal"])
def test_two_users_with_one_address_are_found(kind: str, world: tuple[Sandbox, Company]) -> None:
    box, company = world
    mark = f"twin-{kind}".lower()
    box.sales.seed(User=[{"Name": "Ann", "Username": mark, "Email": ANN, "UserType": kind}])
    (one,) = survey(company, "sales")
    assert one.place == "teams.toml reps.ann.email"
    assert "2 active users have this address" in one.what
    twin = next(user["Id"] for user in box.sales.state("User") if user["Username"] == mark)
    box.sales.act("edit", object="User", id=twin, fields={"IsActive": False})
    assert survey(company, "sales") == []
    box.sales.act("edit", object="User", id=twin, fields={"Email": "other@acme.example"})


def test_a_user_whom_the_mapping_leaves_out_gets_no_leads(world: tuple[Sandbox, Company]) -> None:
    box, company = world
    mark = "twin-left-out"
    twin = {"Name": "Ann", "Username": mark, "Email": ANN, "UserType": "CspLitePortal"}
    box.sales.seed(User=[twin])
    ident = next(user["Id"] for user in box.sales.state("User") if user["Username"] == mark)
    for one in box.sales.state("User"):
        if one["Id"] != ident:
            box.sales.act("edit", object="User", id=one["Id"], fields={"UserType": "Standard"})
    (found,) = survey(company, "sales")
    assert "2 active users have this address" in found.what
    assert "[sales.rep] when" in found.advice
    picky = with_users(company, {"UserType": "Standard"})
    assert survey(picky, "sales") == []
    box.sales.act("edit", object="User", id=ident, fields={"Email": "other@acme.example"})


@pytest.mark.parametrize("when", [{"UserTypo": "Standard"}, {"UserType": []}])
def test_a_filter_of_users_is_checked(
    when: dict[str, object], world: tuple[Sandbox, Company]
) -> None:
    _, company = world
    found = [one.place for one in survey(with_users(company, when), "sales")]
    assert f"mapping.toml sales.rep.when.{next(iter(when))}" in found


@pytest.mark.parametrize("kind", ["PowerPartner", "Standard", None])
def test_a_user_who_can_own_leads_is_fine(kind: str | None, world: tuple[Sandbox, Company]) -> None:
    box, company = world
    with users(box, ANN, UserType=kind):
        assert survey(company, "sales") == []


HIDDEN = {
    ("Opportunity", "Amount"): True,
    ("Opportunity", "IsWon"): True,
    ("Opportunity", "IsClosed"): True,
    ("Opportunity", "CloseDate"): False,
    ("Lead", "HasOptedOutOfEmail"): True,
    ("Contact", "HasOptedOutOfEmail"): True,
    ("Lead", "CrmBridge_Id__c"): True,
    ("Task", "CrmBridge_Id__c"): True,
    ("Lead", "Status"): False,
    ("Lead", "Title"): False,
    ("Campaign", "Name"): False,
    ("User", "Email"): False,
    ("OpportunityContactRole", "ContactId"): True,
}


@pytest.mark.parametrize(("obj", "name"), HIDDEN)
def test_a_field_that_is_hidden_from_us_is_found(
    obj: str, name: str, world: tuple[Sandbox, Company]
) -> None:
    box, company = world
    with config(box, "sales", hidden_fields={obj: [name]}):
        found = survey(company, "sales")
    assert [one for one in found if f"no field {name!r}" in one.what or f".{name}'" in one.what]
    assert any(one.fatal for one in found) is HIDDEN[obj, name]
    hints = [one.advice for one in found if name == "HasOptedOutOfEmail"]
    assert not [one for one in hints if "did you mean" in one]


@pytest.mark.parametrize("name", ["HasOptedOutOfEmail", "CrmBridge_Id__c", "OwnerId", "Title"])
def test_a_field_that_we_may_only_read_is_found(name: str, world: tuple[Sandbox, Company]) -> None:
    box, company = world
    with config(box, "sales", readonly_fields={"Lead": [name]}):
        found = survey(company, "sales")
    assert [one.field for one in found] == [name]
    assert found[0].fatal is (name in ("HasOptedOutOfEmail", "CrmBridge_Id__c"))


def test_the_scopes_of_the_page_are_enough(world: tuple[Sandbox, Company]) -> None:
    box, company = world
    with config(box, "marketing", tokens={"loopback-token": {"scopes": SCOPES}}):
        assert told(survey(company, "marketing")) == []


def test_either_right_for_opt_outs_will_do(world: tuple[Sandbox, Company]) -> None:
    box, company = world
    wide = [*SCOPES[:-1], "communication_preferences.read_write"]
    with config(box, "marketing", tokens={"loopback-token": {"scopes": wide}}):
        assert told(survey(company, "marketing")) == []


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_that_is_missing_is_named(scope: str, world: tuple[Sandbox, Company]) -> None:
    box, company = world
    some = [one for one in SCOPES if one != scope]
    with config(box, "marketing", tokens={"loopback-token": {"scopes": some}}):
        found = survey_or_error(company)
    assert scope in found


def survey_or_error(company: Company) -> str:
    return "\n".join(told(survey(company, "marketing")))


def test_no_leave_to_opt_people_out_is_a_fault(world: tuple[Sandbox, Company]) -> None:
    box, company = world
    with (
        config(box, "marketing", tokens={"loopback-token": {"scopes": SCOPES[:-1]}}),
        pytest.raises(MappingError, match=r"communication_preferences\.write"),
    ):
        must_fit(company, "marketing")


def test_opt_outs_count_as_writable_whatever_the_portal_says_of_the_property(
    world: tuple[Sandbox, Company],
) -> None:
    box, company = world
    with config(box, "marketing", optout_read_only=True):
        assert survey(company, "marketing") == []


@pytest.mark.parametrize("inline", [True, False])
def test_stages_that_hubspot_keeps_elsewhere_have_options(inline: bool) -> None:
    options = '[{"label": "Lead", "value": "lead"}]' if inline else "[]"
    stage = (
        '{"name": "lifecyclestage", "type": "enumeration", "fieldType": "radio", '
        f'"externalOptions": true, "options": {options}}}'
    )
    lines = '{"results": [{"id": "life", "stages": [{"id": "lead"}, {"id": "customer"}]}]}'

    def answers(seen: Any, _: int) -> list[bytes]:
        body = lines if "/pipelines/" in seen.target else f'{{"results": [{stage}]}}'
        return [http(200, body)]

    with Server(answers) as server:
        portal = HubSpot({"ACCESS_TOKEN": "t", "BASE_URL": server.url})
        field = portal.describe("contacts")[0]
        portal.close()
    assert field.choices == (("lead",) if inline else ("lead", "customer"))
    assert field.restricted


def test_owners_kept_elsewhere_are_no_choices() -> None:
    owner = (
        '{"name": "hubspot_owner_id", "type": "enumeration", "fieldType": "select", '
        '"externalOptions": true, "referencedObjectType": "OWNER", "options": []}'
    )
    with Server(lambda _seen, _n: [http(200, f'{{"results": [{owner}]}}')]) as server:
        portal = HubSpot({"ACCESS_TOKEN": "t", "BASE_URL": server.url})
        field = portal.describe("contacts")[0]
        portal.close()
        assert len(server.seen) == 1
    assert (field.type, field.choices, field.restricted) == ("ref", (), False)


HUBSPOT_STATUS = {
    "field": "hs_lead_status",
    "types": {
        "NEW": "open",
        "OPEN": "open",
        "IN_PROGRESS": "ongoing",
        "OPEN_DEAL": "ongoing",
        "ATTEMPTED_TO_CONTACT": "ongoing",
        "CONNECTED": "ongoing",
        "UNQUALIFIED": "lost",
        "BAD_TIMING": "lost",
    },
}


def hubspot_sales(**deal: Any) -> dict[str, Any]:
    """HubSpot as the sales side too, deals and all."""
    people = {**RAW["marketing"]["lead"], "owner": "hubspot_owner_id"}
    table = {
        "object": "deals",
        "amount": "amount",
        "currency": "deal_currency_code",
        "closed": "closedate",
        "is_won": "hs_is_closed_won",
        "is_closed": "hs_is_closed",
        "people": {"associations.contacts": "contacts"},
        **deal,
    }
    fields = {
        word: entry
        for word, entry in people["fields"].items()
        if word in ("email", "opted_out", "last_name")
    }
    sales = {
        "connector": "hubspot",
        "lead": {**people, "fields": fields, "status": HUBSPOT_STATUS},
        "deal": table,
        "rep": {"object": "owners", "email": "email", "active": "active"},
    }
    return {**RAW, "sales": sales}


def over_hubspot(company: Company, raw: dict[str, Any]) -> Company:
    """The company with its sales side in the same portal."""
    portal = company.systems["marketing"].connector
    made = changed(company, raw)
    made.systems["sales"].connector = portal
    return made


def test_hubspot_as_the_sales_side_fits(world: tuple[Sandbox, Company]) -> None:
    assert told(survey(over_hubspot(world[1], hubspot_sales()), "sales")) == []


@pytest.mark.parametrize(
    ("line", "wrong", "fatal"),
    [
        ("amount", "amuont", True),
        ("is_won", "hs_is_closed_wno", True),
        ("is_won", "dealstage", True),
        ("closed", "closedaet", False),
        ("people", {"associations.contcats": "contacts"}, True),
        ("people", {"associations.contacts": "contatcs"}, True),
        ("object", "daels", True),
    ],
)
def test_a_wrong_name_in_hubspots_deals_is_found(
    line: str, wrong: Any, fatal: bool, world: tuple[Sandbox, Company]
) -> None:
    found = survey(over_hubspot(world[1], hubspot_sales(**{line: wrong})), "sales")
    assert any(f"sales.deal.{line}" in one.place for one in found), told(found)
    assert any(one.fatal for one in found) is fatal


@pytest.mark.parametrize(
    ("email", "archived", "said"),
    [
        (ANN, True, "is inactive"),
        (f"{ANN}.invalid", False, ".invalid"),
        ("x@y.example", False, "no"),
    ],
)
def test_an_owner_who_cannot_work_is_found(
    email: str, archived: bool, said: str, world: tuple[Sandbox, Company]
) -> None:
    company = world[1]
    with sandbox(company.mapping, company.teams, at=company.now()) as box:
        portal = HubSpot({"ACCESS_TOKEN": "t", "BASE_URL": box.urls["marketing"]})
        owners = box.marketing.state("owners")
        (ann,) = [one for one in owners if one["email"] == ANN]
        box.marketing.seed(owners=[{"id": ann["id"], "email": email, "archived": archived}])
        made = changed(company, hubspot_sales())
        made.systems["sales"].connector = portal
        found = survey(made, "sales")
        portal.close()
    (one,) = [one for one in found if one.where == "teams.toml reps.ann"]
    assert said in one.what
