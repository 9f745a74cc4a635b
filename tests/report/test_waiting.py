"""What waits is said in words: how many writes, to whom, why, since when and until when."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from crmbridge.report.operate.waiting import told, waiting_in
from crmbridge.store import claims, lanes, outbox
from crmbridge.store.claims import Settlement
from crmbridge.store.outbox import Op, State
from tests.stages.ledgers import ledger_at


def row(state: str, upcoming: float | None) -> dict[str, object]:
    return {"system": "sales", "state": state, "count": 91, "for": 17.0, "next": upcoming}


@pytest.mark.parametrize(
    ("state", "upcoming", "line"),
    [
        (
            "sending",
            None,
            "91 writes to sales wait for 17 s, in flight, or left by a process that ended: read "
            "back before they are sent again",
        ),
        (
            "unknown",
            43.0,
            "91 writes to sales wait for 17 s, nobody knows whether they arrived: they are read "
            "back before they are sent again in 43 s",
        ),
        (
            "later",
            600.0,
            "91 writes to sales wait for 17 s, put off by the system: they are sent again in "
            "10 min",
        ),
    ],
)
def test_a_wait_in_words(state: str, upcoming: float | None, line: str) -> None:
    assert list(told([row(state, upcoming)])) == [line]


def test_what_a_dead_process_left_is_told_with_its_times(tmp_path: Path) -> None:
    ledger = ledger_at(tmp_path / "ledger.db")
    now = time.time()
    ops = [
        Op(
            id=name,
            key=name,
            system="sales",
            obj="Lead",
            action="update",
            lead=name,
            priority=2,
            payload={},
            payload_hash="h",
            created_at=now - 500,
        )
        for name in ("a", "b", "c")
    ]
    with ledger.write("send") as tx:
        outbox.put(tx, ops)
        mine = lanes.claim_lanes(tx, "sales", "w", now, 125)
        claims.claim(tx, "sales", mine, now=now - 20, limit=2, batch="b")
        later = [Settlement(id="a", state=State.LATER, not_before=now + 300)]
        claims.settle(tx, "sales", later, mine, now)
        found = {one["state"]: one for one in waiting_in(tx)}
    assert set(found) == {"later", "sending"}
    assert found["sending"]["count"] == 1
    assert found["sending"]["for"] == pytest.approx(20, abs=5)
    assert found["sending"]["next"] is None
    assert found["later"]["next"] == pytest.approx(300, abs=5)
    ledger.close()
