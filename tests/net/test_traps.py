"""The traps of reliability.md 1.2: each library falls into its own, crmbridge does not.

T13 belongs to the webhooks and T17 to the checks of the build.
"""

from __future__ import annotations

import gzip
import io
import json
import logging
import math
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
import structlog
from hubspot.crm import contacts
from simple_salesforce.format import format_soql

from connectors.hubspot.bridge import HubSpotBridge, results
from connectors.salesforce.bridge import SalesforceBridge
from crmbridge import log
from crmbridge.errors import ConnectorError, Refused, Unavailable, Unknown
from crmbridge.net import jsonx
from crmbridge.net.call import Call
from crmbridge.net.options import CallOptions, using
from tests.net.conftest import Connect, Serve, calls, with_tokens
from tests.net.sdk import bare_hubspot, bare_salesforce, bare_session
from tests.stages.server import End, Seen, http, until_closed

HubSpots = Callable[..., HubSpotBridge]
Salesforces = Callable[..., SalesforceBridge]
LEADS = "/crm/v3/objects/contacts"
NEXT = "/services/data/v66.0/query/01g000000000001AAA-2000"

EMPTY_LOOKING = {
    "html": http(200, "<html>maintenance</html>", "text/html"),
    "cut json": until_closed(b'{"results": [{"id": "1"'),
    "a list": http(200, "[]"),
    "a text": http(200, '"x"'),
    "no results": http(200, '{"total": 3}'),
}


@pytest.mark.parametrize("what", EMPTY_LOOKING)
def test_t1_an_answer_that_is_no_page_never_reads_as_an_empty_page(
    serve: Serve, hubspot: HubSpots, what: str
) -> None:
    server = serve(EMPTY_LOOKING[what], End.CLOSE)
    with bare_hubspot(server, contacts) as api:
        assert api.get_page().results is None
    with pytest.raises(Unavailable):
        results(hubspot(server).call("GET", LEADS), reads=True)


def test_t1_a_create_answered_with_html_is_unknown(serve: Serve, hubspot: HubSpots) -> None:
    server = serve(http(201, "<html>", "text/html"))
    with bare_hubspot(server, contacts) as api:
        assert api.create({"properties": {}}).id is None
    with pytest.raises(Unknown):
        hubspot(server).sdk.crm.contacts.basic_api.create({"properties": {}})


def test_t1_a_success_that_was_not_agreed_is_unknown(serve: Serve, hubspot: HubSpots) -> None:
    server = serve(http(202, "{}"))
    with bare_hubspot(server, contacts) as api:
        assert api.create({"properties": {}}) is None
    with pytest.raises(Unknown):
        hubspot(server).call("POST", LEADS, {"properties": {}})


HALF = '{"status": "COMPLETE", "results": [], "numErrors": 1, "errors": [{"status": "error"}]}'


def test_t2_a_batch_with_errors_is_never_taken_for_a_success(
    serve: Serve, hubspot: HubSpots
) -> None:
    server = serve(http(207, HALF))
    body = {"inputs": [{"properties": {"email": "a@example.com"}}]}
    with bare_hubspot(server, contacts, "BatchApi") as api:
        assert api.create(body).results == []
    bridge = hubspot(server)
    with pytest.raises(Unknown):
        bridge.call("POST", f"{LEADS}/batch/create", body)
    asked = bridge.call("POST", f"{LEADS}/batch/create", body, expect={201, 207})
    assert asked.status == 207


def test_t2_a_batch_that_is_still_pending_is_unknown(serve: Serve, hubspot: HubSpots) -> None:
    server = serve(http(201, '{"status": "PENDING", "results": []}'))
    with bare_hubspot(server, contacts, "BatchApi") as api:
        assert api.create({"inputs": []}).status == "PENDING"
    answer = hubspot(server).call("POST", f"{LEADS}/batch/create", {"inputs": []})
    with pytest.raises(Unknown):
        results(answer, reads=False)


