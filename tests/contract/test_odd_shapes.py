"""Answers of any shape: a value or one of our errors comes of them, from both connectors."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.hubspot import HubSpot
from connectors.salesforce import Salesforce
from crmbridge.errors import ConfigError, ConnectorError
from crmbridge.model.record import Outcome, ReadRequest, Row
from crmbridge.testing.emulator.server import Server
from crmbridge.testing.emulator.vendor import Request, Response
from crmbridge.testing.emulator.world import World
from tests.contract.scripted import NOW, Answering

ID, OTHER = "00Q000000000001AAA", "003000000000002AAA"
STAMP, SF_STAMP = "2026-11-02T08:00:00.000Z", "2026-11-02T08:00:00.000+0000"
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.sampled_from(
        [10**30, -1, "", "0", "x", "²", STAMP, ID, "0001-01-01T00:00:00+23:59", "9" * 40]
    ),
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(
            st.sampled_from(["id", "Id", "errors", "message", "results", "name", "code", "x"]),
            inner,
            max_size=2,
        ),
    ),
    max_leaves=5,
)
STATUSES = st.sampled_from(
    [200, 200, 200, 200, 201, 207, 300, 400, 401, 403, 404, 409, 413, 429, 500]
)
HUBSPOT: dict[str, Any] = {
    "properties": {
        "results": [
            {"name": "email", "type": "string", "label": "E-mail", "fieldType": "text"},
            {"name": "n", "type": "number", "modificationMetadata": {"readOnlyValue": True}},
            {"name": "pick", "type": "enumeration", "options": [{"value": "a"}]},
            {"name": "at", "type": "datetime"},
        ]
    },
    "page": {
        "total": 1,
        "results": [
            {
                "id": "1",
                "properties": {
                    "hs_object_id": "1",
                    "email": "a@b.example",
                    "n": "1",
                    "pick": "a",
                    "at": STAMP,
                    "lastmodifieddate": STAMP,
                    "hs_merged_object_ids": "7;8",
                },
                "updatedAt": STAMP,
                "archivedAt": STAMP,
                "email": "rep@b.example",
                "firstName": "A",
                "from": {"id": "1"},
                "to": [{"toObjectId": 5}],
                "submittedAt": 1_700_000_000_000,
                "values": [{"name": "email", "value": "a@b.example"}],
                "conversionId": "c",
                "objectWriteTraceId": "op-0",
                "new": True,
            }
        ],
        "paging": {"next": {"after": "x"}},
        "status": "COMPLETE",
        "errors": [
            {
                "category": "OBJECT_NOT_FOUND",
                "message": "m",
                "context": {"ids": ["2"], "propertyName": ["n"], "existingId": ["9"]},
                "errors": [{"code": "X", "context": {"propertyName": ["n"]}}],
            }
        ],
        "list": {"listId": "5", "processingType": "MANUAL"},
        "recordIdsMissing": ["1"],
        "portalId": 4711,
        "policyName": "DAILY",
        "message": "daily limit",
        "category": "VALIDATION_ERROR",
        "context": {"requiredGranularScopes": ["a.b"]},
    },
}
SALESFORCE: dict[str, Any] = {
    "describe": {
        "fields": [
            {"name": "Id", "type": "id"},
            {"name": "SystemModstamp", "type": "datetime"},
            {"name": "IsDeleted", "type": "boolean"},
            {"name": "MasterRecordId", "type": "reference"},
            {"name": "CrmBridge_Id__c", "type": "string", "length": 40, "unique": True},
            {"name": "At", "type": "datetime"},
            {"name": "N", "type": "double"},
            {
                "name": "Status",
                "type": "picklist",
                "picklistValues": [{"value": "a", "active": True}],
                "createable": True,
            },
            {
                "name": "OwnerId",
                "type": "reference",
                "relationshipName": "Owner",
                "referenceTo": ["User"],
            },
        ]
    },
    "page": {
        "totalSize": 1,
        "done": True,
        "nextRecordsUrl": "",
        "records": [
            {
                "Id": ID,
                "SystemModstamp": SF_STAMP,
                "IsDeleted": True,
                "MasterRecordId": OTHER,
                "CrmBridge_Id__c": "key-0",
                "At": SF_STAMP,
                "N": 1,
                "Status": "a",
                "Owner": {"Email": "rep@b.example"},
                "IsConverted": True,
                "ConvertedContactId": OTHER,
            }
        ],
        "deletedRecords": [{"id": ID, "deletedDate": SF_STAMP}],
        "latestDateCovered": SF_STAMP,
        "compositeResponse": [
            {
                "referenceId": "q0",
                "httpStatusCode": 200,
                "body": {
                    "totalSize": 1,
                    "done": True,
                    "records": [{"Id": ID, "SystemModstamp": SF_STAMP, "At": SF_STAMP}],
                },
            }
        ],
    },
    "rows": [
        {
            "id": ID,
            "success": True,
            "created": True,
            "errors": [{"statusCode": "X", "message": "m", "fields": ["N"]}],
        }
    ],
    "errors": [{"errorCode": "INVALID_FIELD", "message": "No such column 'N'", "error": "x"}],
}


class Odd(Answering):
    """Answers with whatever lies ready for a kind of call."""

    name = "odd"

    def __init__(self, kind: Callable[[Request], str]) -> None:
        super().__init__(World(NOW))
        self.kind = kind
        self.ready: dict[str, tuple[int, Any]] = {}

    def handle(self, request: Request) -> Response:
        if request.path.endswith("/oauth2/token"):
            return Response(body={"access_token": "token"})
        status, body = self.ready[self.kind(request)]
        return Response(status=status, body=body)


def hubspot_kind(request: Request) -> str:
    return "properties" if "/crm/properties/" in request.path else "page"


def salesforce_kind(request: Request) -> str:
    if request.path.endswith("/describe"):
        return "describe"
    return "rows" if "/composite/sobjects" in request.path else "page"


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """All places in a JSON value, itself first."""
    yield path
    if isinstance(data, dict):
        for key, value in data.items():
            yield from places(value, (*path, key))
    elif isinstance(data, list):
        for at, value in enumerate(data):
            yield from places(value, (*path, at))


@st.composite
def answers(draw: st.DrawFn, right: dict[str, Any]) -> dict[str, tuple[int, Any]]:
    """Right answers, with up to three places of them replaced by anything, or taken out."""
    ready = copy.deepcopy(right)
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(list(places(ready))[1:]))
        here: Any = ready
        for step in path[:-1]:
            here = here[step]
        if draw(st.booleans()) or len(path) == 1:
            here[path[-1]] = draw(JSON)
        else:
            del here[path[-1]]
    kinds = list(right)
    odd = draw(st.sampled_from(kinds))
    return {k: (draw(STATUSES) if k == odd else 200, ready.get(k)) for k in kinds}


ROWS = [
    Row(op="op-0", key="key-0", values={"N": Decimal(1), "n": Decimal(1)}),
    Row(op="op-1", key="key-1", values={"Status": "a", "pick": "a"}, id="1"),
    Row(op="op-2", key="key-2", values={"Status": "a"}, id=ID),
]
VALUES = (str, int, Decimal, bool, date, datetime, tuple, type(None))


def taken(records: Any) -> None:
    """What leaves a connector has the types that the core reads."""
    for record in records:
        assert isinstance(record.id, str)
        assert record.id
        assert all(isinstance(value, VALUES) for value in record.values.values())
        assert record.changed_at is None or record.changed_at.tzinfo is not None


def pages(found: Any) -> None:
    for number, page in enumerate(found):
        taken((page[1] if isinstance(page, tuple) else page).records)
        if number > 3:
            return


def written(results: Any) -> None:
    assert [one.op for one in results] == [row.op for row in ROWS]
    assert all(isinstance(one.outcome, Outcome) for one in results)


CURSOR = '{"v":1,"mode":"search","hi":1,"run":0,"last":""}'
DEEDS: dict[str, Callable[[Any], None]] = {
    "check": lambda made: made.check(),
    "describe": lambda made: made.describe("contacts"),
    "read": lambda made: pages(made.read("contacts", ["email", "n", "at", "pick"], None)),
    "write": lambda made: written(made.write("contacts", ROWS)),
    "find": lambda made: taken(made.find("contacts", "id", ["1", ID], ["email", "At"])),
    "deleted": lambda made: pages(made.read_deleted("contacts", None)),
}
OF_HUBSPOT: dict[str, Callable[[Any], None]] = {
    "changes": lambda made: pages(made.read("contacts", ["email", "n"], CURSOR)),
    "deals": lambda made: pages(made.read("deals", ["n", "associations.contacts"], None)),
    "owners": lambda made: pages(made.read("owners", [], None)),
    "form": lambda made: pages(made.read("form:abc", [], None)),
    "of_form": lambda made: made.describe("form:abc"),
    "enroll": lambda made: made.enroll("5", ["1"], ["2"]),
    "named": lambda made: made.enroll("a list", ["1"], []),
    "opt_out": lambda made: made.write(
        "contacts", [Row(op="o", key="k", values={"hs_email_optout": True}, id="1")]
    ),
}
OF_SALESFORCE: dict[str, Callable[[Any], None]] = {
    "leads": lambda made: pages(made.read("Lead", ["At", "N", "Status", "Owner.Email"], None)),
    "roles": lambda made: pages(made.read_deleted("OpportunityContactRole", None)),
    "many": lambda made: pages(
        made.read_many([ReadRequest(obj="Lead", fields=("At", "N", "Owner.Email"))])
    ),
    "by_key": lambda made: taken(made.find("Lead", "CrmBridge_Id__c", ["key-0"], ["At"])),
}
DAY = {"daily": 100_000_000}


@pytest.fixture(scope="module")
def hubspot() -> Iterator[tuple[Odd, Callable[[], Any]]]:
    vendor = Odd(hubspot_kind)
    with Server({"odd": vendor}, vendor.world) as server:
        secret = {"ACCESS_TOKEN": "pat-na1-test", "BASE_URL": server.url}
        fast = {"limits": {"ten_secondly": 1_000_000, "search_secondly": 1_000_000, **DAY}}
        yield vendor, lambda: HubSpot(secret, fast)


@pytest.fixture(scope="module")
def salesforce() -> Iterator[tuple[Odd, Callable[[], Any]]]:
    vendor = Odd(salesforce_kind)
    with Server({"odd": vendor}, vendor.world) as server:
        secret = {"CLIENT_ID": "c", "CLIENT_SECRET": "s", "BASE_URL": server.url}
        yield vendor, lambda: Salesforce(secret, {"limits": DAY}, None)


MANY = settings(max_examples=60, suppress_health_check=list(HealthCheck))


@MANY
@given(ready=answers(HUBSPOT))
@pytest.mark.parametrize("deed", [*DEEDS, *OF_HUBSPOT])
def test_hubspot_gives_a_value_or_one_of_our_errors(
    hubspot: tuple[Odd, Callable[[], Any]], deed: str, ready: dict[str, Any]
) -> None:
    vendor, make = hubspot
    vendor.ready = ready
    made = make()
    try:
        with suppress(ConnectorError, ConfigError):
            (DEEDS | OF_HUBSPOT)[deed](made)
    finally:
        made.close()


@MANY
@given(ready=answers(SALESFORCE))
@pytest.mark.parametrize("deed", [*DEEDS, *OF_SALESFORCE])
def test_salesforce_gives_a_value_or_one_of_our_errors(
    salesforce: tuple[Odd, Callable[[], Any]], deed: str, ready: dict[str, Any]
) -> None:
    vendor, make = salesforce
    vendor.ready = ready
    made = make()
    try:
        with suppress(ConnectorError, ConfigError):
            (DEEDS | OF_SALESFORCE)[deed](made)
    finally:
        made.close()


@pytest.mark.parametrize(
    "value", ["0001-01-01T00:00:00+23:59", "no time", 5, [1], {"a": 1}, True, "9999-99-99", ""]
)
@pytest.mark.parametrize("place", ["At", "SystemModstamp", "MasterRecordId"])
def test_one_odd_value_is_absent_and_its_page_and_its_record_come(
    salesforce: tuple[Odd, Callable[[], Any]], place: str, value: object
) -> None:
    vendor, make = salesforce
    page = copy.deepcopy(SALESFORCE["page"])
    page["records"] = [
        {"Id": ID, "SystemModstamp": SF_STAMP, "N": 1},
        {"Id": OTHER, "SystemModstamp": SF_STAMP, "IsDeleted": True, "N": 2, place: value},
        {"Id": "00Q000000000003AAA", "SystemModstamp": SF_STAMP, "N": 3},
    ]
    vendor.ready = {kind: (200, SALESFORCE[kind]) for kind in SALESFORCE} | {"page": (200, page)}
    made = make()
    (one,) = made.read("Lead", ["At", "N"], None)
    assert [record.values["N"] for record in one.records] == [1, 2, 3]
    assert "At" not in one.records[1].values or place != "At"
    assert place != "SystemModstamp" or one.records[1].changed_at is None
    assert one.records[1].merged_into == ""
    made.close()
