"""The emulator base: clock, seeds, acts, state, audit, gzip and connections."""

from __future__ import annotations

import gzip
import http.client
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from crmbridge.testing.emulator import (
    Note,
    Refusal,
    Remote,
    Request,
    Response,
    Server,
    Vendor,
    World,
    iso,
)


class Shelf(Vendor):
    """A vendor with one object: POST adds an item, GET gives all."""

    name = "shelf"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.items: list[dict[str, Any]] = []

    def handle(self, request: Request) -> Response:
        if request.path == "/bug":
            raise RuntimeError("a bug")
        if request.method == "POST":
            self.items.append(request.json())
            note = Note(object="items", rows=1, ops=("op-1",), committed=True, quota={"left": 9})
            return Response(status=201, body={"ok": True}, note=note)
        return Response(body=list(self.items), note=Note(object="items", rows=len(self.items)))

    def seed(self, object: str, records: Sequence[Mapping[str, Any]]) -> int:
        self.items.extend(dict(record) for record in records)
        return len(records)

    def act(self, verb: str, body: Mapping[str, Any]) -> dict[str, Any]:
        if verb != "burn":
            raise Refusal("the shelf knows burn")
        self.items.clear()
        return {"burnt": body}

    def state(self, object: str) -> list[dict[str, Any]]:
        return self.items

    def route(self, request: Request) -> str:
        return "items.list" if request.method == "GET" else "items.add"


@pytest.fixture
def server() -> Iterator[Server]:
    world = World()
    with Server({"shelf": Shelf(world)}, world) as running:
        yield running


@pytest.fixture
def remote(server: Server) -> Remote:
    return Remote(server.url)


def call(
    server: Server, method: str, path: str, body: Any = None, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=5)
    try:
        data = None if body is None else json.dumps(body)
        connection.request(method, path, body=data, headers=headers)
        answer = connection.getresponse()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def test_the_clock_runs_with_real_time_until_it_is_set() -> None:
    ticks = iter([0.0, 10.0, 10.0, 20.0])
    world = World(monotonic=lambda: next(ticks))
    assert world.rate == 1
    first = world.now()
    assert abs((datetime.now(UTC) - first).total_seconds() + 10) < 5


def test_a_clock_with_a_rate_goes_on_from_where_it_was() -> None:
    real = [0.0]
    world = World(datetime(2026, 1, 5, 9, tzinfo=UTC), monotonic=lambda: real[0])
    world.rate = 60
    real[0] = 2.0
    assert iso(world.now()) == "2026-01-05T09:02:00.000Z"
    world.rate = 0
    real[0] = 100.0
    assert iso(world.now()) == "2026-01-05T09:02:00.000Z"


def test_a_set_clock_stands_still_and_moves_only_by_advance(remote: Remote) -> None:
    assert remote.clock(now="2026-01-05T09:00:00Z")["rate"] == 0
    time.sleep(0.02)
    assert remote.clock(advance=90) == {"now": "2026-01-05T09:01:30.000Z", "rate": 0}
    assert remote.clock(rate=2)["rate"] == 2


@pytest.mark.parametrize("change", [{"then": 1}, {"now": "soon"}, {"rate": -1}])
def test_a_senseless_clock_change_is_refused(remote: Remote, change: dict[str, Any]) -> None:
    with pytest.raises(Refusal):
        remote.clock(**change)


def test_the_date_header_tells_the_worlds_time(server: Server, remote: Remote) -> None:
    remote.clock(now="2026-01-05T09:00:00Z")
    _, headers, _ = call(server, "GET", "/items")
    assert headers["date"] == "Mon, 05 Jan 2026 09:00:00 GMT"


def test_two_vendors_share_one_clock_on_two_ports() -> None:
    world = World()
    with Server({"one": Shelf(world), "two": Shelf(world)}, world) as server:
        Remote(server.urls["one"]).clock(now="2030-01-01T00:00:00Z")
        assert Remote(server.urls["two"]).clock()["now"].startswith("2030-01-01")
        assert len(set(server.urls.values())) == 2


