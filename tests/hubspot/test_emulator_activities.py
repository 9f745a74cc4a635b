"""Meetings, calls, line items, companies of the emulated HubSpot, and who made a change."""

from __future__ import annotations

from typing import Any

import pytest

from crmbridge.testing.emulator import Refusal
from tests.hubspot.portal import START, Portal, rule

REP = {"id": "501", "email": "rep@x.example", "userId": 7001}
CONNECTED = "f240bbac-87c9-4f6e-bf70-924b57d47db7"
NEW = {"meetings": {"hs_timestamp": START}, "calls": {"hs_timestamp": START}, "line_items": {}}
TYPES = {"meetings": (200, 188, 212), "calls": (194, 182, 206)}
INTEGRATION = "8000001"


def _make(portal: Portal, object: str, **properties: Any) -> str:
    body = {"properties": NEW.get(object, {}) | properties}
    answer = portal.call("POST", f"/crm/objects/2026-09/{object}", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def _people(portal: Portal) -> None:
    portal.remote.seed(
        companies=[{"id": "7", "properties": {"name": "Acme"}}, {"id": "8", "properties": {}}],
        deals=[{"id": "20", "properties": {"dealname": "D"}}],
        contacts=[{"id": "1", "properties": {"email": "a@x.example"}}],
    )


@pytest.mark.parametrize("object", ["meetings", "calls", "line_items", "products", "companies"])
def test_every_object_can_be_made_read_listed_searched_and_deleted(
    portal: Portal, object: str
) -> None:
    made = _make(portal, object)
    answer = portal.batch("create", {"properties": NEW.get(object, {})}, object=object)
    ids = {made, answer.json()["results"][0]["id"]}
    path = f"/crm/objects/2026-09/{object}"
    assert {one["id"] for one in portal.get(path)["results"]} == ids
    found = portal.batch("read", *({"id": id} for id in ids), object=object).json()
    assert {one["id"] for one in found["results"]} == ids
    changed = rule("hs_lastmodifieddate", "GTE", START)
    assert portal.search(changed, object=object)["total"] == 2
    assert portal.call("DELETE", f"{path}/{made}").status_code == 204
    assert [one["id"] for one in portal.get(path, archived="true")["results"]] == [made]


@pytest.mark.parametrize("object", ["meetings", "calls"])
def test_an_activity_belongs_to_contact_company_and_deal(portal: Portal, object: str) -> None:
    _people(portal)
    contact, company, deal = TYPES[object]
    ends = (("1", contact), ("7", company), ("20", deal))
    links = [
        {
            "to": {"id": id},
            "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_}],
        }
        for id, type_ in ends
    ]
    body = {"properties": NEW[object], "associations": links}
    made = portal.post(f"/crm/objects/2026-09/{object}", body)["id"]
    read = f"/crm/associations/2026-09/{object}/contacts/batch/read"
    row = portal.post(read, {"inputs": [{"id": made}]})["results"][0]["to"][0]
    assert (row["toObjectId"], row["associationTypes"][0]["typeId"]) == (1, contact)
    assert portal.truth(object)[made]["associations"] == {
        "contacts": ["1"],
        "companies": ["7"],
        "deals": ["20"],
    }
    back = portal.get(f"/crm/v4/objects/contacts/1/associations/{object}")["results"]
    assert back[0]["associationTypes"][0]["typeId"] == contact - 1


def test_a_meeting_takes_the_vendors_outcomes_and_its_start_as_its_time(portal: Portal) -> None:
    start = "2026-03-04T10:00:00.000Z"
    bare = portal.call("POST", "/crm/v3/objects/meetings", {"properties": {}})
    assert (bare.status_code, "hs_timestamp" in bare.text) == (400, True)
    made = portal.post(
        "/crm/v3/objects/meetings",
        {"properties": {"hs_meeting_start_time": start, "hs_activity_type": "Demo"}},
    )["id"]
    assert portal.read(made, "hs_timestamp", object="meetings")["hs_timestamp"] == start
    path = f"/crm/v3/objects/meetings/{made}"
    for outcome, status in (("NO_SHOW", 200), ("Showed up", 400)):
        answer = portal.call("PATCH", path, {"properties": {"hs_meeting_outcome": outcome}})
        assert answer.status_code == status
    found = portal.search(rule("hs_meeting_outcome", "EQ", "NO_SHOW"), object="meetings")
    assert found["total"] == 1


def test_a_call_names_its_disposition_by_an_id_with_a_label(portal: Portal) -> None:
    made = _make(
        portal,
        "calls",
        hs_call_disposition=CONNECTED,
        hs_call_duration=90_000,
        hs_call_direction="OUTBOUND",
        hs_call_status="COMPLETED",
    )
    read = portal.read(made, "hs_call_disposition", "hs_call_duration", object="calls")
    assert (read["hs_call_disposition"], read["hs_call_duration"]) == (CONNECTED, "90000")
    options = portal.get("/crm/v3/properties/calls/hs_call_disposition")["options"]
    assert {one["value"]: one["label"] for one in options}[CONNECTED] == "Connected"


def test_activities_ask_for_the_scopes_of_contacts(portal: Portal) -> None:
    scopes = ["crm.objects.contacts.read", "crm.objects.line_items.read"]
    portal.remote.config(tokens={"pat-test": {"scopes": scopes}})
    for object in ("meetings", "calls", "line_items"):
        assert portal.call("GET", f"/crm/v3/objects/{object}").status_code == 200
        answer = portal.call("POST", f"/crm/v3/objects/{object}", {"properties": {}})
        assert answer.status_code == 403
    assert portal.call("GET", "/crm/v3/objects/products").status_code == 403


def test_a_line_takes_over_from_its_product_and_counts_its_net_price(portal: Portal) -> None:
    _people(portal)
    product = _make(portal, "products", name="Seat", price="12.5", hs_sku="S-1")
    line = _make(portal, "line_items", hs_product_id=product, quantity=4)
    names = ("name", "hs_sku", "price", "amount")
    read = portal.read(line, *names, object="line_items")
    assert [read[name] for name in names] == ["Seat", "S-1", "12.5", "50"]
    path = f"/crm/v3/objects/line_items/{line}"
    portal.call("PATCH", path, {"properties": {"quantity": "2", "name": "Seats"}})
    assert portal.read(line, "amount", object="line_items")["amount"] == "25"
    assert portal.call("PATCH", path, {"properties": {"amount": "1"}}).status_code == 400
    portal.call("PUT", f"/crm/v4/objects/line_items/{line}/associations/default/deals/20")
    rows = portal.get("/crm/v4/objects/deals/20/associations/line_items")["results"]
    assert (rows[0]["toObjectId"], rows[0]["associationTypes"][0]["typeId"]) == (int(line), 19)
    portal.call("DELETE", path)
    assert portal.get("/crm/v4/objects/deals/20/associations/line_items")["results"] == []


def _primary(portal: Portal, contact: str, company: str) -> None:
    body = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}]
    path = f"/crm/v4/objects/contacts/{contact}/associations/companies/{company}"
    assert portal.call("PUT", path, body).status_code == 200


