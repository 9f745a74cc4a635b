"""The daemon's writer stops at a limit, says so everywhere, and goes on by a person's word."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from crmbridge.flows.limits.allow import arm
from crmbridge.store import Ledger, alarms, limits
from tests.daemon.house import House, house, wait


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as made:
        usual = "creates    = { pass = 500, day = 2000 }"
        made.edit("mapping.toml", usual, "creates = { pass = 2, day = 9 }")
        made.arm()
        yield made


def leads(home: House) -> int:
    return len(home.sf())


def test_the_daemon_stops_says_so_and_goes_on_when_it_is_allowed(home: House) -> None:
    for n in range(3):
        home.keen(f"k{n}@buyer{n}.example")
    daemon = home.daemon()
    said = daemon.until("writer stopped", company="acme")
    assert said["kinds"] == "creates"
    assert "3 new records in one pass: [limits] creates lets 2 be" in said["message"]
    assert leads(home) == 0
    wait(lambda: "writer is stopped since" in daemon.get("/readyz").text, daemon.log)
    page = daemon.get("/metrics").text
    assert 'crmbridge_alarm_seconds{about="writer",company="acme",state="stopped"}' in page
    with home.company() as company:
        with company.ledger.read() as tx:
            assert alarms.alarms(tx)["writer"]["state"] == "stopped"
        home.box.marketing.act("opt_out", email="k0@buyer0.example")
        assert arm(company, allow=["creates"], by="Mia")["creates"] in (2, 3)
        daemon.until("writer goes on", company="acme")
        wait(lambda: leads(home) >= 2, daemon.log)
        wait(lambda: daemon.get("/readyz").status_code == 200, daemon.log)
        with company.ledger.read() as tx:
            assert alarms.alarms(tx) == {}
            assert limits.get(tx).stopped == {}
    assert len(daemon.lines("writer stopped")) == 1
    assert daemon.stop() == 0


def test_a_pass_of_the_daemon_ends_when_nothing_is_owed(home: House) -> None:
    daemon = home.daemon()
    daemon.ready()
    with home.company() as company:
        for number in (2, 4):
            for n in range(number - 2, number):
                home.keen(f"k{n}@buyer{n}.example")
            wait(partial(has, home, number), daemon.log)
            wait(partial(is_over, company.ledger), daemon.log)
    assert daemon.lines("writer stopped") == []
    assert daemon.stop() == 0


def has(home: House, number: int) -> bool:
    return leads(home) == number


def is_over(ledger: Ledger) -> bool:
    """Whether no pass is under way."""
    with ledger.read() as tx:
        return not limits.get(tx).since
