"""The endpoints over a real socket: who may ask, and what is said."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from crmbridge.company import Company
from crmbridge.daemon.tally import Figure
from crmbridge.errors import ConfigError
from crmbridge.settings import Settings
from crmbridge.web import serve

TOKEN = "0123456789abcdef0123456789abcdef"


@dataclass
class Fake:
    """A probe whose answers the test sets."""

    dead: list[str] = field(default_factory=list)
    hints: list[tuple[str, str]] = field(default_factory=list)

    def alive(self) -> list[str]:
        return self.dead

    def ready(self) -> list[str]:
        return []

    def figures(self) -> list[Figure]:
        one = Figure(name="crmbridge_leads", help="Leads.", labels={"stage": "known"}, value=3)
        return [one]

    def at_work(self, company: str) -> AbstractContextManager[Company | None]:
        return nullcontext()

    def hint(self, company: str, side: str) -> bool:
        self.hints.append((company, side))
        return (company, side) == ("acme", "sales")


@contextmanager
def serving(probe: Fake, folder: Path | None = None, listen: str = "127.0.0.1:0") -> Iterator[str]:
    served = serve(Settings(listen=listen, secrets_dir=folder), probe)
    try:
        yield served.url.replace("0.0.0.0", "127.0.0.1")
    finally:
        served.stop()


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    (tmp_path / "CRMBRIDGE_TOKEN").write_text(f"{TOKEN}\n")
    return tmp_path


def call(method: str, url: str, **more: object) -> httpx.Response:
    with httpx.Client(trust_env=False, timeout=5) as client:
        return client.request(method, url, **more)  # type: ignore[arg-type]


def test_a_dead_daemon_answers_503_with_the_reason() -> None:
    probe = Fake()
    with serving(probe) as url:
        assert call("GET", url + "/healthz").status_code == 200
        probe.dead.append("pull:acme:sales gave no sign of life for 301 s")
        answer = call("GET", url + "/healthz")
        assert answer.status_code == 503
        assert answer.json() == {"ok": False, "reasons": probe.dead}
        assert call("GET", url + "/readyz").status_code == 200


def test_metrics_are_in_prometheus_form() -> None:
    with serving(Fake()) as url:
        text = call("GET", url + "/metrics").text
    assert 'crmbridge_leads{stage="known"} 3.0' in text
    assert "# TYPE crmbridge_leads gauge" in text


def test_on_an_open_address_metrics_and_hints_need_the_token(secrets: Path) -> None:
    probe = Fake()
    right = {"Authorization": f"Bearer {TOKEN}"}
    with serving(probe, secrets, "0.0.0.0:0") as url:
        assert call("GET", url + "/healthz").status_code == 200
        for wrong in ({}, {"Authorization": f"Bearer {TOKEN}x"}, {"Authorization": TOKEN}):
            assert call("GET", url + "/metrics", headers=wrong).status_code == 401
            assert call("POST", url + "/hint/acme/sales", headers=wrong).status_code == 401
        assert call("GET", url + "/metrics", headers=right).status_code == 200
        assert call("POST", url + "/hint/acme/sales", headers=right).status_code == 202
    assert probe.hints == [("acme", "sales")]


@pytest.mark.parametrize("name", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example"])
def test_a_request_for_another_hosts_name_is_turned_away(name: str) -> None:
    with serving(Fake()) as url:
        answer = call("GET", url + "/metrics", headers={"Host": name})
        assert answer.status_code == 421
        assert call("GET", url + "/metrics", headers={"Host": "LOCALHOST:99"}).status_code == 200


def test_a_hint_with_a_large_body_is_refused_and_one_for_nobody_is_not_found() -> None:
    probe = Fake()
    with serving(probe) as url:
        large = b"x" * 300_000
        assert call("POST", url + "/hint/acme/sales", content=large).status_code == 413
        assert probe.hints == []
        assert call("POST", url + "/hint/acme/moon").status_code == 404
        assert call("GET", url + "/hint/acme/sales").status_code == 405


@pytest.mark.parametrize("listen", ["0.0.0.0:0", ":8080", "192.0.2.1:80", "crm.example:80"])
def test_an_open_address_without_a_token_is_refused(listen: str) -> None:
    with pytest.raises(ConfigError, match="CRMBRIDGE_TOKEN"):
        serve(Settings(listen=listen), Fake())


def test_a_short_token_a_wrong_address_and_a_taken_port_are_refused(tmp_path: Path) -> None:
    (tmp_path / "CRMBRIDGE_TOKEN").write_text("short")
    with pytest.raises(ConfigError, match="too short"):
        serve(Settings(secrets_dir=tmp_path), Fake())
    with pytest.raises(ConfigError, match="host:port"):
        serve(Settings(listen="localhost"), Fake())
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ConfigError, match="cannot listen"):
            serve(Settings(listen=f"127.0.0.1:{taken.getsockname()[1]}"), Fake())