def test_t3_nothing_is_retried_behind_our_back(serve: Serve, hubspot: HubSpots) -> None:
    bare, ours = serve(End.CLOSE), serve(End.CLOSE)
    with bare_hubspot(bare, contacts) as api, suppress(Exception):
        api.get_page()
    assert len(bare.seen) == 4
    with pytest.raises(Unavailable):
        hubspot(ours).sdk.crm.contacts.basic_api.get_page()
    assert len(ours.seen) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_t4_no_redirect_takes_a_person_to_another_host(
    serve: Serve, hubspot: HubSpots, salesforce: Salesforces, status: int
) -> None:
    foreign = serve(http(200, "{}"))
    server = serve(
        script=with_tokens(lambda seen, number: [http(status, Location=f"{foreign.url}/x")])
    )
    person = {"properties": {"email": "ada@example.com"}}
    with bare_hubspot(server, contacts) as api, suppress(Exception):
        api.create(person)
    with requests.Session() as session:
        session.post(f"{server.url}/x", json=person, headers={"X-Api-Key": "hush"})
    assert [seen.headers.get("x-api-key") for seen in foreign.seen][-1] == "hush"
    if status in (307, 308):
        assert all(b"ada@example.com" in seen.body for seen in foreign.seen)
    before = len(foreign.seen)
    for call in (
        lambda: hubspot(server).call("POST", LEADS, person),
        lambda: hubspot(server).sdk.crm.contacts.basic_api.create(person),
        lambda: salesforce(server).call("POST", "sobjects/Lead", person),
        lambda: salesforce(server).sf.Lead.create(person),
    ):
        with pytest.raises(Unknown):
            call()
    assert len(foreign.seen) == before


def test_t5_a_page_link_cannot_take_the_token_to_another_host(
    serve: Serve, salesforce: Salesforces
) -> None:
    foreign = serve(http(200, '{"records": [], "done": true}'))
    link = f"@{foreign.host}/x"
    with bare_session(foreign) as session:
        sdk = bare_salesforce(session)
        sdk.query_more(link, identifier_is_url=True)
        sdk.query_more(f"//{foreign.host}/../x", identifier_is_url=False)
    assert foreign.seen[0].headers["authorization"] == "Bearer hush"
    before = len(foreign.seen)
    page = json.dumps({"totalSize": 9, "done": False, "records": [{}], "nextRecordsUrl": link})
    bridge = salesforce(serve(script=with_tokens(lambda seen, number: [http(200, page)])))
    with pytest.raises(Refused):
        list(bridge.pages("SELECT Id FROM Lead"))
    for bad in (link, ".evil.example/x", "//evil.example/x", ":9/x"):
        with pytest.raises((Refused, requests.RequestException)):
            bridge.sf.query_more(bad, identifier_is_url=True)
        with pytest.raises(Refused):
            bridge.call("GET", bad if bad[0] == "/" else f"/{bad}/../..")
    assert len(foreign.seen) == before


def test_t5_a_record_id_cannot_take_the_token_to_another_host(
    serve: Serve, salesforce: Salesforces
) -> None:
    foreign = serve(http(200, "{}"))
    with bare_session(foreign) as session:
        sdk = bare_salesforce(session)
        sdk.Lead.get(f"//{foreign.host}/x")
    assert foreign.seen[0].headers["authorization"] == "Bearer hush"
    bridge = salesforce(serve(script=with_tokens(lambda seen, number: [http(200, "{}")])))
    with pytest.raises(Refused):
        bridge.sf.Lead.get(f"//{foreign.host}/x")
    assert len(foreign.seen) == 1


