"""The transport against servers that misbehave on real sockets."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from crmbridge.errors import (
    AuthFailed,
    ConfigError,
    ConnectorError,
    Refused,
    Throttled,
    Unavailable,
    Unknown,
)
from crmbridge.model.limits import Budget, Limits
from crmbridge.net.auth import FetchedToken, FixedToken
from crmbridge.net.budget import LocalBudgets
from crmbridge.net.call import Call
from crmbridge.net.transport import Transport, Usage
from tests.net.conftest import LIMITS, Connect, Serve, tls, trusting
from tests.stages.server import End, Seen, http, until_closed

READ = Call(method="GET", path="/leads")
WRITE = Call(method="POST", path="/leads", json={"email": "ada@example.com"})


def raised(transport: Transport, call: Call) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        transport.send(call)
    return caught.value


def test_an_answer_holds_data_headers_request_id_and_the_vendors_clock(
    serve: Serve, connect: Connect
) -> None:
    date = "Sat, 21 Nov 2026 10:00:00 GMT"
    server = serve(http(200, '{"a": 1.10}', date=date, X_HubSpot_Correlation_Id="c-1"))
    answer = connect(server).send(READ)
    assert str(answer.data) == "{'a': Decimal('1.10')}"
    assert (answer.status, answer.request_id) == (200, "c-1")
    assert answer.date == datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert answer.headers["Content-Type"] == "application/json"


def test_a_read_is_retried_by_nobody_and_a_failed_read_is_unavailable(
    serve: Serve, connect: Connect
) -> None:
    server = serve(End.CLOSE)
    assert type(raised(connect(server), READ)) is Unavailable
    assert len(server.seen) == 1


BROKEN: dict[str, tuple[Any, ...]] = {
    "closed": (End.CLOSE,),
    "reset": (End.RESET,),
    "reset in the body": (b"HTTP/1.1 200 x\r\ncontent-length: 99\r\n\r\n{", End.RESET),
    "cut body with a length": (b"HTTP/1.1 200 x\r\ncontent-length: 99\r\n\r\n{", End.CLOSE),
    "cut body without a length": (until_closed(b'{"results": [{"id'), End.CLOSE),
    "no HTTP": (b"SSH-2.0-x\r\n\r\n", End.CLOSE),
    "html": (http(200, "<html>", "text/html"),),
    "html that says json": (http(200, "<html>"),),
    "json that says text": (http(200, "{}", "text/plain"),),
    "no body": (http(200),),
    "byte order mark": (http(200, b"\xef\xbb\xbf{}"),),
    "utf-16": (http(200, '{"a": 1}'.encode("utf-16")),),
    "unexpected 204": (http(204),),
    "unexpected 202": (http(202, "{}"),),
    "broken gzip": (http(200, b"no gzip", content_encoding="gzip"),),
    "half gzip": (http(200, gzip.compress(b"{}" * 999)[:-9], content_encoding="gzip"),),
    "unknown packing": (http(200, b"x", content_encoding="br"),),
    "big header": (b"HTTP/1.1 200 x\r\nx: " + b"a" * 1_000_000 + b"\r\n\r\n", End.CLOSE),
    "500": (http(500, "{}"),),
    "502 html": (http(502, "<html>", "text/html"),),
    "504": (http(504),),
    "408": (http(408),),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_answer_is_unavailable_for_reads_and_unknown_for_writes(
    serve: Serve, connect: Connect, fault: str
) -> None:
    server = serve(*BROKEN[fault])
    transport = connect(server)
    assert type(raised(transport, READ)) is Unavailable
    assert type(raised(transport, WRITE)) is Unknown
    assert len(server.seen) == 2


def test_a_write_that_is_safe_to_repeat_is_unavailable(serve: Serve, connect: Connect) -> None:
    server = serve(http(500))
    call = Call(method="PUT", path="/optout", json={}, idempotent=True)
    assert type(raised(connect(server), call)) is Unavailable


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_refused_even_when_expected(
    serve: Serve, connect: Connect, status: int
) -> None:
    other = serve(http(200, "{}"))
    server = serve(http(status, Location=f"{other.url}/leads"))
    call = Call(method="POST", path="/leads", json={}, expect=frozenset({200, status}))
    assert type(raised(connect(server), call)) is Unknown
    assert (len(server.seen), other.seen) == (1, [])


def test_300_and_304_are_answers_where_they_are_expected(serve: Serve, connect: Connect) -> None:
    server = serve(http(304))
    answer = connect(server).send(
        Call(method="GET", path="/describe", expect=frozenset({200, 304}))
    )
    assert (answer.status, answer.data) == (304, None)


REFUSALS = [
    (400, Refused, "BAD"),
    (403, Refused, "BAD"),
    (404, Refused, "not_found"),
    (409, Refused, "BAD"),
    (413, Refused, "BAD"),
    (414, Refused, "BAD"),
    (422, Refused, "BAD"),
    (431, Refused, "BAD"),
]


@pytest.mark.parametrize(("status", "kind", "code"), REFUSALS)
def test_4xx_is_refused_with_the_vendors_code(
    serve: Serve, connect: Connect, status: int, kind: type[ConnectorError], code: str
) -> None:
    body = '[{"errorCode": "BAD", "message": "no ada@example.com"}]'
    error = raised(connect(serve(http(status, body))), WRITE)
    assert isinstance(error, kind)
    assert getattr(error, "code", "") == code
    assert "ada" not in str(error)


@pytest.mark.parametrize("status", [423, 477, 503, 521, 523])
def test_what_the_vendor_did_not_take_is_unavailable_for_writes_too(
    serve: Serve, connect: Connect, status: int
) -> None:
    assert type(raised(connect(serve(http(status))), WRITE)) is Unavailable


RETRY_AFTER = [("7", 7.0), ("0", 0.0), ("-5", 0.0), ("864000", 3600.0), ("soon", 0.0), ("1.5", 1.5)]


@pytest.mark.parametrize(("text", "seconds"), RETRY_AFTER)
def test_retry_after_in_seconds(serve: Serve, connect: Connect, text: str, seconds: float) -> None:
    error = raised(connect(serve(http(429, "{}", Retry_After=text))), READ)
    assert isinstance(error, Throttled)
    assert error.retry_after == seconds


@pytest.mark.parametrize(("ahead", "seconds"), [(90, 90.0), (-90, 0.0), (864_000, 3600.0)])
def test_retry_after_as_a_date_is_measured_on_the_vendors_clock(
    serve: Serve, connect: Connect, ahead: int, seconds: float
) -> None:
    now = datetime(2031, 1, 1, tzinfo=UTC)
    when = format_datetime(now + timedelta(seconds=ahead), usegmt=True)
    reply = http(503, Retry_After=when, Date=format_datetime(now, usegmt=True))
    error = raised(connect(serve(reply)), WRITE)
    assert isinstance(error, Throttled)
    assert error.retry_after == seconds


def test_the_vendor_hook_comes_first(serve: Serve, connect: Connect) -> None:
    def classify(status: int, headers: object, data: object) -> ConnectorError | None:
        return Throttled("quota", daily=True) if data == {"error": "limit"} else None

    transport = connect(serve(http(403, '{"error": "limit"}')), classify=classify)
    error = raised(transport, READ)
    assert isinstance(error, Throttled)
    assert error.daily


def test_the_deadline_is_absolute_for_head_body_and_sending(serve: Serve, connect: Connect) -> None:
    drip_body = [b"HTTP/1.1 200 x\r\ncontent-length: 99\r\n\r\n", *[b" ", 0.05] * 60]
    drip_head = [b"HTTP/1.1 200 x\r\n", *[b"a: b\r\n", 0.05] * 60]
    silence = [3.0]
    for steps in (drip_body, drip_head, silence):
        transport = connect(serve(*steps))
        for call, kind in ((READ, Unavailable), (WRITE, Unknown)):
            started = time.monotonic()
            error = raised(
                transport, Call(method=call.method, path="/x", json=call.json, deadline=0.3)
            )
            assert type(error) is kind
            assert time.monotonic() - started < 0.6


def test_a_server_that_does_not_read_cannot_hold_the_call(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        transport = connect(None, url)
        started = time.monotonic()
        call = Call(method="POST", path="/bulk", body=b"x" * 20_000_000, deadline=0.4)
        assert type(raised(transport, call)) is Unknown
        assert time.monotonic() - started < 0.8


def test_a_body_over_the_cap_is_refused_while_it_streams(serve: Serve, connect: Connect) -> None:
    endless = b"HTTP/1.1 200 x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n"
    piece = b"10000\r\n" + b" " * 65536 + b"\r\n"
    error = raised(connect(serve(endless + b"\r\n", *[piece] * 400)), READ)
    assert type(error) is Unavailable
    assert "longer than 1000000 bytes" in str(error)


def test_gzip_and_deflate_are_unpacked(serve: Serve, connect: Connect) -> None:
    body = b'["' + b"a" * 200_000 + b'"]'
    server = serve(http(200, gzip.compress(body), content_encoding="gzip"))
    assert connect(server).send(READ).body == body


def test_connection_refused_means_that_nothing_was_sent(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    error = raised(connect(None, f"http://127.0.0.1:{port}"), WRITE)
    assert type(error) is Unavailable
    assert "nothing was sent" in str(error)


def test_an_unknown_host_means_that_nothing_was_sent(connect: Connect) -> None:
    assert type(raised(connect(None, "https://no-such-host.invalid"), WRITE)) is Unavailable


BAD_BASES = [
    "http://api.example.com",
    "http://127.0.0.1.example.com",
    "http://10.0.0.1",
    "ftp://127.0.0.1",
    "https://user:pass@api.example.com",
    "https://api.example.com?x=1",
    "https://",
    "api.example.com",
    "",
]


@pytest.mark.parametrize("base", BAD_BASES)
def test_only_https_or_loopback_bases_are_accepted(base: str) -> None:
    with pytest.raises(ConfigError):
        Transport(base, limits=LIMITS)


BAD_PATHS = [
    "leads",
    "//evil.example/x",
    "https://evil.example/x",
    "@evil.example/x",
    ".evil.example/x",
    "/../admin",
    "/a/../../b",
    "/a/%2e%2e/b",
    "/a/%2E./b",
    "/a\\..\\b",
    "/a b",
    "/a\r\nx-evil: 1",
    "/a\0",
    "/a?x=1",
    "/a#b",
    "",
]


@pytest.mark.parametrize("path", BAD_PATHS)
def test_a_path_that_could_leave_the_host_is_not_sent(
    serve: Serve, connect: Connect, path: str
) -> None:
    server = serve(http(200, "{}"))
    error = raised(connect(server), Call(method="GET", path=path))
    assert isinstance(error, Refused)
    assert error.code == "bad_call"
    assert server.seen == []


@pytest.mark.parametrize(
    "call",
    [
        Call(method="TRACE", path="/x"),
        Call(method="GET", path="/x", headers={"a": "b\r\nc: d"}),
        Call(method="GET", path="/x", headers={"bad name": "b"}),
        Call(method="GET", path="/x", params={"q": "\ud800"}),
        Call(method="POST", path="/x", json={"a": "\ud800"}),
        Call(method="POST", path="/x", json={"a": float("nan")}),
    ],
)
def test_what_cannot_be_written_is_refused_and_not_sent(
    serve: Serve, connect: Connect, call: Call
) -> None:
    server = serve(http(200, "{}"))
    assert isinstance(raised(connect(server), call), Refused)
    assert server.seen == []


def test_cookies_are_not_kept(serve: Serve, connect: Connect) -> None:
    server = serve(http(200, "{}", Set_Cookie="sid=1; Path=/"))
    transport = connect(server)
    transport.send(READ)
    transport.send(READ)
    assert "cookie" not in server.seen[1].headers


def test_connections_are_kept_open(serve: Serve, connect: Connect) -> None:
    server = serve(http(200, "{}"))
    transport = connect(server)
    for _ in range(5):
        transport.send(READ)
    assert len(server._threads) == 2  # the one that accepts, and one connection


def test_proxies_of_the_environment_are_ignored(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server = serve(http(200, "{}"))
    assert connect(server).send(READ).status == 200


def by_token(good: str) -> Any:
    def script(seen: Seen, number: int) -> Any:
        fresh = seen.headers["authorization"] == f"Bearer {good}"
        return [http(200, "{}")] if fresh else [0.05, http(401)]

    return script


def test_twenty_threads_that_meet_one_expiry_refresh_once(serve: Serve, connect: Connect) -> None:
    fetched: list[str] = []

    def fetch() -> str:
        time.sleep(0.05)
        fetched.append(f"t{len(fetched)}")
        return fetched[-1]

    server = serve(script=by_token("t1"))
    transport = connect(server, tokens=FetchedToken(fetch))
    call = Call(method="POST", path="/leads", json={"a": 1}, headers={"X-Policy": "off"})
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(transport.send, [call] * 20))
    assert [answer.status for answer in answers] == [200] * 20
    assert fetched == ["t0", "t1"]
    assert {seen.headers.get("x-policy") for seen in server.seen} == {"off"}
    assert {seen.body for seen in server.seen} == {b'{"a":1}'}


def test_a_401_for_ever_ends_after_the_second_call(serve: Serve, connect: Connect) -> None:
    server = serve(http(401, "{}"))
    transport = connect(server, tokens=FetchedToken(lambda: "t"))
    assert isinstance(raised(transport, WRITE), AuthFailed)
    assert len(server.seen) == 2


def test_a_fixed_token_is_tried_once(serve: Serve, connect: Connect) -> None:
    server = serve(http(401, "{}"))
    error = raised(connect(server, tokens=FixedToken("hush-hush")), READ)
    assert isinstance(error, AuthFailed)
    assert "hush" not in str(error)
    assert len(server.seen) == 1


def test_a_failed_login_is_not_repeated_by_every_thread(serve: Serve, connect: Connect) -> None:
    tried: list[int] = []

    def fetch() -> str:
        tried.append(1)
        raise AuthFailed("no")

    transport = connect(serve(http(200, "{}")), tokens=FetchedToken(fetch))
    for _ in range(5):
        assert isinstance(raised(transport, READ), AuthFailed)
    assert len(tried) == 1


def test_a_login_that_takes_all_the_time_leaves_nothing_sent(
    serve: Serve, connect: Connect
) -> None:
    def fetch() -> str:
        time.sleep(0.2)
        return "t"

    server = serve(http(200, "{}"))
    call = Call(method="POST", path="/leads", json={}, deadline=0.1)
    assert type(raised(connect(server, tokens=FetchedToken(fetch)), call)) is Unavailable
    assert server.seen == []


def test_a_connection_that_the_vendor_closed_meanwhile_is_not_used_for_a_write(
    serve: Serve, connect: Connect
) -> None:
    server = serve(http(200, "{}"), End.CLOSE)
    transport = connect(server)
    for _ in range(3):
        assert transport.send(WRITE).status == 200
        time.sleep(0.05)
    assert len(server.seen) == 3


def daily(calls: int) -> Budget:
    return Budget(name="daily", calls=calls, seconds=86_400, share=1.0, source="test")


def test_the_transport_waits_for_its_slot(serve: Serve, connect: Connect) -> None:
    burst = Budget(name="burst", calls=10, seconds=1.0, share=1.0, source="test")
    server = serve(http(200, "{}"))
    transport = connect(server, budget=LocalBudgets([burst]))
    started = time.monotonic()
    for _ in range(4):
        transport.send(Call(method="GET", path="/x", budgets=("burst",)))
    assert 0.28 < time.monotonic() - started < 0.6


def test_a_used_up_day_stops_the_call_before_it_is_sent(serve: Serve, connect: Connect) -> None:
    server = serve(http(200, "{}"))
    transport = connect(server, budget=LocalBudgets([daily(2)]))
    call = Call(method="GET", path="/x", budgets=("daily",), priority=0)
    transport.send(call)
    transport.send(call)
    error = raised(transport, call)
    assert isinstance(error, Throttled)
    assert error.daily
    assert len(server.seen) == 2


def test_a_wait_that_would_eat_the_deadline_is_throttled(serve: Serve, connect: Connect) -> None:
    slow = Budget(name="slow", calls=1, seconds=10.0, share=1.0, source="test")
    transport = connect(serve(http(200, "{}")), budget=LocalBudgets([slow]))
    call = Call(method="POST", path="/x", json={}, budgets=("slow",), deadline=1.0)
    transport.send(call)
    error = raised(transport, call)
    assert isinstance(error, Throttled)
    assert 9 < error.retry_after <= 10


def test_what_the_vendor_says_of_its_quota_reaches_the_budget(
    serve: Serve, connect: Connect
) -> None:
    heard: list[tuple[Any, ...]] = []

    class Ear:
        def take(self, names: object, priority: int, cost: int = 1) -> float:
            return 0.0

        def feedback(self, name: str, **said: Any) -> None:
            heard.append((name, said["retry_after"], said["remaining"], said["limit"]))

    budgets = (daily(9), Budget(name="burst", calls=9, seconds=1, share=1, source="test"))
    limits = Limits(read_page=1, write_batch=1, budgets=budgets)
    transport = connect(
        serve(http(429, Retry_After="9")),
        limits=limits,
        budget=Ear(),
        quota=lambda headers: [Usage(daily=True, remaining=5, limit=7)],
    )
    raised(transport, Call(method="GET", path="/x", budgets=("burst", "daily")))
    assert heard == [("burst", 9.0, None, None), ("daily", None, 5, 7)]


def test_one_transport_serves_many_threads_with_their_own_deadlines(
    serve: Serve, connect: Connect
) -> None:
    def script(seen: Seen, number: int) -> Any:
        return [1.0] if seen.target == "/slow" else [http(200, "{}")]

    transport = connect(serve(script=script))
    late: list[ConnectorError] = []
    slow = Call(method="GET", path="/slow", deadline=0.4)
    thread = threading.Thread(target=lambda: late.append(raised(transport, slow)))
    thread.start()
    for _ in range(50):
        assert transport.send(READ).status == 200
    thread.join(2)
    assert type(late[0]) is Unavailable


def test_tls_is_verified_against_authority_and_host_name(
    serve: Serve, connect: Connect, certificate: Path
) -> None:
    server = serve(http(200, "{}"), context=tls(certificate))
    trusted = trusting(certificate.read_text())
    good = connect(server, f"https://localhost:{server.port}", verify=trusted)
    assert good.send(READ).status == 200
    wrong_name = connect(server, f"https://127.0.0.1:{server.port}", verify=trusted)
    unknown = connect(server, f"https://localhost:{server.port}")
    for transport in (wrong_name, unknown):
        error = raised(transport, WRITE)
        assert isinstance(error, AuthFailed)
        assert "certificate" in str(error)
    assert len(server.seen) == 1


def test_there_is_no_way_to_leave_tls_unverified(connect: Connect) -> None:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with pytest.raises(ConfigError, match="always verified"):
        connect(None, "https://localhost", verify=context)


def test_no_error_or_repr_holds_a_body_a_query_or_a_token(serve: Serve, connect: Connect) -> None:
    reply = http(400, '{"category": "BAD", "message": "sentinel@example.com"}')
    transport = connect(serve(reply), tokens=FixedToken("sentinel-token"))
    call = Call(
        method="POST",
        path="/contacts/sentinel@example.com",
        params={"email": "sentinel@example.com"},
        json={"email": "sentinel@example.com"},
    )
    error = raised(transport, call)
    for text in (str(error), repr(error), repr(call), repr(transport), repr(transport.tokens)):
        assert "sentinel" not in text
    assert "POST /contacts/*: answered 400 BAD" in str(error)
