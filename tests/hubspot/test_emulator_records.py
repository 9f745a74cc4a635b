"""Records of the emulated HubSpot: reads, versions, values, single writes, lifecycle, merges."""

from __future__ import annotations

import pytest

from tests.hubspot.portal import Portal

CONTACTS = "/crm/v3/objects/contacts"


def test_one_store_stands_behind_every_version(portal: Portal) -> None:
    id = portal.contact(email="a@x.example")
    for path in (CONTACTS, "/crm/objects/2026-03/contacts", "/crm/objects/2026-09/0-1"):
        assert portal.get(f"{path}/{id}")["id"] == id


@pytest.mark.parametrize(
    "path", ["/crm/objects/v3/contacts", "/crm/v4/objects/contacts", "/contacts", "/crm/v3/nothing"]
)
def test_a_path_of_no_version_is_a_404_page(portal: Portal, path: str) -> None:
    answer = portal.call("GET", path)
    assert answer.status_code == 404
    assert "html" in answer.headers["content-type"]


def test_versions_can_end(portal: Portal) -> None:
    portal.remote.config(versions_off=["v3", "v4"])
    assert portal.call("GET", CONTACTS).status_code == 404
    assert portal.call("GET", "/crm/objects/2026-09/contacts").status_code == 200


def test_an_unknown_object_is_named_without_a_category(portal: Portal) -> None:
    answer = portal.call("GET", "/crm/v3/objects/butterflies")
    assert answer.status_code == 400
    assert answer.json()["message"] == "Unable to infer object type from: butterflies"
    assert "category" not in answer.json()


def test_defaults_hide_fields_unset_is_null_and_undefined_is_left_out(portal: Portal) -> None:
    id = portal.contact(email="A.B@X.example", jobtitle="CTO")
    assert set(portal.read(id)) == {
        "email",
        "firstname",
        "lastname",
        "createdate",
        "lastmodifieddate",
        "hs_object_id",
    }
    asked = portal.read(id, "jobtitle", "city", "nonsense")
    assert asked["jobtitle"] == "CTO"
    assert asked["city"] is None
    assert "nonsense" not in asked


def test_pages_go_by_id_and_are_stable_under_change(portal: Portal) -> None:
    portal.remote.seed(contacts=[{"properties": {"firstname": str(n)}} for n in range(250)])
    seen, after = [], None
    for _ in range(3):
        page = portal.get(CONTACTS, limit=100, **({"after": after} if after else {}))
        seen += [one["id"] for one in page["results"]]
        portal.remote.act("edit", object="contacts", id=seen[0], properties={"city": "Oslo"})
        after = page.get("paging", {}).get("next", {}).get("after")
    assert after is None
    assert len(set(seen)) == len(seen) == 250
    assert seen == sorted(seen, key=int)


def test_the_paging_link_carries_another_version(portal: Portal) -> None:
    portal.remote.seed(contacts=[{"properties": {}}, {"properties": {}}])
    page = portal.get("/crm/objects/2026-09/contacts", limit=1)
    assert "/objects/v3/" in page["paging"]["next"]["link"]


def test_a_page_is_at_most_100_and_50_with_history(portal: Portal) -> None:
    assert portal.call("GET", CONTACTS, limit=101).status_code == 400
    history = {"propertiesWithHistory": "lifecyclestage", "limit": 51}
    assert portal.call("GET", CONTACTS, **history).status_code == 400


def test_too_long_an_address_is_a_414(portal: Portal) -> None:
    names = ",".join(f"property_{n}" for n in range(1500))
    assert portal.call("GET", CONTACTS, properties=names).status_code == 414


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("email", " MiXed@X.Example ", "mixed@x.example"),
        ("numberofemployees", 12, "12"),
        ("hs_email_optout", "TRUE", "true"),
        ("recent_conversion_date", 1772442000000, "2026-03-02T09:00:00.000Z"),
        ("recent_conversion_date", "2026-03-02T10:00:00+01:00", "2026-03-02T09:00:00.000Z"),
    ],
)
def test_values_are_rewritten_and_kept_as_text(
    portal: Portal, name: str, value: object, kept: str
) -> None:
    assert portal.read(portal.contact(**{name: value}), name)[name] == kept


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("shoe_size", "44", "PROPERTY_DOESNT_EXIST"),
        ("numberofemployees", "1,5", "INVALID_INTEGER"),
        ("hs_lead_status", "new", "INVALID_OPTION"),
        ("hs_email_optout", "maybe", "INVALID_OPTION"),
        ("recent_conversion_date", "soon", "INVALID_DATE"),
        ("email", "nobody", "INVALID_EMAIL"),
        ("createdate", "2026-01-01", "READ_ONLY_VALUE"),
    ],
)
def test_a_bad_value_is_named_with_its_code(
    portal: Portal, name: str, value: str, code: str
) -> None:
    answer = portal.call("POST", CONTACTS, {"properties": {name: value}})
    body = answer.json()
    assert answer.status_code == 400
    assert body["message"].startswith("Property values were not valid: [{")
    assert [(one["code"], one["context"]["propertyName"]) for one in body["errors"]] == [
        (code, [name])
    ]