def test_t6_a_page_link_that_repeats_ends_the_query(serve: Serve, salesforce: Salesforces) -> None:
    page = json.dumps({"totalSize": 4000, "done": False, "records": [{}], "nextRecordsUrl": NEXT})
    server = serve(script=with_tokens(lambda seen, number: [http(200, page)]))
    with bare_session(server) as session:
        sdk = bare_salesforce(session)
        assert len(list(islice(sdk.query_all_iter("SELECT Id FROM Lead"), 50))) == 50
    before = len(server.seen)
    with pytest.raises(Unavailable, match="twice"):
        list(salesforce(server).pages("SELECT Id FROM Lead"))
    assert len(calls(server)) - before <= 3


EXPIRED = http(401, '[{"errorCode": "INVALID_SESSION_ID", "message": "Session expired"}]')
POLICY = {"Sforce-Auto-Assign": "FALSE", "Sforce-Duplicate-Rule-Header": "allowSave=true"}


def test_t7_policy_headers_survive_the_refresh_of_a_token(
    serve: Serve, salesforce: Salesforces
) -> None:
    def expired_once(seen: Seen, number: int) -> Any:
        first = "token-1" in seen.headers["authorization"]
        return [EXPIRED if first else http(204)]

    bare = serve(script=with_tokens(expired_once, "acme.my.salesforce.com"))
    with bare_session(bare) as session:
        sdk = bare_salesforce(session, login=True)
        sdk._call_salesforce("PATCH", f"{sdk.base_url}sobjects/Lead/1", headers=POLICY, data="{}")
    assert [seen.headers.get("sforce-auto-assign") for seen in calls(bare)] == ["FALSE", None]

    ours = serve(script=with_tokens(expired_once))
    salesforce(ours).call("PATCH", "sobjects/Lead/1", {}, headers=POLICY, expect={204})
    seen = [{name: call.headers.get(name.lower()) for name in POLICY} for call in calls(ours)]
    assert seen == [POLICY, POLICY]


def test_t7_a_401_for_ever_does_not_become_a_storm(serve: Serve, salesforce: Salesforces) -> None:
    def never(seen: Seen, number: int) -> Any:
        # lets the SDK go in the end, which would not stop by itself
        return [EXPIRED if number < 60 else http(400, "[]")]

    bare = serve(script=with_tokens(never, "acme.my.salesforce.com"))
    with bare_session(bare) as session, suppress(Exception):
        bare_salesforce(session, login=True).Lead.create({})
    assert len(bare.seen) > 50

    ours = serve(script=with_tokens(never))
    with pytest.raises(ConnectorError):
        salesforce(ours).sf.Lead.create({})
    assert len(calls(ours)) == 2
    assert len(ours.seen) == 4


def test_t8_a_silent_server_cannot_hold_a_call(serve: Serve, salesforce: Salesforces) -> None:
    silent = serve(script=with_tokens(lambda seen, number: [2.0, End.CLOSE]))
    bridge = salesforce(silent)
    with bare_session(silent) as session:
        sdk = bare_salesforce(session)

        def ask() -> None:
            with suppress(requests.RequestException):
                sdk.Lead.get("1")

        thread = threading.Thread(target=ask)
        thread.start()
        started = time.monotonic()
        with using(CallOptions(deadline=0.3)), pytest.raises(Unknown):
            bridge.sf.Lead.create({})
        assert time.monotonic() - started < 0.6
        assert thread.is_alive()
        thread.join(5)


def test_t8_html_is_no_successful_update(serve: Serve, salesforce: Salesforces) -> None:
    server = serve(script=with_tokens(lambda s, n: [http(200, "<html>", "text/html")]))
    with bare_session(server) as session:
        sdk = bare_salesforce(session)
        assert sdk.Lead.update("1", {}) == 200
    with pytest.raises(Unknown):
        salesforce(server).sf.Lead.update("1", {})
    with pytest.raises(Unknown):
        salesforce(server).call("PATCH", "sobjects/Lead/1", {}, expect={204})