def test_a_contact_shows_its_primary_company_and_moves_its_stamp(portal: Portal) -> None:
    _people(portal)
    portal.remote.clock(advance=60)
    portal.call("PUT", "/crm/v4/objects/contacts/1/associations/default/companies/8")
    assert portal.read("1", "associatedcompanyid")["associatedcompanyid"] is None
    _primary(portal, "1", "7")
    read = portal.read("1", "associatedcompanyid")
    assert read["associatedcompanyid"] == "7"
    assert read["lastmodifieddate"] == "2026-03-02T09:01:00.000Z"
    _primary(portal, "1", "8")
    assert portal.search(rule("associatedcompanyid", "EQ", 8))["total"] == 1
    portal.call("DELETE", "/crm/v4/objects/contacts/1/associations/companies/8")
    assert portal.read("1", "associatedcompanyid")["associatedcompanyid"] is None


def test_writing_the_primary_company_moves_the_association(portal: Portal) -> None:
    _people(portal)
    path = "/crm/v3/objects/contacts/1"
    for text, shown, types in (("7", "7", {1, 279}), ("999", "7", {1, 279}), ("", None, {279})):
        portal.call("PATCH", path, {"properties": {"associatedcompanyid": text}})
        assert portal.read("1", "associatedcompanyid")["associatedcompanyid"] == shown
        rows = portal.get("/crm/v4/objects/contacts/1/associations/companies")["results"]
        assert {one["typeId"] for one in rows[0]["associationTypes"]} == types


def test_seeded_companies_show_at_once_and_leave_the_stamps(portal: Portal) -> None:
    primary = {"to": "7", "types": [{"associationTypeId": 1}]}
    portal.remote.seed(companies=[{"id": "7", "properties": {}}])
    portal.remote.seed(
        contacts=[{"id": "1", "updatedAt": "2026-01-01T00:00:00Z", "associations": [primary]}]
    )
    read = portal.read("1", "associatedcompanyid")
    assert read["associatedcompanyid"] == "7"
    assert read["lastmodifieddate"] == "2026-01-01T00:00:00.000Z"
    assert portal.search(rule("associatedcompanyid", "EQ", 7))["total"] == 1


def test_a_company_has_many_contacts_of_whom_it_is_the_primary_one(portal: Portal) -> None:
    _people(portal)
    other = portal.contact(email="b@x.example")
    for id in ("1", other):
        body = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 2}]
        portal.call("PUT", f"/crm/v4/objects/companies/7/associations/contacts/{id}", body)
    for id in ("1", other):
        assert portal.read(id, "associatedcompanyid")["associatedcompanyid"] == "7"