def test_dates_must_be_midnight_and_checkboxes_append(portal: Portal) -> None:
    options = [{"label": "A", "value": "A"}, {"label": "B", "value": "B"}]
    portal.remote.seed(
        **{
            "properties/contacts": [
                {"name": "born", "type": "date", "fieldType": "date"},
                {
                    "name": "topics",
                    "type": "enumeration",
                    "fieldType": "checkbox",
                    "options": options,
                },
            ]
        }
    )
    id = portal.contact(born="1772409600000", topics="A")
    assert portal.read(id, "born")["born"] == "2026-03-02"
    path = f"{CONTACTS}/{id}"
    assert portal.call("PATCH", path, {"properties": {"born": 1772442000000}}).status_code == 400
    portal.call("PATCH", path, {"properties": {"topics": ";B"}})
    assert portal.read(id, "topics")["topics"] == "A;B"
    portal.call("PATCH", path, {"properties": {"topics": "B"}})
    assert portal.read(id, "topics")["topics"] == "B"
    portal.call("PATCH", path, {"properties": {"topics": ""}})
    assert portal.read(id, "topics")["topics"] is None


def test_a_taken_address_is_a_409_with_the_id_in_the_text_only(portal: Portal) -> None:
    id = portal.contact(email="a@x.example")
    answer = portal.call("POST", CONTACTS, {"properties": {"email": "A@X.example"}})
    assert answer.status_code == 409
    assert answer.json()["message"] == f"Contact already exists. Existing ID: {id}"
    assert "context" not in answer.json()


def test_records_are_found_by_unique_property_and_by_no_other(portal: Portal) -> None:
    id = portal.contact(email="a@x.example", firstname="Ann")
    found = portal.get(f"{CONTACTS}/a@x.example", idProperty="email")
    assert found["id"] == id
    assert portal.call("GET", f"{CONTACTS}/Ann", idProperty="firstname").status_code == 400


def test_archived_records_live_in_the_archived_list_for_90_days(portal: Portal) -> None:
    id = portal.contact(email="a@x.example")
    assert portal.call("DELETE", f"{CONTACTS}/{id}").status_code == 204
    assert portal.call("GET", f"{CONTACTS}/{id}").status_code == 404
    assert portal.get(f"{CONTACTS}/{id}", archived="true")["archived"] is True
    (gone,) = portal.get(CONTACTS, archived="true")["results"]
    assert (gone["id"], gone["archived"]) == (id, True)
    assert portal.search()["total"] == 0
    portal.remote.clock(advance=91 * 86_400)
    assert portal.get(CONTACTS, archived="true")["results"] == []


def test_a_restored_record_has_its_old_id(portal: Portal) -> None:
    id = portal.contact(email="a@x.example")
    portal.remote.act("delete", id=id)
    portal.remote.act("restore", id=id)
    assert portal.read(id)["email"] == "a@x.example"
    assert portal.search()["total"] == 1


def test_a_lifecycle_stage_goes_forward_and_never_back(portal: Portal) -> None:
    id = portal.contact(lifecyclestage="marketingqualifiedlead")
    path = f"{CONTACTS}/{id}"
    back = {"properties": {"lifecyclestage": "lead", "city": "Oslo"}}
    assert portal.call("PATCH", path, back).status_code == 200
    held = portal.read(id, "lifecyclestage", "city", "hs_lifecyclestage_lead_date")
    assert (held["lifecyclestage"], held["city"]) == ("marketingqualifiedlead", "Oslo")
    assert held["hs_lifecyclestage_lead_date"] is None
    portal.call("PATCH", path, {"properties": {"lifecyclestage": ""}})
    assert portal.read(id, "lifecyclestage")["lifecyclestage"] is None
    portal.call("PATCH", path, {"properties": {"lifecyclestage": "lead"}})
    held = portal.read(id, "lifecyclestage", "hs_lifecyclestage_lead_date")
    assert held["lifecyclestage"] == "lead"
    assert held["hs_lifecyclestage_lead_date"] == "2026-03-02T09:00:00.000Z"


def test_a_person_can_set_a_stage_back_in_the_screens(portal: Portal) -> None:
    id = portal.contact(lifecyclestage="customer")
    portal.remote.act("edit", object="contacts", id=id, properties={"lifecyclestage": "lead"})
    assert portal.read(id, "lifecyclestage")["lifecyclestage"] == "lead"


