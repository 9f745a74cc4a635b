"""Batches of the emulated HubSpot: all or nothing, trace ids, repeats, upserts, order."""

from __future__ import annotations

from typing import Any

import pytest

from tests.hubspot.portal import Portal, running

UNIQUE = {"name": "crmbridge_id", "label": "Id", "hasUniqueValue": True}


@pytest.fixture
def portal(portal: Portal) -> Portal:
    portal.remote.seed(**{"properties/contacts": [UNIQUE], "properties/deals": [UNIQUE]})
    return portal


def _new(n: int, **properties: Any) -> dict[str, Any]:
    return {"properties": {"email": f"p{n}@x.example", **properties}}


def _traced(n: int, **properties: Any) -> dict[str, Any]:
    return _new(n, **properties) | {"objectWriteTraceId": f"op-{n}"}


def test_a_batch_holds_100_inputs(portal: Portal) -> None:
    assert portal.batch("create", *map(_new, range(100))).status_code == 201
    answer = portal.batch("create", *map(_new, range(200, 301)))
    assert answer.status_code == 400
    assert "100" in answer.json()["message"]
    assert len(portal.truth()) == 100


def test_results_come_in_another_order_and_tell_only_what_was_written(portal: Portal) -> None:
    answer = portal.batch("create", *(_traced(n, city="Oslo") for n in range(30)))
    results = answer.json()["results"]
    found = [one["objectWriteTraceId"] for one in results]
    assert found != [f"op-{n}" for n in range(30)]
    assert sorted(found) == sorted(f"op-{n}" for n in range(30))
    names = {"email", "city", "createdate", "lastmodifieddate", "hs_object_id"}
    assert set(results[0]["properties"]) == names
    assert results[0]["url"].endswith(results[0]["id"])


def test_without_trace_ids_one_bad_input_undoes_all(portal: Portal) -> None:
    answer = portal.batch("create", _new(1), _new(2, numberofemployees="many"))
    assert answer.status_code == 400
    assert portal.truth() == {}


def test_without_trace_ids_a_taken_address_is_a_409_without_an_id(portal: Portal) -> None:
    portal.contact(email="p1@x.example")
    answer = portal.batch("create", _new(1), _new(2))
    assert (answer.status_code, answer.json()["message"]) == (409, "Contact already exists")
    assert "context" not in answer.json()


def test_with_trace_ids_each_input_stands_alone(portal: Portal) -> None:
    id = portal.contact(email="p1@x.example")
    answer = portal.batch("create", _traced(1), _traced(2), _traced(3, hs_lead_status="?"))
    body = answer.json()
    assert (answer.status_code, body["numErrors"]) == (207, 2)
    assert [one["objectWriteTraceId"] for one in body["results"]] == ["op-2"]
    conflict, wrong = body["errors"]
    assert conflict["category"] == "CONFLICT"
    assert conflict["context"] == {"existingId": [id], "objectWriteTraceId": ["op-1"]}
    assert wrong["errors"][0]["code"] == "INVALID_OPTION"
    assert wrong["context"]["objectWriteTraceId"] == ["op-3"]


def test_trace_ids_that_repeat_do_not_count(portal: Portal) -> None:
    bad = _traced(1) | {"properties": {"numberofemployees": "x"}}
    assert portal.batch("create", _traced(1), bad).status_code == 400
    assert portal.truth() == {}


def test_an_unknown_property_fails_the_whole_batch_trace_ids_or_not(portal: Portal) -> None:
    answer = portal.batch("create", _traced(1), _traced(2, shoe_size="44"))
    assert answer.status_code == 400
    assert "PROPERTY_DOESNT_EXIST" in answer.text
    assert portal.truth() == {}


def test_an_archived_property_fails_the_batch_like_an_unknown_one(portal: Portal) -> None:
    portal.remote.seed(**{"properties/contacts": [{"name": "score", "type": "number"}]})
    assert portal.call("DELETE", "/crm/v3/properties/contacts/score").status_code == 204
    assert portal.batch("create", _traced(1, score="1")).status_code == 400


def test_two_inputs_of_a_batch_cannot_take_one_address(portal: Portal) -> None:
    twin = _traced(1) | {"objectWriteTraceId": "op-9"}
    body = portal.batch("create", _traced(1), twin).json()
    assert [one["category"] for one in body["errors"]] == ["CONFLICT"]
    assert len(portal.truth()) == 1


def test_ids_that_repeat_fail_the_whole_batch(portal: Portal) -> None:
    id = portal.contact(email="a@x.example")
    one = {"id": id, "properties": {"city": "Oslo"}}
    twice = [one | {"objectWriteTraceId": name} for name in "ab"]
    answer = portal.batch("update", *twice)
    assert answer.status_code == 400
    assert answer.json()["message"] == (
        f"Duplicate IDs found in batch input: [{id}]. IDs must be unique"
    )
    assert answer.json()["context"] == {"ids": [id]}


def test_addresses_repeat_in_any_case(portal: Portal) -> None:
    inputs = [
        {"id": email, "idProperty": "email", "properties": {"city": "Oslo"}}
        for email in ("a@x.example", "A@X.example")
    ]
    assert portal.batch("upsert", *inputs).status_code == 400


def test_an_update_of_an_unknown_id_is_a_207_even_without_trace_ids(portal: Portal) -> None:
    id = portal.contact(email="a@x.example")
    inputs = [{"id": one, "properties": {"city": "Oslo"}} for one in (id, "404", "405")]
    answer = portal.batch("update", *inputs)
    body = answer.json()
    assert (answer.status_code, body["numErrors"]) == (207, 2)
    assert body["errors"][0]["category"] == "OBJECT_NOT_FOUND"
    assert body["errors"][0]["context"]["ids"] == ["404", "405"]
    assert portal.read(id, "city")["city"] == "Oslo"


