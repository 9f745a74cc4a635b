"""The world's clock: slow is a delay, and only a stranger's answer is a fault of the config."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crmbridge.errors import ConfigError, Unavailable
from crmbridge.net.world_clock import WorldClock
from tests.stages.server import End, Script, Server, http

NOW = http(200, '{"now": "2026-03-02T09:00:00+00:00"}')
LATE: dict[str, Script] = {
    "silent": lambda _seen, _n: [5.0],
    "too late": lambda _seen, _n: [1.0, NOW],
    "cut": lambda _seen, _n: [NOW[:-10], End.CLOSE],
    "reset": lambda _seen, _n: [End.RESET],
    "500": lambda _seen, _n: [http(500, "{}")],
    "502": lambda _seen, _n: [http(502, "<html>", "text/html")],
    "503": lambda _seen, _n: [http(503, "{}")],
    "429": lambda _seen, _n: [http(429, "{}")],
}
STRANGE: dict[str, Script] = {
    "404": lambda _seen, _n: [http(404, "{}")],
    "a list": lambda _seen, _n: [http(200, "[]")],
    "no now": lambda _seen, _n: [http(200, "{}")],
    "a number": lambda _seen, _n: [http(200, '{"now": 5}')],
    "no time": lambda _seen, _n: [http(200, '{"now": "noon"}')],
}


@pytest.mark.parametrize("kind", LATE)
def test_a_clock_that_is_late_or_down_is_asked_again_and_then_a_delay(kind: str) -> None:
    pauses: list[float] = []
    with Server(LATE[kind]) as server:
        clock = WorldClock(server.url, timeout=0.2, sleep=pauses.append)
        with pytest.raises(Unavailable, match=r"CRMBRIDGE_CLOCK: .* does not answer"):
            clock.now()
        clock.close()
    assert len(pauses) == 2


@pytest.mark.parametrize("kind", LATE)
def test_a_clock_that_was_late_once_is_a_clock(kind: str) -> None:
    with Server(lambda seen, n: LATE[kind](seen, n) if n == 0 else [NOW]) as server:
        clock = WorldClock(server.url, timeout=0.2, sleep=lambda _: None)
        assert clock.now() == datetime(2026, 3, 2, 9, tzinfo=UTC)
        clock.close()


@pytest.mark.parametrize("kind", STRANGE)
def test_what_is_no_clock_is_a_fault_of_the_config(kind: str) -> None:
    with Server(STRANGE[kind]) as server:
        clock = WorldClock(server.url, timeout=2.0, sleep=lambda _: None)
        with pytest.raises(ConfigError, match="is no emulator's address"):
            clock.now()
        clock.close()
    assert len(server.seen) == 1


def test_nothing_that_listens_is_a_delay() -> None:
    with Server(lambda _seen, _n: []) as server:
        url = server.url
    clock = WorldClock(url, timeout=0.5, sleep=lambda _: None)
    with pytest.raises(Unavailable, match="start it, or unset the variable"):
        clock.now()
    clock.close()