def test_history_is_newest_first_with_its_source(portal: Portal) -> None:
    id = portal.contact(hs_lead_status="NEW")
    portal.remote.clock(advance=60)
    portal.remote.act("edit", object="contacts", id=id, properties={"hs_lead_status": "OPEN"})
    shown = portal.get(f"{CONTACTS}/{id}", propertiesWithHistory="hs_lead_status")
    found = shown["propertiesWithHistory"]["hs_lead_status"]
    assert [(one["value"], one["sourceType"]) for one in found] == [
        ("OPEN", "CRM_UI"),
        ("NEW", "INTEGRATION"),
    ]


def test_a_merge_gives_a_third_id_and_both_old_ones_answer_as_it(portal: Portal) -> None:
    a, b = portal.contact(email="a@x.example", city="Oslo"), portal.contact(email="b@x.example")
    portal.remote.seed(lists=[{"name": "Nurture", "processingType": "MANUAL"}])
    portal.remote.act("list_add", list="Nurture", ids=[b])
    merged = portal.post(f"{CONTACTS}/merge", {"primaryObjectId": a, "objectIdToMerge": b})
    assert merged["id"] not in (a, b)
    names = ("hs_merged_object_ids", "hs_calculated_merged_vids", "hs_additional_emails", "city")
    for id in (a, b, merged["id"]):
        assert portal.get(f"{CONTACTS}/{id}")["id"] == merged["id"]
    held = portal.read(a, *names)
    assert held["hs_merged_object_ids"] == f"{a};{b}"
    assert held["hs_calculated_merged_vids"] == f"{a}:1772442000000;{b}:1772442000000"
    assert (held["hs_additional_emails"], held["city"]) == ("b@x.example", "Oslo")
    truth = portal.truth()
    assert truth[merged["id"]]["mergedIds"] == [a, b]
    assert truth[merged["id"]]["lists"] == ["1"]
    answer = portal.call("POST", CONTACTS, {"properties": {"email": "b@x.example"}})
    assert answer.status_code == 409


def test_chained_merges_are_followed_and_missing_from_the_vids(portal: Portal) -> None:
    a, b, c = (portal.contact(email=f"{one}@x.example") for one in "abc")
    first = portal.remote.act("merge", primary=a, other=b)["id"]
    last = portal.remote.act("merge", primary=first, other=c)["id"]
    assert portal.get(f"{CONTACTS}/{a}")["id"] == last
    held = portal.read(last, "hs_merged_object_ids", "hs_calculated_merged_vids")
    assert held["hs_merged_object_ids"].split(";") == [a, b, first, c]
    assert a not in held["hs_calculated_merged_vids"]


def test_a_merge_can_keep_the_primary_id(portal: Portal) -> None:
    portal.remote.config(merge_keeps_primary=True)
    a, b = portal.contact(email="a@x.example"), portal.contact(email="b@x.example")
    assert portal.remote.act("merge", primary=a, other=b)["id"] == a
    assert portal.read(b, "hs_merged_object_ids")["hs_merged_object_ids"] == b


def test_a_contact_cannot_have_more_than_250_identities(portal: Portal) -> None:
    ids = [portal.contact(email=f"p{n}@x.example") for n in range(127)]
    survivor = ids[0]
    for other in ids[1:126]:
        survivor = portal.remote.act("merge", primary=survivor, other=other)["id"]
    body = {"primaryObjectId": survivor, "objectIdToMerge": ids[126]}
    answer = portal.call("POST", f"{CONTACTS}/merge", body)
    assert answer.status_code == 400
    assert "250" in answer.json()["message"]


def test_drift_touches_a_record_later_by_itself(portal: Portal) -> None:
    portal.remote.config(drift=[2.3, 25])
    id = portal.contact(email="a@x.example")
    before = portal.read(id)["lastmodifieddate"]
    portal.remote.clock(advance=30)
    after = portal.read(id, "hs_count_is_worked")
    assert after["lastmodifieddate"] > before
    assert after["hs_count_is_worked"] == "1"


def test_admin_rules_bind_the_newest_version_only(portal: Portal) -> None:
    portal.remote.config(required={"contacts": [{"property": "country", "if": {"city": "Oslo"}}]})
    body = {"properties": {"city": "Oslo"}}
    assert portal.call("POST", CONTACTS, body).status_code == 201
    answer = portal.call("POST", "/crm/objects/2026-09/contacts", body)
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")


def test_a_privacy_delete_leaves_no_trace_and_blocks_the_address(portal: Portal) -> None:
    id = portal.contact(email="a@x.example")
    body = {"objectId": "a@x.example", "idProperty": "email"}
    assert portal.call("POST", f"{CONTACTS}/gdpr-delete", body).status_code == 204
    assert id not in portal.truth()
    answer = portal.call("POST", CONTACTS, {"properties": {"email": "A@x.example"}})
    assert answer.status_code == 400