def test_an_upsert_creates_then_updates_and_tells_which(portal: Portal) -> None:
    one = {"id": "lead-1", "idProperty": "crmbridge_id", "properties": {"city": "Oslo"}}
    first = portal.batch("upsert", one).json()["results"][0]
    again = portal.batch("upsert", one | {"properties": {"city": "Rome"}}).json()["results"][0]
    assert (first["new"], again["new"], first["id"] == again["id"]) == (True, False, True)
    assert portal.read(first["id"], "crmbridge_id", "city")["city"] == "Rome"
    assert portal.read(first["id"], "crmbridge_id")["crmbridge_id"] == "lead-1"


def test_an_upsert_by_address_is_case_blind_and_finds_second_addresses(portal: Portal) -> None:
    a, b = portal.contact(email="a@x.example"), portal.contact(email="b@x.example")
    survivor = portal.remote.act("merge", primary=a, other=b)["id"]
    one = {"id": "B@x.example", "idProperty": "email", "properties": {"city": "Oslo"}}
    assert portal.batch("upsert", one).json()["results"][0]["id"] == survivor


def test_an_upsert_onto_another_ones_address_is_a_conflict(portal: Portal) -> None:
    id = portal.contact(email="a@x.example")
    one = {
        "id": "lead-1",
        "idProperty": "crmbridge_id",
        "objectWriteTraceId": "op",
        "properties": {"email": "a@x.example"},
    }
    (error,) = portal.batch("upsert", one).json()["errors"]
    assert error["context"]["existingId"] == [id]


@pytest.mark.parametrize("by", ["", "dealname"])
def test_an_upsert_needs_a_unique_property(portal: Portal, by: str) -> None:
    one = {"id": "x", "idProperty": by, "properties": {"amount": "1"}}
    answer = portal.batch("upsert", one, object="deals")
    assert answer.status_code == 400
    if by:
        text = "Unable to perform update/upsert by non-unique 0-3 property dealname"
        assert answer.json()["message"] == text


def test_a_read_of_missing_ids_is_a_207_and_merged_ids_answer(portal: Portal) -> None:
    a, b = portal.contact(email="a@x.example"), portal.contact(email="b@x.example")
    survivor = portal.remote.act("merge", primary=a, other=b)["id"]
    answer = portal.batch("read", {"id": a}, {"id": "404"}, properties=["email"])
    body = answer.json()
    assert (answer.status_code, body["numErrors"]) == (207, 1)
    assert [one["id"] for one in body["results"]] == [survivor]
    assert body["errors"][0]["context"]["ids"] == ["404"]


def test_a_read_by_address_and_by_own_key(portal: Portal) -> None:
    id = portal.contact(email="a@x.example", crmbridge_id="lead-1")
    for by, key in (("email", "A@x.example"), ("crmbridge_id", "lead-1")):
        found = portal.batch("read", {"id": key}, idProperty=by, properties=[]).json()
        assert found["results"][0]["id"] == id


def test_archiving_many_ignores_unknown_ids(portal: Portal) -> None:
    id = portal.contact(email="a@x.example")
    assert portal.batch("archive", {"id": id}, {"id": "404"}).status_code == 204
    assert portal.truth()[id]["archived"] is True


def test_a_deal_needs_its_name_and_stage(portal: Portal) -> None:
    answer = portal.batch("create", {"properties": {"amount": "1"}}, object="deals")
    assert answer.status_code == 400
    assert "required properties" in answer.json()["message"]


def test_a_lead_needs_a_contact_and_goes_with_its_last_primary_link(portal: Portal) -> None:
    lead: dict[str, Any] = {"properties": {"hs_lead_name": "Ann"}}
    assert portal.batch("create", lead, object="leads").status_code == 400
    contact = portal.contact(email="a@x.example")
    lead["associations"] = [
        {
            "to": {"id": contact},
            "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 578}],
        }
    ]
    made = portal.batch("create", lead, object="leads").json()["results"][0]["id"]
    assert portal.truth("leads")[made]["associations"] == {"contacts": [contact]}
    portal.remote.act("delete", id=contact)
    assert portal.truth("leads")[made]["archived"] is True


def test_the_audit_has_trace_ids_rows_and_quota(portal: Portal) -> None:
    portal.remote.config(limits={"ten_secondly": 190})
    portal.batch("create", _traced(1), _traced(2))
    line = portal.remote.audit()[-1]
    assert (line["route"], line["object"], line["rows"]) == ("contacts.batch.create", "contacts", 2)
    assert (line["ops"], line["committed"]) == (["op-1", "op-2"], True)
    assert line["quota"] == {"general": 1, "daily": 1}


def test_ids_do_not_depend_on_how_often_a_client_reads() -> None:
    """Plays of one seed can be compared though one build asks more often than another."""
    found = []
    for reads in (0, 3):
        with running() as one:
            first = [one.contact(email=f"p{n}@b.example") for n in range(3)]
            asked = {"inputs": [{"id": own} for own in first], "properties": ["email"]}
            for _ in range(reads):
                one.post("/crm/v3/objects/contacts/batch/read", asked)
            found.append([*first, *(one.contact(email=f"q{n}@b.example") for n in range(9))])
    assert found[0] == found[1]
