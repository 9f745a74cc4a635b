"""Fault rules: every kind, before and after the commit, and how rules match and count."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from crmbridge.testing.emulator import Note, Refusal, Remote, Request, Response, Server, World
from crmbridge.testing.emulator import Vendor as Base


class Box(Base):
    """A vendor that counts its writes."""

    name = "box"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.writes = 0

    def handle(self, request: Request) -> Response:
        if request.method == "POST":
            self.writes += 1
        note = Note(committed=request.method == "POST")
        return Response(body={"results": ["x" * 400]}, note=note)

    def seed(self, object: str, records: Sequence[Mapping[str, Any]]) -> int:
        return len(records)

    def act(self, verb: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return {}

    def state(self, object: str) -> list[dict[str, Any]]:
        return [{"writes": self.writes}]

    def route(self, request: Request) -> str:
        return "box.write" if request.method == "POST" else "box.read"


@pytest.fixture
def server() -> Iterator[Server]:
    world = World()
    with Server({"box": Box(world)}, world) as running:
        yield running


@pytest.fixture
def remote(server: Server) -> Remote:
    return Remote(server.url)


def call(
    server: Server, method: str = "GET", path: str = "/things/1", body: bytes | None = None
) -> tuple[int, http.client.HTTPMessage, bytes]:
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=5)
    try:
        connection.request(method, path, body=body)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
def test_a_status_comes_with_its_body_and_headers(
    server: Server, remote: Remote, status: int
) -> None:
    rule = {"kind": "status", "status": status, "body": {"no": 1}, "headers": {"Retry-After": 3}}
    remote.faults(rule)
    got, headers, body = call(server)
    assert (got, headers["Retry-After"], json.loads(body)) == (status, "3", {"no": 1})


def test_a_status_without_a_body_gets_the_vendors_own(server: Server, remote: Remote) -> None:
    remote.faults({"kind": "status", "status": 503})
    assert json.loads(call(server)[2]) == {"message": "injected status 503"}


@pytest.mark.parametrize(("when", "writes"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize("kind", ["status", "reset", "close", "html", "truncated"])
def test_after_means_committed_and_before_means_not(
    server: Server, remote: Remote, kind: str, when: str, writes: int
) -> None:
    remote.faults({"kind": kind, "when": when, "route": "box.write"})
    with contextlib.suppress(ConnectionError, http.client.HTTPException):
        call(server, "POST", body=b"{}")
    assert remote.state("box") == [{"writes": writes}]
    (line,) = remote.audit()
    assert (line["fault"], line["committed"]) == (kind, bool(writes))


def test_html_says_so_and_is_a_200(server: Server, remote: Remote) -> None:
    remote.faults({"kind": "html"})
    status, headers, body = call(server)
    assert (status, headers.get_content_type()) == (200, "text/html")
    assert b"<h1>" in body


def test_a_truncated_body_is_shorter_than_its_length(server: Server, remote: Remote) -> None:
    remote.faults({"kind": "truncated", "when": "after"})
    with pytest.raises(http.client.IncompleteRead):
        call(server)


def test_a_close_delimited_cut_looks_whole_to_the_http_layer(
    server: Server, remote: Remote
) -> None:
    remote.faults({"kind": "truncated_close", "when": "after"})
    status, headers, body = call(server)
    assert (status, headers["Content-Length"]) == (200, None)
    with pytest.raises(ValueError, match="Unterminated"):
        json.loads(body)


def test_a_reset_is_a_reset_and_not_a_polite_end(server: Server, remote: Remote) -> None:
    remote.faults({"kind": "reset"})
    with pytest.raises(ConnectionResetError):
        _raw(server)


def test_a_close_ends_without_an_answer(server: Server, remote: Remote) -> None:
    remote.faults({"kind": "close"})
    assert _raw(server) == b""


def test_a_delay_takes_real_seconds_and_answers_whole(server: Server, remote: Remote) -> None:
    remote.faults({"kind": "delay", "seconds": 0.15})
    started = time.monotonic()
    assert call(server, "POST", body=b"{}")[0] == 200
    assert 0.15 <= time.monotonic() - started < 2
    assert remote.state("box") == [{"writes": 1}]


def test_a_drip_sends_so_many_bytes_a_second(server: Server, remote: Remote) -> None:
    remote.faults({"kind": "drip", "bytes_per_second": 2000})
    started = time.monotonic()
    assert len(json.loads(call(server)[2])["results"][0]) == 400
    assert 0.15 < time.monotonic() - started < 2


def test_a_redirect_names_its_target(server: Server, remote: Remote) -> None:
    remote.faults({"kind": "redirect", "status": 307, "location": "http://evil.example/"})
    status, headers, _ = call(server)
    assert (status, headers["Location"]) == (307, "http://evil.example/")


@pytest.mark.parametrize(
    ("form", "start"), [("duplicate", b'{"total":1'), ("nan", b'{"total":NaN'), ("deep", b"[[[[")]
)
def test_garbage_has_forms(server: Server, remote: Remote, form: str, start: bytes) -> None:
    remote.faults({"kind": "garbage", "form": form})
    assert call(server)[2].startswith(start)


def test_an_empty_body_and_a_gzip_bomb(server: Server, remote: Remote) -> None:
    remote.faults({"kind": "empty", "nth": 1}, {"kind": "bomb", "megabytes": 1, "nth": 2})
    assert call(server)[2] == b""
    _, headers, body = call(server)
    assert headers["Content-Encoding"] == "gzip"
    assert len(gzip.decompress(body)) > 1_000_000 > 100 * len(body)


def _statuses(server: Server, count: int) -> list[int]:
    return [call(server)[0] for _ in range(count)]


def test_nth_counts_from_the_moment_the_rule_is_posted(server: Server, remote: Remote) -> None:
    call(server)
    remote.faults({"kind": "status", "nth": 2})
    assert _statuses(server, 4) == [200, 500, 200, 200]
    assert [(rule["seen"], rule["fired"]) for rule in remote.faults()] == [(4, 1)]


def test_every_and_times_and_lists_of_nth(server: Server, remote: Remote) -> None:
    remote.faults({"kind": "status", "every": 2, "times": 1})
    assert _statuses(server, 4) == [200, 500, 200, 200]
    remote.clear_faults()
    remote.faults({"kind": "status", "nth": [1, 3]})
    assert _statuses(server, 4) == [500, 200, 500, 200]


def test_skip_lets_the_first_ones_pass(server: Server, remote: Remote) -> None:
    remote.faults({"kind": "status", "skip": 2, "times": 1})
    assert _statuses(server, 4) == [200, 200, 500, 200]


def test_a_probability_repeats_with_its_seed(server: Server, remote: Remote) -> None:
    rule = {"kind": "status", "probability": 0.4, "seed": 7}
    remote.faults(rule)
    first = _statuses(server, 30)
    remote.clear_faults()
    remote.faults(rule)
    assert _statuses(server, 30) == first
    assert 3 < first.count(500) < 25


@pytest.mark.parametrize(
    ("route", "hit"),
    [
        ("GET /things", True),
        ("/things", True),
        ("POST /things", False),
        ("GET /thingsx", False),
        ("* /things/?", True),
        ("GET *", True),
        ("box.read", True),
        ("box.*", True),
        ("box.write", False),
    ],
)
def test_a_route_is_a_prefix_a_glob_or_a_name(
    server: Server, remote: Remote, route: str, hit: bool
) -> None:
    remote.faults({"kind": "status", "route": route})
    assert call(server)[0] == (500 if hit else 200)


def test_a_rule_can_look_for_a_text_in_the_body(server: Server, remote: Remote) -> None:
    remote.faults({"kind": "status", "contains": "poison"})
    assert call(server, "POST", body=b"{}")[0] == 200
    assert call(server, "POST", body=b'{"a":"poison"}')[0] == 500


@pytest.mark.parametrize("rule", [{"kind": "magic"}, {"kind": "close", "whn": 1}, {}])
def test_a_senseless_rule_is_refused_and_none_added(
    server: Server, remote: Remote, rule: dict[str, Any]
) -> None:
    with pytest.raises(Refusal):
        remote.faults({"kind": "close"}, rule)
    assert remote.faults() == []


def test_control_requests_meet_no_faults(server: Server, remote: Remote) -> None:
    remote.faults({"kind": "close"})
    assert remote.clock()["rate"] == 1


def _raw(server: Server) -> bytes:
    host, _, port = server.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        return line.recv(100)
