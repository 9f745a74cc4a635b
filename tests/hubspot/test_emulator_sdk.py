"""The vendor's own Python client works unchanged against the emulated HubSpot."""

from __future__ import annotations

from typing import Any

import pytest
from hubspot import HubSpot
from hubspot.crm import AssociationType
from hubspot.crm.associations.v4 import models as links
from hubspot.crm.contacts import exceptions, models
from hubspot.crm.deals import models as deal_models
from hubspot.crm.lists import models as lists
from hubspot.crm.properties import models as props

from connectors.hubspot.emulator.schema import KINDS
from connectors.hubspot.emulator.shapes import LinkType, link_types
from tests.hubspot.portal import Portal


@pytest.fixture
def client(portal: Portal) -> Any:
    return HubSpot(access_token="pat-test", host=portal.url)


def test_it_pages_and_gets_all(portal: Portal, client: Any) -> None:
    portal.remote.seed(contacts=[{"properties": {"city": "Oslo"}} for _ in range(150)])
    page = client.crm.contacts.basic_api.get_page(limit=100, properties=["city"])
    assert len(page.results) == 100
    assert page.results[0].properties["city"] == "Oslo"
    assert page.paging.next.after is not None
    assert len(client.crm.contacts.get_all()) == 150


def test_it_searches(portal: Portal, client: Any) -> None:
    portal.contact(email="a@x.example")
    wanted = models.PublicObjectSearchRequest(
        filter_groups=[
            {"filters": [{"propertyName": "email", "operator": "EQ", "value": "a@x.example"}]}
        ],
        sorts=[{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
        limit=200,
    )
    found = client.crm.contacts.search_api.do_search(wanted)
    assert (found.total, found.results[0].properties["email"]) == (1, "a@x.example")


def test_it_creates_reads_updates_upserts_and_archives_batches(portal: Portal, client: Any) -> None:
    api = client.crm.contacts.batch_api
    made = api.create(
        models.BatchInputSimplePublicObjectBatchInputForCreate(
            inputs=[{"properties": {"email": f"p{n}@x.example"}} for n in range(3)]
        )
    )
    ids = sorted(one.id for one in made.results)
    read = api.read(
        models.BatchReadInputSimplePublicObjectId(
            inputs=[{"id": id} for id in ids],
            properties=["email"],
            properties_with_history=[],
        )
    )
    assert sorted(one.id for one in read.results) == ids
    changed = api.update(
        models.BatchInputSimplePublicObjectBatchInput(
            inputs=[{"id": id, "properties": {"city": "Oslo"}} for id in [*ids, "404"]]
        )
    )
    assert (len(changed.results), changed.num_errors) == (3, 1)
    upserted = api.upsert(
        models.BatchInputSimplePublicObjectBatchInputUpsert(
            inputs=[
                {"id": "P1@x.example", "idProperty": "email", "properties": {"city": "Rome"}},
                {"id": "new@x.example", "idProperty": "email", "properties": {"city": "Bonn"}},
            ]
        )
    )
    assert sorted(one.new for one in upserted.results) == [False, True]
    api.archive(models.BatchInputSimplePublicObjectId(inputs=[{"id": ids[0]}]))
    assert portal.truth()[ids[0]]["archived"] is True


def test_it_merges_and_raises_its_own_errors(portal: Portal, client: Any) -> None:
    a, b = portal.contact(email="a@x.example"), portal.contact(email="b@x.example")
    merged = client.crm.contacts.basic_api.merge(
        models.PublicMergeInput(primary_object_id=a, object_id_to_merge=b)
    )
    assert merged.id not in (a, b)
    with pytest.raises(exceptions.ApiException) as caught:
        client.crm.contacts.basic_api.create(
            models.SimplePublicObjectInputForCreate(properties={"email": "a@x.example"})
        )
    assert caught.value.status == 409


def test_it_reads_owners_properties_and_pipelines(portal: Portal, client: Any) -> None:
    portal.remote.seed(owners=[{"email": "r@x.example", "firstName": "R", "lastName": "S"}])
    assert client.crm.owners.owners_api.get_page().results[0].email == "r@x.example"
    api = client.crm.properties.core_api
    api.create(
        "contacts",
        props.PropertyCreate(
            name="crmbridge_id",
            label="Id",
            type="string",
            field_type="text",
            group_name="crmbridge",
            has_unique_value=True,
        ),
    )
    assert api.get_by_name("contacts", "crmbridge_id").has_unique_value is True
    assert "email" in {one.name for one in api.get_all("contacts").results}
    lines = client.crm.pipelines.pipelines_api.get_all("deals").results
    assert lines[0].stages[0].id == "appointmentscheduled"


def test_it_keeps_lists(portal: Portal, client: Any) -> None:
    id = portal.contact(email="a@x.example")
    made = client.crm.lists.lists_api.create(
        lists.ListCreateRequest(name="N", processing_type="MANUAL", object_type_id="0-1")
    )
    api = client.crm.lists.memberships_api
    done = api.add_and_remove(
        made.list.list_id,
        lists.MembershipChangeRequest(record_ids_to_add=[id], record_ids_to_remove=[]),
    )
    assert done.records_ids_added == [id]
    assert [one.record_id for one in api.get_page(made.list.list_id).results] == [id]


def test_it_reads_links_and_deals(portal: Portal, client: Any) -> None:
    contact = portal.contact(email="a@x.example")
    deal = client.crm.deals.basic_api.create(
        deal_models.SimplePublicObjectInputForCreate(
            properties={"dealname": "D", "dealstage": "qualifiedtobuy", "amount": "10"},
            associations=[
                {
                    "to": {"id": contact},
                    "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 3}],
                }
            ],
        )
    )
    found = client.crm.associations.v4.batch_api.get_page(
        "deals",
        "contacts",
        links.BatchInputPublicFetchAssociationsBatchRequest(inputs=[{"id": deal.id}]),
    )
    assert [int(one.to_object_id) for one in found.results[0].to] == [int(contact)]
    shown = client.crm.deals.basic_api.get_by_id(deal.id, properties=["hs_is_closed"])
    assert shown.properties["hs_is_closed"] == "false"


@pytest.mark.parametrize("object", ["meetings", "calls"])
def test_it_logs_activities_and_reads_them_back(portal: Portal, client: Any, object: str) -> None:
    api = getattr(client.crm.objects, object)
    contact = portal.contact(email="a@x.example")
    type_ = {"meetings": 200, "calls": 194}[object]
    spec = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_}
    made = api.basic_api.create(
        {
            "properties": {"hs_timestamp": "2026-03-02T09:00:00Z"},
            "associations": [{"to": {"id": contact}, "types": [spec]}],
        }
    )
    read = api.basic_api.get_by_id(made.id, associations=["contacts"])
    assert [one.id for one in read.associations["contacts"].results] == [contact]
    assert api.search_api.do_search({"limit": 10}).total == 1


def test_it_sells_lines_of_products(portal: Portal, client: Any) -> None:
    product = client.crm.products.basic_api.create({"properties": {"name": "Seat", "price": "5"}})
    line = client.crm.line_items.basic_api.create(
        {"properties": {"hs_product_id": product.id, "quantity": "3"}, "associations": []}
    )
    read = client.crm.line_items.basic_api.get_by_id(line.id)
    assert read.properties["amount"] == "15"
    assert len(client.crm.line_items.get_all()) == 1


def _named(one: LinkType) -> str:
    singular = {kind.name: kind.singular.upper() for kind in KINDS}
    main = "PRIMARY_" if one.primary else ""
    return f"{main}{singular[one.source]}_TO_{singular[one.target]}"


def test_its_table_of_association_types_is_that_of_the_emulator() -> None:
    ours = {_named(one): one.id for one in link_types() if "leads" not in (one.source, one.target)}
    assert ours == {name: getattr(AssociationType, name) for name in ours}
