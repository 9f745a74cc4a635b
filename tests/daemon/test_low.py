"""A day's quota near its end is told to operators once, by each way, and its end once."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crmbridge.daemon import low, operators
from crmbridge.daemon.pace import Pace
from crmbridge.flows.operate.turn import arm
from crmbridge.mapping.schema import MessagesMap
from crmbridge.model.limits import Budget
from crmbridge.net.messages import senders
from crmbridge.store import LedgerBudgets
from crmbridge.testing.interleave.engine import DrawnEngine, Household
from crmbridge.testing.interleave.house import house
from tests.stages.places import START
from tests.stages.play import example
from tests.stages.server import Server, http

DAY = Budget(name="daily", calls=10, seconds=86_400, share=1.0, source="a test")


@pytest.fixture
def at_home(tmp_path: Path) -> Iterator[Household]:
    with house(example(), tmp_path / "ledger.db", at=START) as home:
        arm(home.company)
        made = Household(home, DrawnEngine(seed=1))
        made.desk.pace = Pace(patience=0.1)
        try:
            yield made
        finally:
            made.close()


def test_it_is_told_once_when_it_is_near_and_once_when_there_is_room_again(
    at_home: Household, tmp_path: Path
) -> None:
    pytest.importorskip("apprise", reason="the extra of this way is not installed")
    desk, now = at_home.desk, [time.time()]
    company = desk.company
    budgets = LedgerBudgets(desk.ledger, "acme", "own", [DAY], now=lambda: now[0])
    company.budgets = {"sales": budgets}
    with Server(lambda _s, _n: [http(200, "{}")]) as server:
        urls = server.url.replace("http://", "json://") + "/t0ken"
        company.senders = senders(
            "acme", ["apprise"], {"APPRISE_URLS": urls}, default_file=tmp_path / "m.txt"
        )
        ways = MessagesMap.model_validate({"operators": ["apprise"]})
        company.mapping = company.mapping.model_copy(update={"messages": ways})

        def told() -> list[str]:
            low.watch(desk)
            operators.tell(desk)
            return [json.loads(one.body)["title"] for one in server.seen]

        for _ in range(8):
            budgets.take(["daily"], 0)
        assert told() == []
        budgets.take(["daily"], 0)
        assert told() == ["crmbridge acme: sales quota is low"]
        budgets.take(["daily"], 0)
        assert told() == told() == ["crmbridge acme: sales quota is low"]
        assert desk.alarms["sales quota"]["state"] == "low"
        now[0] += 2 * 86_400
        assert told() == told()
        assert told()[1:] == ["crmbridge acme: sales quota is well again"]
        first = json.loads(server.seen[0].body)["message"]
    assert "of daily (10 calls) at least 90% are used" in first
    assert "Opt-outs and hand-offs still go" in first