def test_a_merged_company_keeps_its_contacts_and_a_deleted_one_loses_them(portal: Portal) -> None:
    _people(portal)
    _primary(portal, "1", "8")
    body = {"primaryObjectId": "7", "objectIdToMerge": "8"}
    survivor = portal.post("/crm/v3/objects/companies/merge", body)["id"]
    assert survivor not in ("7", "8")
    assert portal.get("/crm/v3/objects/companies/8")["id"] == survivor
    merged = portal.read(survivor, "hs_merged_object_ids", "name", object="companies")
    assert (merged["hs_merged_object_ids"], merged["name"]) == ("7;8", "Acme")
    assert portal.read("1", "associatedcompanyid")["associatedcompanyid"] == survivor
    portal.remote.act("delete", object="companies", id=survivor)
    assert portal.read("1", "associatedcompanyid")["associatedcompanyid"] is None
    assert portal.call("GET", f"/crm/v3/objects/companies/{survivor}").status_code == 404


def test_a_merged_contact_keeps_the_company_of_the_winner(portal: Portal) -> None:
    _people(portal)
    other = portal.contact(email="b@x.example")
    _primary(portal, "1", "7")
    _primary(portal, other, "8")
    survivor = portal.remote.act("merge", primary="1", other=other)["id"]
    assert portal.read(survivor, "associatedcompanyid")["associatedcompanyid"] == "7"
    rows = portal.get(f"/crm/v4/objects/contacts/{survivor}/associations/companies")["results"]
    types = {
        one["toObjectId"]: {kind["typeId"] for kind in one["associationTypes"]} for one in rows
    }
    assert types == {7: {1, 279}, 8: {279}}


def _by(portal: Portal, id: str, object: str = "contacts") -> str | None:
    found: str | None = portal.read(id, "hs_updated_by_user_id", object=object)[
        "hs_updated_by_user_id"
    ]
    return found


def test_a_record_says_who_changed_it_last(portal: Portal) -> None:
    portal.remote.seed(owners=[REP])
    id = portal.contact(email="a@x.example")
    assert _by(portal, id) == INTEGRATION
    portal.remote.act("edit", object="contacts", id=id, properties={"city": "Oslo"})
    assert _by(portal, id) == "8500001"
    for named in ("501", "7001", "rep@x.example"):
        portal.call("PATCH", f"/crm/v3/objects/contacts/{id}", {"properties": {"city": named}})
        assert _by(portal, id) == INTEGRATION
        portal.remote.act("edit", id=id, properties={"hubspot_owner_id": "501"}, by=named)
        assert _by(portal, id) == "7001"
    portal.remote.act("submit_form", formId="f", email="a@x.example", values={"city": "Rome"})
    assert _by(portal, id) == "7001"
    with pytest.raises(Refusal, match="no owner"):
        portal.remote.act("edit", id=id, properties={}, by="nobody")


def test_the_owner_acts_when_nobody_is_named(portal: Portal) -> None:
    portal.remote.seed(owners=[REP], contacts=[{"id": "1", "properties": {}}])
    made = portal.remote.act(
        "create",
        object="meetings",
        properties={"hs_timestamp": START, "hubspot_owner_id": "501"},
        associations=[{"to": "1", "object": "contacts"}],
    )["id"]
    assert _by(portal, made, "meetings") == "7001"
    assert portal.truth("meetings")[made]["associations"] == {"contacts": ["1"]}
    assert _by(portal, "1") is None


def test_history_names_the_user_and_answers_to_writes_do_not(portal: Portal) -> None:
    portal.remote.seed(owners=[REP])
    id = portal.contact(email="a@x.example", lifecyclestage="lead")
    stage = {"lifecyclestage": "marketingqualifiedlead"}
    portal.remote.act("edit", id=id, properties=stage, by="501")
    path = f"/crm/v3/objects/contacts/{id}"
    past = portal.get(path, propertiesWithHistory="lifecyclestage")["propertiesWithHistory"]
    assert [one["updatedByUserId"] for one in past["lifecyclestage"]] == [7001, int(INTEGRATION)]
    answer = portal.batch("update", {"id": id, "properties": {"city": "Oslo"}}).json()
    assert "hs_updated_by_user_id" not in answer["results"][0]["properties"]
    refused = portal.call("PATCH", path, {"properties": {"hs_updated_by_user_id": "1"}})
    assert refused.status_code == 400


@pytest.mark.parametrize("object", ["meetings", "calls", "line_items", "products"])
def test_every_object_can_be_seeded_with_who_changed_it(portal: Portal, object: str) -> None:
    _people(portal)
    linked = {"line_items": [{"to": "20", "object": "deals"}], "products": []}
    row = {
        "id": "30",
        "properties": {"hs_updated_by_user_id": 7001},
        "updatedAt": "2026-02-01T00:00:00Z",
        "associations": linked.get(object, [{"to": "1", "object": "contacts"}]),
    }
    portal.remote.seed(**{object: [row]})
    assert _by(portal, "30", object) == "7001"
    truth = portal.truth(object)["30"]
    assert truth["updatedAt"] == "2026-02-01T00:00:00.000Z"
    assert sum(len(ids) for ids in truth["associations"].values()) == len(row["associations"])
    assert portal.search(rule("hs_updated_by_user_id", "EQ", 7001), object=object)["total"] == 1
