"""A lane has one holder at a time, and every change of hands raises its epoch."""

from dataclasses import replace

import pytest

from crmbridge.errors import LedgerError
from crmbridge.store import lanes, outbox
from crmbridge.store.ledger import Ledger
from crmbridge.store.outbox import Op

NOW = 1_000_000.0


def test_the_first_worker_gets_all_lanes_and_the_second_none(ledger: Ledger) -> None:
    with ledger.write("lease") as tx:
        first = lanes.claim_lanes(tx, "sales", "w1", NOW, 30)
        second = lanes.claim_lanes(tx, "sales", "w2", NOW + 29, 30)
        again = lanes.claim_lanes(tx, "sales", "w1", NOW + 29, 30)
    assert first == dict.fromkeys(range(8), 1)
    assert second == {}
    assert again == first


def test_an_expired_lease_goes_to_the_next_with_a_new_epoch(ledger: Ledger) -> None:
    with ledger.write("lease") as tx:
        old = lanes.claim_lanes(tx, "sales", "w1", NOW, 30)
        new = lanes.claim_lanes(tx, "sales", "w2", NOW + 30, 30)
        assert new == dict.fromkeys(range(8), 2)
        assert lanes.renew(tx, "sales", "w1", NOW + 31, 30) == {}
        assert lanes.valid(tx, "sales", old) == {}


def test_renewed_lanes_stay_and_released_ones_go(ledger: Ledger) -> None:
    with ledger.write("lease") as tx:
        mine = lanes.claim_lanes(tx, "sales", "w1", NOW, 30)
        assert lanes.renew(tx, "sales", "w1", NOW + 20, 30) == mine
        assert lanes.claim_lanes(tx, "sales", "w2", NOW + 40, 30) == {}
        lanes.release(tx, "sales", "w1")
        assert lanes.claim_lanes(tx, "sales", "w2", NOW + 40, 30) == dict.fromkeys(range(8), 2)
        assert {row.owner for row in lanes.all_lanes(tx, "sales")} == {"w2"}


def test_a_lead_is_always_in_the_same_lane_and_leads_spread() -> None:
    spread = [lanes.lane_of(f"lead{n}", 8) for n in range(800)]
    assert lanes.lane_of("lead1", 8) == spread[1] == 6
    assert all(60 < spread.count(lane) < 140 for lane in range(8))


def test_the_number_of_lanes_changes_only_while_they_are_empty(ledger: Ledger) -> None:
    item = Op(
        id="i",
        key="k",
        system="sales",
        obj="Lead",
        action="update",
        lead="l1",
        priority=2,
        payload={},
        payload_hash="h",
        created_at=NOW,
    )
    with ledger.write("lease") as tx:
        lanes.set_lane_count(tx, "sales", 4)
        assert len(lanes.claim_lanes(tx, "sales", "w1", NOW, 30)) == 4
        outbox.put(tx, [item, replace(item, id="j", key="j", lead="l2", system="marketing")])
        with pytest.raises(LedgerError, match="not empty"):
            lanes.set_lane_count(tx, "sales", 2)
        with pytest.raises(LedgerError, match="at least one"):
            lanes.set_lane_count(tx, "other", 0)
