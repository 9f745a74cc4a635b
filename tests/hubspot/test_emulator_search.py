"""Searches of the emulated HubSpot: filters, limits, the late index, and paging that loses rows."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.hubspot.portal import Portal, rule


def _ids(answer: Any) -> list[str]:
    return [one["id"] for one in answer["results"]]


def _seed(portal: Portal, count: int) -> list[str]:
    portal.remote.seed(
        contacts=[
            {"id": str(1000 + n), "properties": {"firstname": f"P{n}"}, "createdAt": f"{_at(n)}"}
            for n in range(count)
        ]
    )
    return [str(1000 + n) for n in range(count)]


def _at(n: int) -> int:
    return 1_770_000_000_000 + n * 1000


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ([rule("firstname", "EQ", "ann")], ["1"]),
        ([rule("firstname", "IN", values=["ann", "bob"])], ["1", "2"]),
        ([rule("firstname", "IN", values=["Ann"])], []),
        ([rule("firstname", "NOT_IN", values=["ann"])], ["2", "3"]),
        ([rule("firstname", "NEQ", "ann")], ["2", "3"]),
        ([rule("firstname", "CONTAINS_TOKEN", "an*")], ["1"]),
        ([rule("firstname", "NOT_CONTAINS_TOKEN", "an*")], ["2", "3"]),
        ([rule("hs_lead_status", "EQ", "NEW")], ["1"]),
        ([rule("hs_lead_status", "EQ", "new")], []),
        ([rule("numberofemployees", "GT", "9")], ["2"]),
        ([rule("numberofemployees", "BETWEEN", "5", highValue="10")], ["1", "2"]),
        ([rule("city", "HAS_PROPERTY")], ["3"]),
        ([rule("city", "NOT_HAS_PROPERTY")], ["1", "2"]),
        ([rule("hs_object_id", "GT", "1"), rule("hs_object_id", "LTE", "2")], ["2"]),
        ([rule("createdate", "LT", "2026-01-02T00:00:00Z")], ["1"]),
        ([rule("lastmodifieddate", "GTE", "1772442000000")], ["1", "2", "3"]),
        ([rule("hs_lastmodifieddate", "GTE", "0")], []),
    ],
)
def test_filters_compare_as_the_vendor_does(
    portal: Portal, filters: list[dict[str, Any]], found: list[str]
) -> None:
    first = {"firstname": "Ann", "hs_lead_status": "NEW", "numberofemployees": "9"}
    portal.remote.seed(
        contacts=[
            {"id": "1", "properties": first, "createdAt": "2026-01-01T00:00:00Z"},
            {"id": "2", "properties": {"firstname": "Bob", "numberofemployees": "10"}},
            {"id": "3", "properties": {"firstname": "Cy", "city": "Oslo"}},
        ]
    )
    sorts = [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]
    assert _ids(portal.search(*filters, sorts=sorts)) == found


def test_groups_are_alternatives(portal: Portal) -> None:
    _seed(portal, 3)
    groups = [{"filters": [rule("firstname", "EQ", f"p{n}")]} for n in (0, 2)]
    found = portal.post("/crm/v3/objects/contacts/search", {"filterGroups": groups})
    assert _ids(found) == ["1000", "1002"]


def test_the_default_order_is_creation_and_the_default_page_ten(portal: Portal) -> None:
    _seed(portal, 12)
    answer = portal.search()
    assert (answer["total"], len(answer["results"])) == (12, 10)
    assert answer["paging"]["next"]["after"] == "10"
    assert _ids(answer) == [str(1000 + n) for n in range(10)]


def test_deals_are_stamped_under_another_name(portal: Portal) -> None:
    portal.remote.seed(deals=[{"properties": {"dealname": "D"}}])
    assert portal.search(rule("hs_lastmodifieddate", "GTE", "0"), object="deals")["total"] == 1
    assert portal.search(rule("lastmodifieddate", "GTE", "0"), object="deals")["total"] == 0


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 201},
        {"limit": 200, "after": "9801"},
        {"sorts": ["email", "city"]},
        {"filterGroups": [{"filters": []}] * 6},
        {"filterGroups": [{"filters": [rule("city", "HAS_PROPERTY")] * 7}]},
        {"filterGroups": [{"filters": [rule("city", "HAS_PROPERTY")] * 5}] * 4},
        {"filterGroups": [{"filters": [rule("city", "EQ", "x" * 3000)]}]},
        {"filterGroups": [{"filters": [rule("shoe_size", "EQ", "1")]}]},
        {"filterGroups": [{"filters": [rule("city", "LIKE", "1")]}]},
        {"filterGroups": [{"filters": [rule("hs_object_id", "GT", "x")]}]},
        {"after": "abc"},
    ],
)
def test_what_is_beyond_a_limit_is_a_400(portal: Portal, body: dict[str, Any]) -> None:
    answer = portal.call("POST", "/crm/v3/objects/contacts/search", body)
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")


def test_rows_of_one_batch_come_into_sight_one_by_one(portal: Portal) -> None:
    portal.remote.config(index_delay=[0.5, 10], seed=3)
    portal.batch("create", *({"properties": {"email": f"p{n}@x.example"}} for n in range(20)))
    seen = []
    for _ in range(12):
        seen.append(portal.search()["total"])
        portal.remote.clock(advance=1)
    assert seen[0] == 0
    assert any(0 < count < 20 for count in seen)
    assert seen[-1] == 20
    assert len(portal.truth()) == 20


def test_the_index_answers_old_values_while_a_read_has_the_new(portal: Portal) -> None:
    id = portal.contact(city="Oslo")
    portal.remote.config(index_delay=[5, 5])
    portal.call("PATCH", f"/crm/v3/objects/contacts/{id}", {"properties": {"city": "Rome"}})
    assert portal.search(properties=["city"])["results"][0]["properties"]["city"] == "Oslo"
    assert portal.search(rule("city", "EQ", "rome"))["total"] == 0
    assert portal.read(id, "city")["city"] == "Rome"
    portal.remote.clock(advance=5)
    assert portal.search(rule("city", "EQ", "rome"))["total"] == 1


def test_an_older_change_never_hides_a_newer_one(portal: Portal) -> None:
    id = portal.contact(city="Oslo")
    portal.remote.config(index_delay=[9, 9])
    path = f"/crm/v3/objects/contacts/{id}"
    portal.call("PATCH", path, {"properties": {"city": "Rome"}})
    portal.remote.config(index_delay=[1, 1])
    portal.call("PATCH", path, {"properties": {"city": "Bonn"}})
    portal.remote.clock(advance=20)
    assert portal.search(properties=["city"])["results"][0]["properties"]["city"] == "Bonn"


def _walk(portal: Portal, ids: list[str], *, keyset: bool) -> set[str]:
    """Read pages of 20 by change stamp up to a bound while five rows a page are touched."""
    seen: set[str] = set()
    last, after = "0", 0
    for page in range(60):
        sort = "hs_object_id" if keyset else "lastmodifieddate"
        filters = [rule("lastmodifieddate", "GTE", "0")]
        if keyset:
            filters.append(rule("hs_object_id", "GT", last))
        more: dict[str, Any] = {"sorts": [{"propertyName": sort, "direction": "ASCENDING"}]}
        if not keyset:
            filters.append(rule("lastmodifieddate", "LTE", "1772442000000"))
            more["after"] = str(after)
        found = _ids(portal.search(*filters, limit=20, **more))
        if not found:
            break
        seen.update(found)
        last, after = found[-1], after + 20
        portal.remote.clock(advance=1)
        for id in ids[page * 2 : page * 2 + 5]:
            portal.remote.act("edit", object="contacts", id=id, properties={"city": f"C{page}"})
    return seen


def test_offset_paging_loses_rows_and_keyset_paging_does_not(portal: Portal) -> None:
    ids = _seed(portal, 100)
    assert _walk(portal, ids, keyset=True) == set(ids)
    lost = set(ids) - _walk(portal, ids, keyset=False)
    assert lost


def test_a_mass_stamp_gives_thousands_one_millisecond(portal: Portal) -> None:
    _seed(portal, 10_050)
    done = portal.remote.act("mass_stamp", object="contacts")
    assert done["count"] == 10_050
    at = rule("lastmodifieddate", "EQ", done["at"])
    assert portal.search(at, limit=1)["total"] == 10_050
    body = {"filterGroups": [{"filters": [at]}], "limit": 100, "after": "9950"}
    assert portal.call("POST", "/crm/v3/objects/contacts/search", body).status_code == 400


def test_a_quiet_poll_over_many_records_is_quick(portal: Portal) -> None:
    _seed(portal, 20_000)
    filters = rule("lastmodifieddate", "GTE", "1999999999999"), rule("hs_object_id", "GT", "0")
    sorts = [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]
    started = time.perf_counter()
    for _ in range(20):
        assert portal.search(*filters, sorts=sorts, limit=200)["total"] == 0
    assert (time.perf_counter() - started) / 20 < 0.05
