"""Credentials that a vendor changes at each use: kept before they are used, and used once."""

from __future__ import annotations

import json
import stat
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from crmbridge.errors import AuthFailed, ConfigError, Unavailable, Unknown
from crmbridge.kit.oauth import Refresh
from crmbridge.model.limits import Limits
from crmbridge.net.auth import FetchedToken
from crmbridge.net.call import Call
from crmbridge.net.transport import Transport
from crmbridge.vault import FileVault

LIMITS = Limits(read_page=1, write_batch=1, budgets=(), timeout=5.0)
FIRST = "first-refresh-token"


class Vendor(ThreadingHTTPServer):
    """Gives a new refresh token with each access token, and takes only the newest of both."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Door)
        self.turn = threading.Lock()
        self.refresh, self.access = FIRST, ""
        self.asked = 0
        self.breaks = False
        self.rotates = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Door(BaseHTTPRequestHandler):
    """One request."""

    server: Vendor

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        """Change a refresh token for an access token."""
        form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        with self.server.turn:
            self.server.asked += 1
            if form["refresh_token"] != [self.server.refresh]:
                self._answer(401, {"error": "invalid_grant"})
                return
            self.server.access = f"access-{self.server.asked}"
            told = {"access_token": self.server.access}
            if self.server.rotates:
                self.server.refresh = f"refresh-{self.server.asked}"
                told["refresh_token"] = self.server.refresh
            if self.server.breaks:
                self.close_connection = True
                self.connection.close()
                return
        self._answer(200, told)

    def do_GET(self) -> None:
        """Show something to who has the newest access token."""
        known = self.headers.get("authorization") == f"Bearer {self.server.access}"
        self._answer(200 if known else 401, {"ok": known})

    def _answer(self, status: int, data: object) -> None:
        body = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with Vendor() as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield made
        made.shutdown()


def client(vendor: Vendor, path: Path, first: str = FIRST) -> Transport:
    """A connector's way to the vendor, as one process has it."""
    grant = Refresh(
        vendor="Vendor",
        path="/token",
        client="c",
        secret="s",
        vault=FileVault(path, {"REFRESH_TOKEN": first}),
    )
    found: Transport
    tokens = FetchedToken(lambda: grant.fetch(found))
    found = Transport(vendor.url, limits=LIMITS, tokens=tokens)
    return found


def look(transport: Transport) -> int:
    return transport.send(Call(method="GET", path="/me")).status


def test_a_changed_token_is_kept_for_the_next_process(vendor: Vendor, tmp_path: Path) -> None:
    path = tmp_path / "company" / "tokens-sales.json"
    assert look(client(vendor, path)) == 200
    assert look(client(vendor, path)) == 200
    assert vendor.asked == 2
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert FIRST not in path.read_text()


def test_a_token_that_stays_is_kept_nowhere(vendor: Vendor, tmp_path: Path) -> None:
    vendor.rotates = False
    path = tmp_path / "tokens.json"
    assert look(client(vendor, path)) == 200
    assert json.loads(path.read_text()) == {}


def test_many_processes_use_each_refresh_token_once(vendor: Vendor, tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    failed: list[Exception] = []

    def work() -> None:
        try:
            Refresh(
                vendor="Vendor",
                path="/token",
                client="c",
                secret="s",
                vault=FileVault(path, {"REFRESH_TOKEN": FIRST}),
            ).fetch(Transport(vendor.url, limits=LIMITS))
        except Exception as error:  # noqa: BLE001 - told below
            failed.append(error)

    workers = [threading.Thread(target=work) for _ in range(8)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert failed == []
    assert vendor.asked == 8


def test_a_token_that_a_person_sets_anew_counts_again(vendor: Vendor, tmp_path: Path) -> None:
    path = tmp_path / "tokens.json"
    look(client(vendor, path))
    vendor.refresh = "set-by-a-person"
    with pytest.raises(AuthFailed):
        look(client(vendor, path))
    assert look(client(vendor, path, "set-by-a-person")) == 200
    assert look(client(vendor, path, "set-by-a-person")) == 200


def test_an_answer_that_is_lost_is_not_asked_for_twice(vendor: Vendor, tmp_path: Path) -> None:
    vendor.breaks = True
    with pytest.raises((Unknown, Unavailable)):
        look(client(vendor, tmp_path / "tokens.json"))
    assert vendor.asked == 1


def test_what_cannot_be_kept_is_not_asked_for(vendor: Vendor, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be read or written"):
        look(client(vendor, tmp_path / "file" / "tokens.json"))
    assert vendor.asked == 0


@pytest.mark.parametrize("text", ["", "[]", '{"REFRESH_TOKEN": 1}', "{", '{"a": {"of": 1}}'])
def test_a_file_of_another_shape_is_said(vendor: Vendor, tmp_path: Path, text: str) -> None:
    path = tmp_path / "tokens.json"
    path.write_text(text)
    with pytest.raises(ConfigError, match="does not hold what was kept there"):
        look(client(vendor, path))
    assert vendor.asked == 0


def test_nothing_of_it_is_shown(tmp_path: Path) -> None:
    vault = FileVault(tmp_path / "tokens.json", {"REFRESH_TOKEN": FIRST})
    grant = Refresh(vendor="V", path="/t", client="c", secret="hidden", vault=vault)
    assert FIRST not in repr(vault) + repr(grant)
    assert "hidden" not in repr(grant)
