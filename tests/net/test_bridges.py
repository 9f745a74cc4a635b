"""The two SDKs on our transport: paths, tokens, options, quotas, the vendors' own errors."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from connectors.hubspot.bridge import HubSpotBridge, dated_path
from connectors.salesforce.answers import usage
from connectors.salesforce.bridge import SalesforceBridge, checked_id, checked_next, route_of
from crmbridge.errors import (
    AuthFailed,
    ConfigError,
    ConnectorError,
    Refused,
    Throttled,
    Unavailable,
)
from crmbridge.model.limits import Budget, Limits
from crmbridge.net.options import CallOptions, using
from tests.net.conftest import LIMITS, Serve, calls, with_tokens
from tests.stages.server import http

HubSpots = Callable[..., HubSpotBridge]
Salesforces = Callable[..., SalesforceBridge]

PATHS = {
    "/crm/v3/objects/contacts/batch/upsert": "/crm/objects/2026-09/contacts/batch/upsert",
    "/crm/v4/associations/deals/contacts/batch/read": (
        "/crm/associations/2026-09/deals/contacts/batch/read"
    ),
    "/crm/v3/properties/contacts": "/crm/properties/2026-09/contacts",
    "/crm/v3/owners": "/crm/owners/2026-09",
    "/crm/v3/owners/": "/crm/owners/2026-09/",
    "/crm/v3/lists/7/memberships/add-and-remove": "/crm/lists/2026-09/7/memberships/add-and-remove",
    "/crm/v3/pipelines/contacts": "/crm/pipelines/2026-09/contacts",
    "/events/v3/events": "/events/event-occurrences/2026-09",
    "/account-info/v3/details": "/account-info/2026-09/details",
    "/marketing/v3/forms": "/marketing/v3/forms",
    "/crm/v3/objectsx": "/crm/v3/objectsx",
    "/crm/objects/2026-09/contacts": "/crm/objects/2026-09/contacts",
}


@pytest.mark.parametrize("path", PATHS)
def test_v3_paths_are_rewritten_to_the_dated_version(path: str) -> None:
    assert dated_path(path, "2026-09") == PATHS[path]
    assert dated_path(path, "v3") == path


def test_the_sdks_objects_are_kept_and_speak_the_configured_version(
    serve: Serve, hubspot: HubSpots
) -> None:
    server = serve(http(200, '{"results": [], "total": 0}'))
    for version, path in (
        ("2026-09", "/crm/objects/2026-09/deals"),
        ("v3", "/crm/v3/objects/deals"),
    ):
        crm = hubspot(server, version=version).sdk.crm
        assert crm.deals.search_api is crm.deals.search_api
        answer = crm.deals.search_api.do_search({"limit": 1}, _preload_content=False)
        assert answer.data == {"results": [], "total": 0}
        assert server.seen[-1].target == f"{path}/search"
        assert server.seen[-1].body == b'{"limit":1}'
        assert server.seen[-1].headers["authorization"] == "Bearer key-1"


def test_every_object_that_the_connector_needs_is_reached(serve: Serve, hubspot: HubSpots) -> None:
    server = serve(http(200, '{"results": []}'))
    crm = hubspot(server).sdk.crm
    raw = {"_preload_content": False}
    crm.contacts.batch_api.upsert({"inputs": []}, **raw)
    crm.contacts.basic_api.get_page(limit=2, properties=["a", "b"], **raw)
    crm.owners.owners_api.get_page(**raw)
    crm.properties.core_api.get_all("contacts", **raw)
    crm.pipelines.pipelines_api.get_all("deals", **raw)
    crm.lists.memberships_api.add("7", ["1", "2"], **raw)
    crm.associations.v4.batch_api.get_page("deals", "contacts", {"inputs": []}, **raw)
    assert [f"{seen.method} {seen.target}" for seen in server.seen] == [
        "POST /crm/objects/2026-09/contacts/batch/upsert",
        "GET /crm/objects/2026-09/contacts?limit=2&properties=a&properties=b",
        "GET /crm/owners/2026-09/",
        "GET /crm/properties/2026-09/contacts",
        "GET /crm/pipelines/2026-09/deals",
        "PUT /crm/lists/2026-09/7/memberships/add",
        "POST /crm/associations/2026-09/deals/contacts/batch/read",
    ]
    assert server.seen[5].body == b'["1","2"]'


def test_the_sdks_models_are_built_from_checked_bytes(serve: Serve, hubspot: HubSpots) -> None:
    row: dict[str, Any] = {
        "id": "1",
        "properties": {"email": None},
        "createdAt": "2026-01-01T00:00:00Z",
    }
    row |= {"updatedAt": "2026-01-01T00:00:00Z", "archived": False}
    server = serve(http(200, json.dumps({"results": [row]})))
    page = hubspot(server).sdk.crm.contacts.basic_api.get_page()
    assert [contact.id for contact in page.results] == ["1"]


def test_options_reach_the_calls_of_an_sdk(serve: Serve, hubspot: HubSpots) -> None:
    server = serve(http(500, "{}"))
    api = hubspot(server).sdk.crm.contacts.batch_api
    safe = CallOptions(idempotent=True, route="upsert contacts")
    with using(safe), pytest.raises(Unavailable, match="upsert contacts"):
        api.upsert({"inputs": []})


class Till:
    """A budget that notes what is asked and told."""

    def __init__(self) -> None:
        self.taken: list[tuple[tuple[str, ...], int]] = []
        self.told: list[tuple[str, Any, Any]] = []

    def take(self, names: Any, priority: int, cost: int = 1) -> float:
        self.taken.append((tuple(names), priority))
        return 0.0

    def feedback(
        self, name: str, *, retry_after: Any = None, remaining: Any = None, limit: Any = None
    ) -> None:
        self.told.append((name, remaining, limit))


def limits(*names: str) -> Limits:
    budgets = tuple(
        Budget(name=n, calls=9, seconds=86_400 if n == "daily" else 1, share=1, source="test")
        for n in names
    )
    return Limits(read_page=1, write_batch=1, budgets=budgets)


def test_hubspot_calls_draw_on_the_quotas_that_count_them(serve: Serve, hubspot: HubSpots) -> None:
    headers = {"X-HubSpot-RateLimit-Daily": "500", "X-HubSpot-RateLimit-Daily-Remaining": "400"}
    server = serve(http(200, "{}", **headers))
    till = Till()
    names = ("ten_secondly", "daily", "search_secondly", "associations")
    bridge = hubspot(server, budget=till, limits=limits(*names))
    bridge.call("GET", "/crm/v3/owners", priority=3)
    bridge.call("POST", "/crm/v3/objects/contacts/search", {}, priority=2)
    bridge.call("POST", "/crm/v4/associations/a/b/batch/read", {}, priority=1)
    bridge.call("GET", "/x", budgets=("own",), priority=0)
    assert till.taken == [
        (("ten_secondly", "daily"), 3),
        (("search_secondly", "daily"), 2),
        (("associations", "daily"), 1),
        (("own",), 0),
    ]
    assert till.told == [("daily", 400, 500)] * 3


HUBSPOT_ERRORS: list[tuple[int, dict[str, Any], type[ConnectorError], dict[str, Any]]] = [
    (429, {"policyName": "DAILY"}, Throttled, {"daily": True, "retry_after": 3600.0}),
    (429, {"policyName": "TEN_SECONDLY_ROLLING"}, Throttled, {"daily": False, "retry_after": 10.0}),
    (429, {"message": "You have reached your secondly limit."}, Throttled, {"retry_after": 1.0}),
    (423, {}, Throttled, {"retry_after": 2.0}),
    (530, {}, AuthFailed, {}),
    (401, {}, AuthFailed, {}),
    (403, {"category": "MISSING_SCOPES"}, Refused, {"code": "MISSING_SCOPES"}),
    (400, {"category": "VALIDATION_ERROR"}, Refused, {"code": "VALIDATION_ERROR"}),
    (
        400,
        {"errors": [{"code": "INVALID_OPTION", "context": {"propertyName": ["stage"]}}]},
        Refused,
        {"code": "INVALID_OPTION", "field": "stage"},
    ),
    (404, {"category": "OBJECT_NOT_FOUND"}, Refused, {"code": "not_found"}),
]


@pytest.mark.parametrize(("status", "body", "kind", "holds"), HUBSPOT_ERRORS)
def test_hubspots_own_errors(
    serve: Serve,
    hubspot: HubSpots,
    status: int,
    body: dict[str, Any],
    kind: type[ConnectorError],
    holds: dict[str, Any],
) -> None:
    server = serve(http(status, json.dumps(body)))
    with pytest.raises(kind) as caught:
        hubspot(server).call("POST", "/crm/v3/objects/contacts", {})
    assert {name: getattr(caught.value, name) for name in holds} == holds


@pytest.mark.parametrize(
    "credentials", [{}, {"ACCESS_TOKEN": "a\nb"}, {"ACCESS_TOKEN": "a", "BASE_URL": "http://x.y"}]
)
def test_hubspot_needs_a_token_and_a_safe_base(credentials: dict[str, str]) -> None:
    with pytest.raises(ConfigError):
        HubSpotBridge(credentials, limits=LIMITS)


def test_a_hubspot_version_is_checked() -> None:
    with pytest.raises(ConfigError, match="v9"):
        HubSpotBridge({"ACCESS_TOKEN": "a"}, limits=LIMITS, version="v9/../x")


def test_salesforce_logs_in_by_client_credentials_and_calls_below_its_version(
    serve: Serve, salesforce: Salesforces
) -> None:
    server = serve(script=with_tokens(lambda seen, number: [http(200, "[]")]))
    bridge = salesforce(server)
    answer = bridge.call(
        "PATCH",
        "composite/sobjects/Lead/Ext__c",
        {"records": []},
        headers={"Sforce-Auto-Assign": "FALSE"},
    )
    login, call = server.seen
    assert parse_qs(login.body.decode()) == {"grant_type": ["client_credentials"]}
    assert b64decode(login.headers["authorization"].removeprefix("Basic ")) == b"app:hush"
    assert call.target == "/services/data/v66.0/composite/sobjects/Lead/Ext__c"
    assert (call.body, answer.data) == (b'{"records":[]}', [])
    assert call.headers["sforce-auto-assign"] == "FALSE"
    assert call.headers["sforce-call-options"] == "client=crmbridge"
    assert call.headers["authorization"] == "Bearer token-1"
    assert "x-prettyprint" not in call.headers


def test_salesforce_logs_in_by_signed_assertion(serve: Serve, tmp_path: Path) -> None:
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (tmp_path / "key.pem").write_bytes(pem)
    server = serve(script=with_tokens(lambda seen, number: [http(200, "{}")]))
    credentials = {"MY_DOMAIN": "acme", "CLIENT_ID": "app", "USERNAME": "bot@acme.test"}
    credentials |= {"PRIVATE_KEY_FILE": str(tmp_path / "key.pem"), "BASE_URL": server.url}
    bridge = SalesforceBridge(credentials, limits=LIMITS, version="65.0")
    bridge.call("GET", "limits")
    bridge.close()
    form = parse_qs(server.seen[0].body.decode())
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    claims = jwt.decode(
        form["assertion"][0],
        key.public_key(),
        algorithms=["RS256"],
        audience="https://acme.my.salesforce.com",
    )
    assert (claims["iss"], claims["sub"]) == ("app", "bot@acme.test")
    assert server.seen[1].target == "/services/data/v65.0/limits"


def test_an_expected_error_status_is_an_answer(serve: Serve, salesforce: Salesforces) -> None:
    body = '[{"errorCode": "DUPLICATE_VALUE"}]'
    server = serve(script=with_tokens(lambda seen, number: [http(400, body)]))
    answer = salesforce(server).call("POST", "sobjects/Lead", {}, expect={201, 400})
    assert (answer.status, answer.data) == (400, [{"errorCode": "DUPLICATE_VALUE"}])


def test_a_path_may_carry_its_query(
    serve: Serve, salesforce: Salesforces, hubspot: HubSpots
) -> None:
    server = serve(script=with_tokens(lambda seen, number: [http(200, "{}")]))
    salesforce(server).call("GET", "/services/data/v66.0/query?q=SELECT%20Id%20%2B%27a%27")
    hubspot(server).call("GET", "/crm/v3/owners?archived=true")
    targets = [seen.target for seen in calls(server)]
    assert targets[0] == "/services/data/v66.0/query?q=SELECT+Id+%2B%27a%27"
    assert targets[1] == "/crm/owners/2026-09?archived=true"


def test_pages_are_followed_to_the_end_and_counted(serve: Serve, salesforce: Salesforces) -> None:
    link = "/services/data/v66.0/query/01gAAA-2000"

    def script(seen: Any, number: int) -> Any:
        last = seen.target == link
        page: dict[str, Any] = {"totalSize": 3, "done": last, "records": [{}] if last else [{}, {}]}
        return [http(200, json.dumps(page | ({} if last else {"nextRecordsUrl": link})))]

    server = serve(script=with_tokens(script))
    pages: list[Any] = [answer.data for answer in salesforce(server).pages("SELECT Id FROM Lead")]
    assert [len(page["records"]) for page in pages] == [2, 1]


def test_a_query_that_gives_fewer_rows_than_it_said_is_unavailable(
    serve: Serve, salesforce: Salesforces
) -> None:
    page = '{"totalSize": 5, "done": true, "records": [{}]}'
    server = serve(script=with_tokens(lambda seen, number: [http(200, page)]))
    with pytest.raises(Unavailable, match="fewer"):
        list(salesforce(server).pages("SELECT Id FROM Lead"))


SALESFORCE_ERRORS: list[tuple[int, Any, type[ConnectorError], dict[str, Any]]] = [
    (
        403,
        [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}],
        Throttled,
        {"daily": True, "retry_after": 3600.0},
    ),
    (
        403,
        [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "ConcurrentRequests Limit exceeded."}],
        Throttled,
        {"daily": False, "retry_after": 5.0},
    ),
    (400, [{"errorCode": "UNABLE_TO_LOCK_ROW"}], Unavailable, {}),
    (500, [{"errorCode": "QUERY_TIMEOUT"}], Unavailable, {}),
    (300, ["/a", "/b"], Refused, {"code": "MULTIPLE_CHOICES"}),
    (400, [{"errorCode": "INVALID_FIELD"}], Refused, {"code": "INVALID_FIELD"}),
    (404, [{"errorCode": "NOT_FOUND"}], Refused, {"code": "not_found"}),
]


@pytest.mark.parametrize(("status", "body", "kind", "holds"), SALESFORCE_ERRORS)
def test_salesforces_own_errors(
    serve: Serve,
    salesforce: Salesforces,
    status: int,
    body: Any,
    kind: type[ConnectorError],
    holds: dict[str, Any],
) -> None:
    server = serve(script=with_tokens(lambda seen, number: [http(status, json.dumps(body))]))
    with pytest.raises(kind) as caught:
        salesforce(server).call("PATCH", "sobjects/Lead/Ext__c/1", {})
    assert {name: getattr(caught.value, name) for name in holds} == holds


def test_a_refused_login_is_auth_failed_and_tried_once(
    serve: Serve, salesforce: Salesforces
) -> None:
    body = '{"error": "invalid_grant", "error_description": "no client credentials user enabled"}'
    server = serve(http(400, body))
    bridge = salesforce(server)
    for _ in range(3):
        with pytest.raises(AuthFailed, match="invalid_grant"):
            bridge.call("GET", "limits")
    assert len(server.seen) == 1


GOOD = {"MY_DOMAIN": "acme.my.salesforce.com", "CLIENT_ID": "a", "CLIENT_SECRET": "b"}


@pytest.mark.parametrize(
    "change",
    [
        {"MY_DOMAIN": ""},
        {"MY_DOMAIN": "login.salesforce.com"},
        {"MY_DOMAIN": "acme.my.salesforce.com.evil.example"},
        {"MY_DOMAIN": "user@acme.my.salesforce.com"},
        {"MY_DOMAIN": "acme.my.salesforce.com/x"},
        {"CLIENT_ID": ""},
        {"CLIENT_SECRET": ""},
        {"PRIVATE_KEY_FILE": "/nowhere/key.pem"},
        {"BASE_URL": "http://emulator.example"},
    ],
)
def test_wrong_salesforce_credentials_are_config_errors(change: dict[str, str]) -> None:
    with pytest.raises(ConfigError):
        SalesforceBridge(GOOD | change, limits=LIMITS)


def test_no_repr_shows_a_credential() -> None:
    bridge = SalesforceBridge(GOOD | {"CLIENT_SECRET": "sentinel"}, limits=LIMITS)
    shown = repr(bridge) + repr(bridge.grant) + repr(bridge.transport.tokens)
    bridge.close()
    assert "sentinel" not in shown


@pytest.mark.parametrize("bad", ["", "../x", "//h/x", "0" * 16, "00Q5g00000AbCdE/", "é" * 15])
def test_only_salesforce_ids_are_ids(bad: str) -> None:
    assert checked_id("00Q5g00000AbCdEFGH") == "00Q5g00000AbCdEFGH"
    with pytest.raises(Refused):
        checked_id(bad)


@pytest.mark.parametrize("bad", [None, "", "/services/data/v66.0/query/../x", "//evil.example/x"])
def test_only_query_paths_are_next_pages(bad: object) -> None:
    with pytest.raises(Refused):
        checked_next(bad)


def test_routes_in_logs_hold_no_ids_and_no_values() -> None:
    assert route_of("/services/data/v66.0/sobjects/Lead/Ext__c/Meier") == "/sobjects/Lead/Ext__c/*"
    assert route_of("/services/data/v66.0/sobjects/Lead/describe") == "/sobjects/Lead/describe"
    assert route_of("/services/data/v66.0/query/01gAAA-2000") == "/query/*"


def test_both_forms_of_the_limit_header_are_read() -> None:
    (org,) = usage({"sforce-limit-info": "api-usage=18/5000"})
    assert (org.remaining, org.limit, org.daily) == (4982, 5000, True)
    both = "api-usage=25/5000; per-app-api-usage=17/250(appName=x)"
    (app,) = usage({"sforce-limit-info": both})
    assert (app.remaining, app.limit) == (233, 250)
    assert usage({"sforce-limit-info": "?"}) == []


@pytest.mark.parametrize("odd", ["api-usage=0/0", "api-usage=200000/15000", "api-usage=5/0"])
def test_a_limit_header_that_cannot_be_is_no_statement(odd: str) -> None:
    assert usage({"sforce-limit-info": odd}) == []
    (app,) = usage({"sforce-limit-info": f"{odd}; per-app-api-usage=17/250(appName=x)"})
    assert (app.remaining, app.limit) == (233, 250)


def test_a_soft_limit_may_be_overrun_a_little() -> None:
    (org,) = usage({"sforce-limit-info": "api-usage=15020/15000"})
    assert (org.remaining, org.limit) == (-20, 15_000)