def test_t9_a_drip_cannot_outlast_the_deadline(serve: Serve, connect: Connect) -> None:
    head = b"HTTP/1.1 200 x\r\ncontent-type: application/json\r\ncontent-length: 12\r\n\r\n"
    server = serve(head, *[b" ", 0.1] * 10, b"[]")
    for fetch in (
        lambda: requests.get(server.url, timeout=0.3),
        lambda: httpx.get(server.url, timeout=0.3, trust_env=False),
    ):
        started = time.monotonic()
        fetch()
        assert time.monotonic() - started > 0.9
    started = time.monotonic()
    with pytest.raises(Unavailable):
        connect(server).send(Call(method="GET", path="/x", deadline=0.3))
    assert time.monotonic() - started < 0.5


def test_t10_a_bomb_is_stopped_while_it_is_unpacked(serve: Serve, connect: Connect) -> None:
    bomb = http(200, gzip.compress(b" " * 30_000_000), content_encoding="gzip")
    server = serve(bomb)
    assert len(bomb) < 40_000
    assert len(requests.get(server.url, timeout=9).content) == 30_000_000
    with pytest.raises(Unavailable, match="longer than 1000000 bytes"):
        connect(server).send(Call(method="GET", path="/x"))


PERSON = "ada@example.com"


def test_t11_neither_the_log_nor_an_error_names_a_person(
    serve: Serve, connect: Connect, salesforce: Salesforces, hubspot: HubSpots
) -> None:
    stream = io.StringIO()
    before = list(logging.getLogger().handlers)
    server = serve(script=with_tokens(lambda s, n: [http(400, f'[{{"message": "{PERSON}"}}]')]))
    logging.getLogger("httpx").addHandler(handler := logging.StreamHandler(stream))
    logging.getLogger("httpx").setLevel(logging.INFO)
    httpx.get(server.url, params={"q": PERSON}, trust_env=False)
    with bare_session(server) as session:
        sdk = bare_salesforce(session)
        with pytest.raises(Exception, match=PERSON):
            sdk.query(f"SELECT Id FROM Lead WHERE Email = '{PERSON}'")
    with bare_hubspot(server, contacts) as api, pytest.raises(Exception, match=PERSON):
        api.get_page()
    assert "ada%40example.com" in stream.getvalue()
    logging.getLogger("httpx").removeHandler(handler)

    ours = io.StringIO()
    log.configure(level="DEBUG", stream=ours)
    words = []
    attempts: list[Callable[[], object]] = [
        lambda: connect(server).send(Call(method="GET", path="/x", params={"q": PERSON})),
        lambda: salesforce(server).call("GET", "query", params={"q": PERSON}),
        lambda: hubspot(server).call("GET", f"/crm/v3/objects/contacts/{PERSON}"),
    ]
    for call in attempts:
        with pytest.raises(Refused) as caught:
            call()
        words.append(str(caught.value))
        structlog.get_logger().exception("failed", exc_info=caught.value)
    logging.getLogger().handlers[:] = before
    structlog.reset_defaults()
    assert ours.getvalue().count('"event": "call"') >= 3
    assert not [text for text in (*words, ours.getvalue()) if "example.com" in text]


def test_t12_the_environment_changes_neither_credential_nor_authority(
    serve: Serve,
    hubspot: HubSpots,
    salesforce: Salesforces,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "other.pem"))
    server = serve(script=with_tokens(lambda seen, number: [http(200, "{}")]))
    with requests.Session() as session:
        session.get(server.url, headers={"Authorization": "Bearer key-1"})
        session.verify = "/pinned.pem"
        merged = session.merge_environment_settings("https://x", {}, None, None, None)
    assert server.seen[0].headers["authorization"].startswith("Basic ")
    assert merged["verify"] == str(tmp_path / "other.pem")

    hubspot(server).call("GET", LEADS)
    bridge = salesforce(server)
    bridge.call("GET", "limits")
    assert calls(server)[1].headers["authorization"] == "Bearer key-1"
    assert calls(server)[2].headers["authorization"] == "Bearer token-1"
    assert bridge.sf.session.trust_env is False


