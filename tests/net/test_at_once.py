"""Calls on their way at a time: never more than a vendor answers, the most urgent first."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from crmbridge.errors import ConfigError, Throttled, Unknown
from crmbridge.model.limits import AtOnce
from crmbridge.net.at_once import Gate
from crmbridge.net.budget import Budgets, LocalBudgets
from crmbridge.net.call import Call
from crmbridge.store import Ledger
from crmbridge.store.budgets import LedgerBudgets
from tests.kit.manifest.shop import changed, connector
from tests.net.conftest import LIMITS, Connect, Serve
from tests.stages.server import End, Seen, Step, http

READ = Call(method="GET", path="/leads")
WRITE = Call(method="POST", path="/leads", json={})


class Counted:
    """A vendor that takes a while, and says how many asked it at the same time."""

    def __init__(self, seconds: float = 0.05) -> None:
        self.most = 0
        self._seconds = seconds
        self._now = 0
        self._lock = threading.Lock()

    def __call__(self, _seen: Seen, _number: int) -> Iterator[Step]:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        yield self._seconds
        with self._lock:
            self._now -= 1
        yield http(200, "{}")


def bare() -> LocalBudgets:
    return LocalBudgets(())


@pytest.mark.parametrize("most", [1, 2, 3])
def test_never_more_calls_are_on_their_way_than_a_vendor_answers(
    serve: Serve, connect: Connect, most: int
) -> None:
    vendor = Counted()
    limits = replace(LIMITS, at_once=AtOnce(most, "made up"))
    shared = bare()
    ways = [connect(serve(script=vendor), limits=limits, budget=shared) for _ in range(2)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: ways[n % 2].send(READ), range(12)))
    assert vendor.most == most


def test_without_a_number_nobody_waits(serve: Serve, connect: Connect) -> None:
    vendor = Counted(0.2)
    one = connect(serve(script=vendor), budget=bare())
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one.send, [READ] * 4))
    assert vendor.most > 1


def test_the_companys_connectors_share_the_places_of_their_ledger(tmp_path: Path) -> None:
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", "acme")
    try:

        def budgets(app: str, company: str = "acme") -> Budgets:
            return LedgerBudgets(ledger, company, app, ())

        soon = time.monotonic() + 0.01
        with budgets("sales").passage(1, 0, soon) as first:
            with budgets("sales").passage(1, 0, soon) as second:
                assert (first, second) == (True, False)
            for other in (budgets("marketing"), budgets("sales", "globex")):
                with other.passage(1, 0, soon) as entered:
                    assert entered
        with budgets("sales").passage(1, 0, soon) as again:
            assert again
    finally:
        ledger.close()


def test_who_finds_no_place_in_time_sends_nothing_and_is_told_to_come_back(
    serve: Serve, connect: Connect
) -> None:
    server = serve(script=Counted())
    shared = bare()
    limits = replace(LIMITS, timeout=0.2, at_once=AtOnce(1, "made up"))
    way = connect(server, limits=limits, budget=shared)
    with shared.passage(1, 0, time.monotonic()), pytest.raises(Throttled, match=r"at once \(1\)"):
        way.send(WRITE)
    assert server.seen == []
    assert way.send(WRITE).status == 200


def test_a_call_that_fails_gives_its_place_back(serve: Serve, connect: Connect) -> None:
    limits = replace(LIMITS, at_once=AtOnce(1, "made up"))
    way = connect(serve(End.CLOSE), limits=limits, budget=bare())
    for _ in range(3):
        with pytest.raises(Unknown):
            way.send(WRITE)


def test_of_those_that_wait_the_most_urgent_goes_first() -> None:
    gate, went = Gate(), list[int]()
    far = time.monotonic() + 30

    def go(priority: int) -> None:
        with gate.passage(1, priority, far):
            went.append(priority)

    with gate.passage(1, 0, far):
        threads = [threading.Thread(target=go, args=(one,)) for one in (3, 1, 2, 0)]
        for number, one in enumerate(threads, 1):
            one.start()
            while len(gate._waiting) < number:
                time.sleep(0.001)
    for one in threads:
        one.join()
    assert went == [0, 1, 2, 3]


def test_a_manifest_names_the_number_and_a_company_another() -> None:
    made = connector(changed(("[limits]\n", "[limits]\nat_once = 4\n")))
    assert made.info.limits.at_once == AtOnce(4, "made up")
    secrets = {"KEY": "k", "BASE_URL": "http://127.0.0.1:1"}
    for config, calls in (({}, 4), ({"limits": {"at_once": 2}}, 2)):
        one = made(secrets, config)
        assert one.limits.at_once is not None
        assert one.limits.at_once.calls == calls
        one.close()
    with pytest.raises(ConfigError):
        made.check_config({"limits": {"at_once": 0}})
    with pytest.raises(ConfigError):
        connector().check_config({"limits": {"at_once": 2}})