def test_seeds_add_acts_change_and_state_tells(remote: Remote) -> None:
    assert remote.seed(items=[{"a": 1}]) == {"items": 1}
    remote.seed(items=[{"a": 2}])
    assert remote.state("items") == [{"a": 1}, {"a": 2}]
    assert remote.act("burn", why="cold") == {"burnt": {"why": "cold"}}
    assert remote.state("items") == []


def test_a_list_of_acts_answers_a_list(server: Server) -> None:
    status, _, body = call(
        server, "POST", "/__emulator__/act", [{"verb": "burn"}, {"verb": "burn"}]
    )
    assert status == 200
    assert len(json.loads(body)) == 2


def test_an_unknown_act_option_or_control_route_says_what_there_is(
    server: Server, remote: Remote
) -> None:
    with pytest.raises(Refusal, match="knows burn"):
        remote.act("melt")
    with pytest.raises(Refusal, match="no options"):
        remote.config(colour="red")
    status, _, body = call(server, "GET", "/__emulator__/nothing")
    assert status == 404
    assert b"GET audit" in body


def test_the_audit_has_what_a_test_counts_and_no_token(server: Server, remote: Remote) -> None:
    call(server, "POST", "/items?x=1", {"n": 1}, Authorization="Bearer secret", Sforce="y")
    (line,) = remote.audit()
    assert (line["vendor"], line["method"], line["path"]) == ("shelf", "POST", "/items")
    assert (line["route"], line["object"], line["rows"]) == ("items.add", "items", 1)
    assert (line["status"], line["committed"], line["fault"]) == (201, True, "")
    assert (line["quota"], line["ops"], line["query"]) == ({"left": 9}, ["op-1"], {"x": ["1"]})
    assert line["headers"]["sforce"] == "y"
    assert line["headers"]["authorization"] == "Bearer"
    assert "secret" not in json.dumps(line)


def test_an_emptied_audit_goes_on_counting(server: Server, remote: Remote) -> None:
    call(server, "GET", "/items")
    remote.empty_audit()
    call(server, "GET", "/items")
    assert [line["n"] for line in remote.audit()] == [2]


def test_gzip_goes_both_ways_when_asked(server: Server) -> None:
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=5)
    packed = gzip.compress(json.dumps({"text": "x" * 5000}).encode())
    connection.request("POST", "/items", body=packed, headers={"Content-Encoding": "gzip"})
    assert connection.getresponse().read() == b'{"ok":true}'
    connection.request("GET", "/items", headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    assert answer.getheader("Content-Encoding") == "gzip"
    assert json.loads(gzip.decompress(answer.read()))[0]["text"] == "x" * 5000
    connection.close()


def test_a_chunked_body_is_read_and_the_connection_kept(server: Server) -> None:
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=5)
    connection.request("POST", "/items", body=iter([b'{"a"', b":1}"]), encode_chunked=True)
    assert connection.getresponse().read() == b'{"ok":true}'
    connection.request("GET", "/items")
    assert json.loads(connection.getresponse().read()) == [{"a": 1}]
    connection.close()


def test_a_bad_body_is_answered_and_not_a_crash(server: Server) -> None:
    status, _, _ = call(server, "POST", "/items", {"a": 1}, **{"Content-Encoding": "gzip"})
    assert status == 400


def test_a_bug_of_the_emulator_shows_in_the_answer(server: Server) -> None:
    status, _, body = call(server, "GET", "/bug")
    assert status == 500
    assert b"emulatorBug" in body


def test_a_stopped_server_drops_kept_connections() -> None:
    world = World()
    server = Server({"shelf": Shelf(world)}, world).start()
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=5)
    connection.request("GET", "/items")
    connection.getresponse().read()
    started = time.monotonic()
    server.stop()
    assert time.monotonic() - started < 1
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        _again(connection)
    connection.close()


def _again(connection: http.client.HTTPConnection) -> None:
    connection.request("GET", "/items")
    connection.getresponse()
