"""simple-salesforce, unchanged, against the emulated org through a rewriting adapter."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import SalesforceMalformedRequest, SalesforceResourceNotFound

from tests.salesforce.desk import Desk, Loopback


@pytest.fixture
def sdk(org: Desk) -> Iterator[Any]:
    with requests.Session() as session:
        session.trust_env = False
        session.mount("https://", Loopback(org.url))
        org.remote.config(instance_url="https://acme.my.salesforce.com")
        yield Salesforce(
            consumer_key="app",
            consumer_secret="secret",
            domain="acme.my",
            session=session,
            version="66.0",
        )


def test_client_credentials_log_in(sdk: Any) -> None:
    assert sdk.sf_instance == "acme.my.salesforce.com"
    assert sdk.limits()["DailyApiRequests"]["Max"] == 115_000
    assert sdk.api_usage["api-usage"].used == 1


def test_a_jwt_logs_in(org: Desk) -> None:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    org.remote.config(jwt_public_key=public.decode(), instance_url="https://acme.my.salesforce.com")
    with requests.Session() as session:
        session.trust_env = False
        session.mount("https://", Loopback(org.url))
        made = Salesforce(
            username="integration@example.com", consumer_key="app", privatekey=private,
            domain="acme.my", session=session, version="66.0",
        )  # fmt: skip
        assert made.query("SELECT Id FROM Lead")["totalSize"] == 0


def test_rows_are_created_read_upserted_updated_and_deleted(sdk: Any) -> None:
    made = sdk.Lead.create({"LastName": "Doe", "Company": "Acme", "CrmBridge_Id__c": "k1"})
    assert made["success"] is True
    assert sdk.Lead.get(made["id"])["LastName"] == "Doe"
    assert sdk.Lead.get_by_custom_id("CrmBridge_Id__c", "k1")["Id"] == made["id"]
    assert sdk.Lead.upsert("CrmBridge_Id__c/k1", {"Title": "CTO"}) == 200
    assert sdk.Lead.update(made["id"], {"Title": "CEO"}) == 204
    assert sdk.Lead.delete(made["id"]) == 204
    with pytest.raises(SalesforceResourceNotFound):
        sdk.Lead.get(made["id"])


def test_queries_follow_pages_and_show_deleted_rows(org: Desk, sdk: Any) -> None:
    org.remote.seed(Lead=[{"LastName": f"n{n}", "Company": "C"} for n in range(2_500)])
    assert sdk.query("SELECT Id FROM Lead")["totalSize"] == 2_500
    assert len(list(sdk.query_all_iter("SELECT Id FROM Lead"))) == 2_500
    org.remote.act("delete", id=org.remote.state("Lead")[0]["Id"])
    assert sdk.query_all("SELECT Id FROM Lead")["totalSize"] == 2_499
    everything = sdk.query_all("SELECT Id, IsDeleted FROM Lead", include_deleted=True)
    assert len(everything["records"]) == 2_500


def test_a_malformed_query_raises_the_sdks_error(sdk: Any) -> None:
    with pytest.raises(SalesforceMalformedRequest) as caught:
        sdk.query("SELECT Id FROM Lead WHERE Name = 'O'Brien'")
    assert caught.value.content[0]["errorCode"] == "MALFORMED_QUERY"


def test_describe_and_change_lists_work(sdk: Any) -> None:
    assert "CrmBridge_Id__c" in [one["name"] for one in sdk.Lead.describe()["fields"]]
    assert any(one["name"] == "Lead" for one in sdk.describe()["sobjects"])
    assert sdk.Lead.metadata()["objectDescribe"]["keyPrefix"] == "00Q"


def test_collections_and_composite_go_through_the_sdks_own_call(sdk: Any) -> None:
    body = {
        "allOrNone": False,
        "records": [
            {"attributes": {"type": "Lead"}, "LastName": "A", "Company": "C", "CrmBridge_Id__c": k}
            for k in ("a", "b")
        ],
    }
    answer = sdk._call_salesforce(
        "PATCH",
        sdk.base_url + "composite/sobjects/Lead/CrmBridge_Id__c",
        data=json.dumps(body),
        headers={"Sforce-Auto-Assign": "FALSE"},
    )
    assert [one["created"] for one in answer.json()] == [True, True]
    request = {
        "compositeRequest": [
            {"method": "GET", "referenceId": "q", "url": "/services/data/v66.0/query?q="
             "SELECT+COUNT()+FROM+Lead"}
        ]
    }  # fmt: skip
    answer = sdk.restful("composite", method="POST", data=json.dumps(request))
    assert answer["compositeResponse"][0]["body"]["totalSize"] == 2


def test_an_expired_session_is_renewed_and_loses_its_headers_as_known(org: Desk, sdk: Any) -> None:
    org.remote.config(revoke_tokens=True)
    sdk.query("SELECT Id FROM Lead", headers={"Sforce-Query-Options": "batchSize=200"})
    tail = [(line["route"], line["status"]) for line in org.remote.audit()[-3:]]
    assert tail == [("query", 401), ("token", 200), ("query", 200)]
    assert "sforce-query-options" not in org.remote.audit()[-1]["headers"]


def test_lines_of_a_deal_are_made_and_read(sdk: Any) -> None:
    product = sdk.Product2.create({"Name": "Seat", "ProductCode": "S-1"})["id"]
    deal = sdk.Opportunity.create(
        {"Name": "Big", "StageName": "Prospecting", "CloseDate": "2026-12-31"}
    )["id"]
    line = {"OpportunityId": deal, "Product2Id": product, "Quantity": 2, "UnitPrice": 40}
    made = sdk.OpportunityLineItem.create(line)["id"]
    found = sdk.query_all("SELECT TotalPrice, Product2.Name FROM OpportunityLineItem")["records"]
    assert [(one["TotalPrice"], one["Product2"]["Name"]) for one in found] == [(80.0, "Seat")]
    assert sdk.OpportunityLineItem.delete(made) == 204
    assert sdk.Opportunity.get(deal)["HasOpportunityLineItem"] is False