POISON = {
    "NaN": b'{"a": NaN}',
    "overflow": b'{"a": 1e999}',
    "duplicate keys": b'{"a": 1, "a": 2}',
    "depth": b"[" * 100_000 + b"]" * 100_000,
    "long number": b'{"a": ' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("what", POISON)
def test_t14_poisoned_json_is_an_error_of_one_answer_only(
    serve: Serve, connect: Connect, what: str
) -> None:
    try:
        value = json.loads(POISON[what])
    except (RecursionError, ValueError) as error:
        assert what in ("depth", "long number")
        assert not isinstance(error, json.JSONDecodeError)  # noqa: PT017
    else:
        assert value == {"a": 2} or not math.isfinite(value["a"])
    server = serve(http(200, POISON[what]))
    with pytest.raises(Unavailable):
        connect(server).send(Call(method="GET", path="/x"))
    with pytest.raises(Unknown):
        connect(server).send(Call(method="POST", path="/x", json={}))


def test_t14_text_that_no_store_takes_is_cleaned_in_and_refused_out(
    serve: Serve, connect: Connect, hubspot: HubSpots
) -> None:
    raw = rb'{"name": "a\ud800b\u0000c", "ok": "\ud83d\ude00"}'
    with sqlite3.connect(":memory:") as db, pytest.raises(UnicodeEncodeError):
        db.execute("select ?", (json.loads(raw)["name"],))
    db.close()
    server = serve(http(200, raw))
    requests.post(server.url, json={"name": "\ud800"}, timeout=5)
    assert server.seen[0].body == b'{"name": "\\ud800"}'
    answer = connect(server).send(Call(method="GET", path="/x"))
    assert answer.data == {"name": "a�bc", "ok": "😀"}
    assert answer.cleaned == 2
    with pytest.raises(Refused):
        hubspot(server).call("POST", LEADS, {"name": "\ud800"})
    assert len(server.seen) == 2


def test_t15_a_cursor_travels_as_the_vendor_wrote_it(serve: Serve, salesforce: Salesforces) -> None:
    stamp = datetime(2026, 11, 21, 10, 0, 0, 999_999, tzinfo=UTC)
    assert format_soql("{}", stamp) == "2026-11-21T10:00:00+00:00"
    page = '{"totalSize": 0, "done": true, "records": []}'
    server = serve(script=with_tokens(lambda seen, number: [http(200, page)]))
    cursor = "2026-11-21T10:00:00.999+0000"
    soql = f"SELECT Id FROM Lead WHERE SystemModstamp >= {cursor}"
    list(salesforce(server).pages(soql))
    asked = httpx.URL(server.url + calls(server)[0].target).params["q"]
    assert asked == soql


def test_t16_the_log_stays_as_configured_when_an_sdk_is_built(
    serve: Serve, hubspot: HubSpots
) -> None:
    before = list(logging.getLogger().handlers)
    logging.getLogger("urllib3").setLevel(logging.DEBUG)
    with bare_hubspot(serve(), contacts):
        pass
    assert logging.getLogger("urllib3").level == logging.WARNING

    server = serve(http(200, '{"results": []}'))
    stream = io.StringIO()
    log.configure(level="DEBUG", stream=stream)
    hubspot(server).sdk.crm.contacts.basic_api.get_page()
    structlog.get_logger("crmbridge").debug("still here")
    logging.getLogger().handlers[:] = before
    structlog.reset_defaults()
    events = [json.loads(line)["event"] for line in stream.getvalue().splitlines()]
    assert events == ["call", "still here"]


def test_money_is_decimal_from_the_wire(serve: Serve, connect: Connect) -> None:
    assert json.loads(b"0.1") + json.loads(b"0.2") != Decimal("0.3")
    answer = connect(serve(http(200, "[0.1, 0.2]"))).send(Call(method="GET", path="/x"))
    assert isinstance(answer.data, list)
    assert sum(answer.data) == Decimal("0.3")
    assert jsonx.dumps(answer.data) == b"[0.1,0.2]"
