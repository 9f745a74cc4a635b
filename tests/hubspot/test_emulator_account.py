"""Tokens, quotas, faults, links, lists, forms, properties and deals of the emulated HubSpot."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from crmbridge.testing.emulator import Refusal
from tests.hubspot.portal import Portal

CONTACTS = "/crm/v3/objects/contacts"


def _with(portal: Portal, token: str | None, path: str = CONTACTS) -> httpx.Response:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return httpx.get(portal.url + path, headers=headers, trust_env=False)


def test_any_token_is_taken_until_tokens_are_named(portal: Portal) -> None:
    assert _with(portal, "anything").status_code == 200
    portal.remote.config(tokens={"good": {}})
    assert _with(portal, "good").status_code == 200
    for token in ("anything", None):
        answer = _with(portal, token)
        assert (answer.status_code, answer.json()["category"]) == (401, "INVALID_AUTHENTICATION")


def test_a_token_can_be_revoked_and_a_malformed_one_is_a_530(portal: Portal) -> None:
    portal.remote.config(revoked=["pat-test"])
    assert portal.call("GET", CONTACTS).status_code == 401
    assert _with(portal, "a b").status_code == 530


def test_a_missing_scope_is_named(portal: Portal) -> None:
    portal.remote.config(tokens={"narrow": {"scopes": ["crm.objects.deals.read"]}})
    assert _with(portal, "narrow", "/crm/v3/objects/deals").status_code == 200
    answer = _with(portal, "narrow")
    assert answer.status_code == 403
    assert answer.json()["category"] == "MISSING_SCOPES"
    scopes = answer.json()["context"]["requiredGranularScopes"]
    assert scopes == ["crm.objects.contacts.read"]


def test_the_burst_quota_is_per_token_and_says_its_policy(portal: Portal) -> None:
    portal.remote.config(limits={"ten_secondly": 2})
    headers = _with(portal, "one").headers
    assert headers["x-hubspot-ratelimit-max"] == "2"
    assert headers["x-hubspot-ratelimit-remaining"] == "1"
    assert headers["x-hubspot-ratelimit-interval-milliseconds"] == "10000"
    _with(portal, "one")
    answer = _with(portal, "one")
    assert answer.status_code == 429
    assert answer.json()["policyName"] == "TEN_SECONDLY_ROLLING"
    assert "retry-after" not in answer.headers
    assert "x-hubspot-correlation-id" in answer.headers
    assert _with(portal, "two").status_code == 200


def test_the_search_quota_is_the_accounts_and_has_no_policy(portal: Portal) -> None:
    portal.remote.config(limits={"search_secondly": 2})
    answers = [portal.call("POST", f"{CONTACTS}/search", {}) for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    body = answers[2].json()
    assert body["message"] == "You have reached your secondly limit."
    assert body["category"] == "RATE_LIMITS"
    assert "policyName" not in body
    assert "retry-after" not in answers[2].headers
    assert [name for name in answers[0].headers if "ratelimit" in name] == []


def test_retry_after_can_be_switched_on(portal: Portal) -> None:
    portal.remote.config(limits={"ten_secondly": 1}, retry_after=True)
    portal.call("GET", CONTACTS)
    assert 1 <= int(portal.call("GET", CONTACTS).headers["retry-after"]) <= 10


def test_the_day_ends_at_midnight_of_the_account(portal: Portal) -> None:
    portal.remote.config(limits={"daily": 10}, daily_used=10)
    answer = portal.call("GET", CONTACTS)
    assert (answer.status_code, answer.json()["policyName"]) == (429, "DAILY")
    portal.remote.clock(now="2026-03-03T04:59:00Z")
    assert portal.call("GET", CONTACTS).status_code == 429
    portal.remote.clock(now="2026-03-03T05:00:00Z")
    assert portal.call("GET", CONTACTS).status_code == 200


def test_oauth_tokens_get_no_daily_headers(portal: Portal) -> None:
    portal.remote.config(tokens={"o": {"oauth": True}})
    assert "x-hubspot-ratelimit-daily" not in _with(portal, "o").headers


def test_associations_have_a_quota_of_their_own(portal: Portal) -> None:
    portal.remote.config(limits={"ten_secondly": 1, "associations_ten_secondly": 2})
    path = "/crm/v4/associations/contacts/deals/batch/read"
    found = [portal.call("POST", path, {"inputs": []}).status_code for _ in range(3)]
    assert found == [200, 200, 429]
    assert portal.call("GET", CONTACTS).status_code == 200


def test_a_fault_has_the_vendors_body_and_hits_named_routes(portal: Portal) -> None:
    portal.remote.faults({"kind": "status", "status": 429, "route": "contacts.batch.*"})
    assert portal.call("GET", CONTACTS).status_code == 200
    answer = portal.batch("create", {"properties": {}})
    assert (answer.status_code, answer.json()["policyName"]) == (429, "TEN_SECONDLY_ROLLING")
    assert portal.remote.faults()[0]["fired"] == 1


def test_a_write_can_be_done_and_its_answer_lost(portal: Portal) -> None:
    portal.remote.faults({"kind": "close", "route": "contacts.create", "when": "after"})
    with pytest.raises(httpx.RemoteProtocolError):
        portal.contact(email="a@x.example")
    assert len(portal.truth()) == 1


def test_unknown_options_seeds_and_acts_say_what_there_is(portal: Portal) -> None:
    with pytest.raises(Refusal, match="index_delay"):
        portal.remote.config(lag=1)
    with pytest.raises(Refusal, match="shoe_size"):
        portal.remote.seed(contacts=[{"properties": {"shoe_size": "44"}}])
    with pytest.raises(Refusal, match="submit_form"):
        portal.remote.act("dance")
    with pytest.raises(Refusal, match="needs 'id'"):
        portal.remote.act("delete")


def test_links_go_both_ways_with_numbers_and_a_207_for_none(portal: Portal) -> None:
    a, b = portal.contact(email="a@x.example"), portal.contact(email="b@x.example")
    deal = portal.remote.act("create_deal", properties={"amount": "10"}, contacts=[a])["id"]
    read = "/crm/associations/2026-09/contacts/deals/batch/read"
    answer = portal.call("POST", read, {"inputs": [{"id": a}, {"id": b}]})
    body = answer.json()
    assert (answer.status_code, body["numErrors"]) == (207, 1)
    assert body["errors"][0]["subCategory"] == "crm.associations.NO_ASSOCIATIONS_FOUND"
    assert body["results"] == [
        {
            "from": {"id": a},
            "to": [
                {
                    "toObjectId": int(deal),
                    "associationTypes": [
                        {"category": "HUBSPOT_DEFINED", "typeId": 4, "label": None}
                    ],
                }
            ],
        }
    ]
    page = portal.get(f"/crm/v3/objects/deals/{deal}", associations="contacts")
    assert page["associations"]["contacts"]["results"] == [{"id": a, "type": "deal_to_contact"}]


def test_a_primary_company_brings_the_plain_link_along(portal: Portal) -> None:
    contact = portal.contact(email="a@x.example")
    portal.remote.seed(companies=[{"id": "7", "properties": {"name": "Acme"}}])
    path = f"/crm/v4/objects/contacts/{contact}/associations/companies"
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}]
    assert portal.call("PUT", f"{path}/7", types).status_code == 200
    (row,) = portal.get(path)["results"]
    assert {one["typeId"] for one in row["associationTypes"]} == {1, 279}
    back = portal.get("/crm/v4/objects/companies/7/associations/contacts")["results"][0]
    assert {one["typeId"] for one in back["associationTypes"]} == {2, 280}


def test_own_labels_that_are_not_sent_again_are_taken_away(portal: Portal) -> None:
    labels = [
        {"from": "contacts", "to": "deals", "label": "Champion", "typeId": 20},
        {"from": "contacts", "to": "deals", "label": "Buyer", "typeId": 30},
    ]
    portal.remote.seed(association_labels=labels)
    contact = portal.contact(email="a@x.example")
    deal = portal.remote.act("create_deal", properties={}, contacts=[contact])["id"]
    path = f"/crm/v4/objects/contacts/{contact}/associations/deals"
    for id in (20, 30):
        one = [{"associationCategory": "USER_DEFINED", "associationTypeId": id}]
        portal.call("PUT", f"{path}/{deal}", one)
    (row,) = portal.get(path)["results"]
    assert {one["label"] for one in row["associationTypes"]} == {None, "Buyer"}


def test_more_than_500_links_come_in_pages(portal: Portal) -> None:
    portal.remote.seed(companies=[{"id": "7", "properties": {"name": "Acme"}}])
    portal.remote.seed(
        contacts=[
            {"id": str(n), "properties": {}, "associations": [{"to": "7", "object": "companies"}]}
            for n in range(1, 503)
        ]
    )
    path = "/crm/v4/associations/companies/contacts/batch/read"
    (first,) = portal.post(path, {"inputs": [{"id": "7"}]})["results"]
    after = first["paging"]["next"]["after"]
    (rest,) = portal.post(path, {"inputs": [{"id": "7", "after": after}]})["results"]
    assert (len(first["to"]), len(rest["to"])) == (500, 2)


def test_lists_take_and_give_back_idempotently(portal: Portal) -> None:
    a, b = portal.contact(email="a@x.example"), portal.contact(email="b@x.example")
    made = portal.post(
        "/crm/v3/lists/", {"name": "Nurture", "processingType": "MANUAL", "objectTypeId": "0-1"}
    )["list"]
    path = f"/crm/lists/2026-09/{made['listId']}/memberships"
    body = {"recordIdsToAdd": [a, b, "404"], "recordIdsToRemove": []}
    assert portal.call("PUT", f"{path}/add-and-remove", body).json() == {
        "recordsIdsAdded": [a, b],
        "recordIdsRemoved": [],
        "recordIdsMissing": ["404"],
    }
    body = {"recordIdsToAdd": [a], "recordIdsToRemove": [b]}
    again = portal.call("PUT", f"{path}/add-and-remove", body).json()
    assert (again["recordsIdsAdded"], again["recordIdsRemoved"]) == ([], [b])
    assert [one["recordId"] for one in portal.get(path)["results"]] == [a]
    named = portal.get("/crm/v3/lists/object-type-id/0-1/name/nurture")["list"]
    assert named["listId"] == made["listId"]
    assert portal.truth()[a]["lists"] == [made["listId"]]
    assert portal.remote.state("lists")[0]["members"] == [a]


def test_a_dynamic_list_takes_nobody_and_an_unknown_one_is_a_404(portal: Portal) -> None:
    portal.remote.seed(lists=[{"name": "All", "processingType": "DYNAMIC", "listId": "5"}])
    body: dict[str, Any] = {"recordIdsToAdd": [], "recordIdsToRemove": []}
    path = "/crm/v3/lists/{}/memberships/add-and-remove"
    assert portal.call("PUT", path.format(5), body).status_code == 400
    assert portal.call("PUT", path.format(6), body).status_code == 404
    again = portal.call("POST", "/crm/v3/lists", {"name": "all", "processingType": "MANUAL"})
    assert again.status_code == 400


def test_a_form_makes_a_contact_and_the_next_one_updates_it(portal: Portal) -> None:
    portal.remote.seed(forms=[{"id": "guid-1", "name": "Whitepaper"}])
    first = portal.remote.act(
        "submit_form", formId="guid-1", email="Ann@X.example", values={"firstname": "Ann"}
    )["id"]
    portal.remote.clock(advance=60)
    second = portal.remote.act(
        "submit_form", formId="guid-1", email="ann@x.example", pageUrl="https://x.example/p"
    )["id"]
    assert first == second
    held = portal.read(first, "firstname", "num_conversion_events", "recent_conversion_event_name")
    assert (held["firstname"], held["num_conversion_events"]) == ("Ann", "2")
    assert held["recent_conversion_event_name"] == "Whitepaper"
    path = "/form-integrations/v1/submissions/forms/guid-1"
    newest = portal.get(path, limit=1)
    assert newest["results"][0]["pageUrl"] == "https://x.example/p"
    older = portal.get(path, limit=1, after=newest["paging"]["next"]["after"])
    assert older["results"][0]["submittedAt"] == 1772442000000
    assert "paging" not in older
    assert portal.call("GET", path, limit=51).status_code == 400
    assert portal.get("/marketing/v3/forms")["results"][0]["name"] == "Whitepaper"


def test_a_form_after_a_delete_makes_a_new_contact(portal: Portal) -> None:
    id = portal.contact(email="a@x.example")
    portal.remote.act("delete", id=id)
    assert portal.remote.act("submit_form", formId="f", email="a@x.example")["id"] != id


def test_seeded_submissions_and_events_are_read_back(portal: Portal) -> None:
    portal.remote.seed(
        form_submissions=[
            {"formId": "f", "submittedAt": at, "values": [{"name": "email", "value": "a@x"}]}
            for at in ("2026-01-01T00:00:00Z", 1772442000000)
        ],
        events=[{"eventType": "e_visited_page", "objectId": "1", "occurredAt": "2026-01-01"}],
    )
    found = portal.get("/form-integrations/v1/submissions/forms/f")["results"]
    assert [one["submittedAt"] for one in found] == [1772442000000, 1767225600000]
    path = "/events/event-occurrences/2026-03"
    assert len(portal.get(path, eventType="e_visited_page")["results"]) == 1
    late = portal.get(path, eventType="e_visited_page", occurredAfter="2026-02-01")
    assert late["results"] == []


def test_properties_are_made_changed_archived_and_come_back(portal: Portal) -> None:
    path = "/crm/v3/properties/contacts"
    given = {
        "name": "nurture",
        "label": "Nurture",
        "type": "enumeration",
        "fieldType": "select",
        "groupName": "crmbridge",
        "options": [{"label": "In", "value": "in"}, {"label": "Out", "value": "out"}],
    }
    assert portal.call("POST", path, given).status_code == 201
    again = portal.call("POST", path, given)
    assert again.status_code == 409
    assert "PROPERTY_WITH_NAME_EXISTS" in again.text
    id = portal.contact(nurture="in")
    options = {"options": [{"label": "Done", "value": "done"}]}
    changed = portal.call("PATCH", f"{path}/nurture", options).json()
    assert [one["value"] for one in changed["options"]] == ["done"]
    portal.call("DELETE", f"{path}/nurture")
    assert portal.call("GET", f"{path}/nurture").status_code == 404
    assert "nurture" not in portal.read(id, "nurture")
    assert portal.call("POST", path, given).status_code == 201
    assert portal.read(id, "nurture")["nurture"] == "in"


def test_the_vendors_own_properties_cannot_be_archived_and_unique_ones_are_ten(
    portal: Portal,
) -> None:
    path = "/crm/v3/properties/contacts"
    assert portal.call("DELETE", f"{path}/email").status_code == 400
    found = [
        portal.call(
            "POST", path, {"name": f"key{n}", "label": "k", "hasUniqueValue": True}
        ).status_code
        for n in range(10)
    ]
    assert found == [201] * 9 + [400]


def test_a_closed_deal_has_its_flags_stamps_and_home_amount(portal: Portal) -> None:
    portal.remote.config(rates={"EUR": "1.10"})
    given = {"amount": "1000", "deal_currency_code": "EUR"}
    deal = portal.remote.act("create_deal", properties=given)["id"]
    names = ("hs_is_closed_won", "amount_in_home_currency", "closedate", "hs_exchange_rate")
    assert portal.read(deal, *names, object="deals")["hs_is_closed_won"] == "false"
    portal.remote.act("close_deal", id=deal, amount="2000")
    held = portal.read(deal, *names, "dealstage", object="deals")
    assert (held["hs_is_closed_won"], held["dealstage"]) == ("true", "closedwon")
    assert (held["amount_in_home_currency"], held["hs_exchange_rate"]) == ("2200", "1.10")
    assert held["closedate"] == "2026-03-02T09:00:00.000Z"
    portal.remote.act("edit", object="deals", id=deal, properties={"dealstage": "contractsent"})
    assert portal.read(deal, *names, object="deals")["hs_is_closed_won"] == "false"


def test_a_deal_raises_the_stage_only_when_that_is_on(portal: Portal) -> None:
    contact = portal.contact(lifecyclestage="lead")
    for on, stage in ((False, "lead"), (True, "customer")):
        portal.remote.config(deal_raises_stage=on)
        deal = portal.remote.act("create_deal", properties={}, contacts=[contact])["id"]
        portal.remote.act("close_deal", id=deal)
        assert portal.read(contact, "lifecyclestage")["lifecyclestage"] == stage


def test_opting_out_shows_on_the_contact_at_once(portal: Portal) -> None:
    a, b = portal.contact(email="a@x.example"), portal.contact(email="b@x.example")
    portal.remote.act("opt_out", email="A@x.example")
    path = "/communication-preferences/v4/statuses/b@x.example/unsubscribe-all"
    assert portal.call("POST", path, channel="EMAIL").status_code == 200
    for id in (a, b):
        assert portal.read(id, "hs_email_optout")["hs_email_optout"] == "true"


def test_the_account_its_owners_and_pipelines(portal: Portal) -> None:
    portal.remote.seed(
        owners=[
            {"id": "10", "email": "r@x.example", "firstName": "R", "lastName": "S"},
            {"id": "11", "email": "q@x.example", "archived": True},
        ]
    )
    details = portal.get("/account-info/2026-09/details")
    assert (details["portalId"], details["companyCurrency"]) == (62515, "USD")
    assert details["utcOffsetMilliseconds"] == -5 * 3_600_000
    (active,) = portal.get("/crm/v3/owners/")["results"]
    assert active["id"] == "10"
    assert active["userId"] != 10
    (gone,) = portal.get("/crm/owners/2026-03", archived="true")["results"]
    assert (gone["userId"], gone["userIdIncludingInactive"]) == (None, 9_000_004)
    (line,) = portal.get("/crm/v3/pipelines/contacts")["results"]
    assert [one["id"] for one in line["stages"]][:2] == ["subscriber", "lead"]
    assert len(portal.get("/crm/pipelines/2026-09/deals")["results"][0]["stages"]) == 7


def test_own_stages_have_numeric_ids_and_an_order(portal: Portal) -> None:
    stages = [{"id": "lead"}, {"id": "86", "label": "Recycled"}, {"id": "customer"}]
    portal.remote.seed(**{"pipelines/contacts": [{"id": "life", "stages": stages}]})
    id = portal.contact(lifecyclestage="86")
    portal.call("PATCH", f"{CONTACTS}/{id}", {"properties": {"lifecyclestage": "lead"}})
    assert portal.read(id, "lifecyclestage")["lifecyclestage"] == "86"
    answer = portal.call("POST", CONTACTS, {"properties": {"lifecyclestage": "Recycled"}})
    assert answer.status_code == 400


def test_an_owner_is_written_by_owner_id_and_not_by_user_id(portal: Portal) -> None:
    portal.remote.seed(owners=[{"id": "10", "userId": 20, "email": "r@x.example"}])
    assert portal.read(portal.contact(hubspot_owner_id="10"), "hubspot_owner_id")
    answer = portal.call("POST", CONTACTS, {"properties": {"hubspot_owner_id": "20"}})
    assert answer.status_code == 400


def test_seeds_cannot_break_what_the_vendor_keeps_unique(portal: Portal) -> None:
    twin = {"properties": {"email": "A@x.example"}}
    with pytest.raises(Refusal, match="unique"):
        portal.remote.seed(contacts=[twin, {"properties": {"email": "a@x.example"}}])
    assert portal.truth() == {}


OPT_OUT = "/communication-preferences/v4/statuses/jo@buyer.example/unsubscribe-all"
INFO = "/oauth/v2/private-apps/get/access-token-info"


def _scoped(portal: Portal, scopes: list[str] | None, method: str, path: str, body: Any) -> Any:
    portal.remote.config(tokens={"own": {} if scopes is None else {"scopes": scopes}})
    headers = {"Authorization": "Bearer own"}
    return httpx.request(method, portal.url + path, headers=headers, json=body, trust_env=False)


@pytest.mark.parametrize(
    ("scopes", "status"),
    [
        (["communication_preferences.write"], 200),
        (["communication_preferences.read_write"], 200),
        (["communication_preferences.read"], 403),
        (["crm.objects.contacts.write"], 403),
        ([], 403),
    ],
)
def test_an_opt_out_takes_either_of_two_scopes(
    portal: Portal, scopes: list[str], status: int
) -> None:
    assert _scoped(portal, scopes, "POST", OPT_OUT, {}).status_code == status


@pytest.mark.parametrize(
    ("scopes", "status"),
    [
        (["crm.lists.read", "crm.lists.write"], 200),
        (["crm.lists.write"], 403),
        (["crm.lists.read"], 403),
    ],
)
def test_a_change_of_a_list_takes_both_scopes(
    portal: Portal, scopes: list[str], status: int
) -> None:
    portal.remote.seed(lists=[{"name": "Nurture", "processingType": "MANUAL"}])
    (made,) = portal.remote.state("lists")
    path = f"/crm/v3/lists/{made['listId']}/memberships/add-and-remove"
    body: dict[str, list[str]] = {"recordIdsToAdd": [], "recordIdsToRemove": []}
    assert _scoped(portal, scopes, "PUT", path, body).status_code == status


def test_a_tokens_scopes_can_be_asked_for(portal: Portal) -> None:
    told = _scoped(portal, ["forms"], "POST", INFO, {"tokenKey": "own"}).json()
    assert told["scopes"] == ["forms"]
    assert told["hubId"] == 62515
    every = _scoped(portal, None, "POST", INFO, {"tokenKey": "own"}).json()["scopes"]
    assert {"crm.objects.contacts.write", "forms", "communication_preferences.write"} <= set(every)


def test_stages_have_options_that_are_kept_elsewhere(portal: Portal) -> None:
    """As recorded from a real portal: the options come all the same."""
    stage = portal.call("GET", "/crm/v3/properties/contacts/lifecyclestage").json()
    assert stage["externalOptions"] is True
    assert len(stage["options"]) == 8
