"""A clock that ran ahead and a process that died leave nothing that waits longer than was asked."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from crmbridge.daemon.owed import next_attempt
from crmbridge.errors import LedgerBusy
from crmbridge.store import claims, cursors, lanes, outbox, process, writer
from crmbridge.store.claims import Settlement
from crmbridge.store.ledger import Ledger
from crmbridge.store.outbox import Op, State
from crmbridge.store.waits import waits

NOW = 1_800_000_000.0
HOUR, DAY, TIMEOUT, TTL = 3_600.0, 86_400.0, 60.0, 125.0
JUMPS = [10 * HOUR, DAY, 3 * DAY, 400 * DAY]
WAITS = [1.0, 60.0, 900.0, HOUR]


def op(name: str = "a") -> Op:
    return Op(
        id=name,
        key=name,
        system="sales",
        obj="Lead",
        action="update",
        lead=name,
        priority=2,
        payload={},
        payload_hash="h",
        created_at=NOW,
    )


def sent(ledger: Ledger, at: float, owner: str = "w1") -> tuple[Op, dict[int, int]]:
    """An operation that a worker took and sent at an instant."""
    with ledger.write("decide") as tx:
        outbox.put(tx, [op()])
    with ledger.write("send") as tx:
        mine = lanes.claim_lanes(tx, "sales", owner, at, TTL)
        (one,) = claims.claim(tx, "sales", mine, now=at, limit=9, batch="b")
    return one, mine


@pytest.mark.parametrize("jump", JUMPS)
@pytest.mark.parametrize("wait", WAITS)
def test_a_write_put_off_by_a_clock_that_ran_ahead_is_due_when_it_is_set_right(
    ledger: Ledger, jump: float, wait: float
) -> None:
    one, mine = sent(ledger, NOW + jump)
    later = Settlement(id=one.id, state=State.LATER, not_before=NOW + jump + wait)
    with ledger.write("settle") as tx:
        claims.settle(tx, "sales", [later], mine, NOW + jump)
        assert next_attempt(tx, "sales", TIMEOUT, NOW) == NOW
        assert [item.id for item in claims.claim(tx, "sales", mine, now=NOW, limit=9, batch="c")]


@pytest.mark.parametrize("wait", WAITS)
def test_a_wait_that_was_asked_for_by_this_clock_is_kept(ledger: Ledger, wait: float) -> None:
    one, mine = sent(ledger, NOW)
    later = Settlement(id=one.id, state=State.LATER, not_before=NOW + wait)
    with ledger.write("settle") as tx:
        claims.settle(tx, "sales", [later], mine, NOW)
        assert next_attempt(tx, "sales", TIMEOUT, NOW) == NOW + wait
        before = NOW + wait - 0.5
        assert claims.claim(tx, "sales", mine, now=before, limit=9, batch="c") == []
        assert claims.claim(tx, "sales", mine, now=NOW + wait, limit=9, batch="c") != []


@pytest.mark.parametrize("jump", JUMPS)
@pytest.mark.parametrize("state", [State.SENDING, State.UNKNOWN])
@pytest.mark.parametrize("holder", ["w1", "w2"])
def test_an_outcome_unknown_to_a_clock_that_ran_ahead_is_read_back_within_two_timeouts(
    ledger: Ledger, jump: float, state: State, holder: str
) -> None:
    one, mine = sent(ledger, NOW + jump)
    if state is State.UNKNOWN:
        with ledger.write("settle") as tx:
            row = Settlement(id=one.id, state=state, not_before=NOW + jump + TIMEOUT)
            claims.settle(tx, "sales", [row], mine, NOW + jump)
    found: list[str] = []
    for passed in range(0, 2 * int(TIMEOUT) + 1, 10):
        now = NOW + passed
        with ledger.write("send") as tx:
            held = lanes.claim_lanes(tx, "sales", holder, now, TTL)
            assert len(held) == 8
            got = claims.unknown(tx, "sales", held, now=now, timeout=TIMEOUT)
        found += [item.id for item in got]
    assert found
    with ledger.read() as tx:
        assert outbox.get(tx, ["a"])["a"].state is State.UNKNOWN


@pytest.mark.parametrize("jump", [2 * HOUR, *JUMPS])
def test_a_lease_of_a_clock_that_ran_ahead_is_over_when_it_is_set_right(
    ledger: Ledger, jump: float
) -> None:
    with ledger.write("lease") as tx:
        lanes.claim_lanes(tx, "sales", "w1", NOW + jump, TTL)
        assert lanes.claim_lanes(tx, "sales", "w2", NOW, TTL) == dict.fromkeys(range(8), 2)
        host = "another host"
        writer.acquire(tx, "w1", host, 7, now=NOW + jump, ttl=30)
        assert writer.acquire(tx, "w2", writer.this_host(), os.getpid(), now=NOW, ttl=30) == 2


def test_a_lease_of_this_clock_is_kept(ledger: Ledger) -> None:
    with ledger.write("lease") as tx:
        lanes.claim_lanes(tx, "sales", "w1", NOW, TTL)
        assert lanes.claim_lanes(tx, "sales", "w2", NOW - 60, TTL) == {}
        writer.acquire(tx, "w1", "another host", 7, now=NOW, ttl=30)
        with pytest.raises(LedgerBusy):
            writer.acquire(tx, "w2", writer.this_host(), os.getpid(), now=NOW - 60, ttl=30)


def dead_worker() -> str:
    code = "from crmbridge.store.process import this_worker; print(this_worker())"
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


def test_the_lanes_of_a_dead_process_of_this_host_are_free_at_once(ledger: Ledger) -> None:
    name = dead_worker()
    assert process.is_dead(name)
    one, _ = sent(ledger, NOW, name)
    with ledger.write("lease") as tx:
        mine = lanes.claim_lanes(tx, "sales", process.this_worker(), NOW + 1, TTL)
        assert mine == dict.fromkeys(range(8), 2)
        # the vendor may still be at work: it is read back one timeout after it was sent
        assert claims.unknown(tx, "sales", mine, now=NOW + 1, timeout=TIMEOUT) == []
        (row,) = waits(tx)
        assert (row.system, row.state, row.count) == ("sales", State.UNKNOWN, 1)
        assert (row.since, row.until) == (NOW, NOW + TIMEOUT)
        again = claims.unknown(tx, "sales", mine, now=NOW + TIMEOUT, timeout=TIMEOUT)
        assert [item.id for item in again] == [one.id]


def test_only_who_is_known_to_be_dead_is_taken_for_dead() -> None:
    head, pid, started, host = process.this_worker().split("@", 3)
    alive = [
        process.this_worker(),
        process.worker(os.getppid()),
        "@".join((head, "999999", started, f"not {host}")),
        "@".join((head, "no number", started, host)),
        "w1",
        "",
    ]
    assert [process.is_dead(name) for name in alive] == [False] * 6
    # the same number, given to another process since
    assert process.is_dead("@".join((head, pid, f"{started}1", host)))


@pytest.mark.parametrize("jump", JUMPS)
def test_what_became_due_in_a_future_that_never_was_is_due_now(ledger: Ledger, jump: float) -> None:
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    ahead = now + timedelta(seconds=jump)
    rows = [
        ("long due", now - timedelta(hours=1), "seen"),
        ("ahead", ahead, "seen"),
        ("much later", ahead + timedelta(days=5), "stale"),
    ]
    with ledger.write("decide") as tx:
        cursors.mark(tx, rows)
        assert cursors.bring_forward(tx, now, ahead) == 1
        assert [one.lead for one in cursors.take(tx, now, 9)] == ["long due", "ahead"]
