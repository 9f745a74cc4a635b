"""Operations are recorded once, sent in order one a lead, and settled by their holder."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from crmbridge.errors import LedgerError
from crmbridge.store import claims, lanes, outbox
from crmbridge.store.claims import Settlement
from crmbridge.store.ledger import Ledger
from crmbridge.store.outbox import Op, State

Make = Callable[..., Op]
NOW = 1_000_000.0
TIMEOUT = 60.0


@pytest.fixture
def make() -> Make:
    def build(key: str, lead: str = "l1", priority: int = 2, **more: Any) -> Op:
        values: dict[str, Any] = {"obj": "Lead", "action": f"do-{key}", "system": "sales", **more}
        return Op(
            id=f"id-{key}",
            key=key,
            lead=lead,
            priority=priority,
            payload={"email": "a@b.example"},
            payload_hash="h",
            created_at=NOW,
            **values,
        )

    return build


class Worker:
    """Holds all lanes of `sales` under one name."""

    def __init__(self, ledger: Ledger, name: str = "w1", at: float = NOW) -> None:
        self.ledger = ledger
        with ledger.write("lease") as tx:
            self.lanes = lanes.claim_lanes(tx, "sales", name, at, 30.0)

    def claim(self, at: float = NOW, limit: int = 100, **more: Any) -> list[Op]:
        with self.ledger.write("send") as tx:
            return claims.claim(tx, "sales", self.lanes, now=at, limit=limit, batch="b1", **more)

    def settle(self, state: State, *keys: str, at: float = NOW, **more: Any) -> claims.Settled:
        with self.ledger.write("settle") as tx:
            results = [Settlement(id=f"id-{key}", state=state, **more) for key in keys]
            return claims.settle(tx, "sales", results, self.lanes, at)

    def unknown(self, at: float = NOW) -> list[Op]:
        with self.ledger.write("settle") as tx:
            return claims.unknown(tx, "sales", self.lanes, now=at, timeout=TIMEOUT)


@pytest.fixture
def worker(ledger: Ledger) -> Worker:
    return Worker(ledger)


def put(ledger: Ledger, *ops: Op) -> outbox.Put:
    with ledger.write("decide") as tx:
        return outbox.put(tx, ops)


def keys(ops: list[Op]) -> list[str]:
    return [item.id.removeprefix("id-") for item in ops]


def states(ledger: Ledger, *names: str) -> list[State]:
    with ledger.read() as tx:
        found = outbox.get(tx, [f"id-{name}" for name in names])
    return [found[f"id-{name}"].state for name in names]


def test_the_same_decision_twice_is_one_operation(ledger: Ledger, make: Make) -> None:
    first = put(ledger, make("a"), make("a"))
    second = put(ledger, make("a"))
    assert (keys(first.added), second.added) == (["a"], [])
    assert first.added[0].ver == 1


def test_a_newer_operation_replaces_an_unsent_older_one(ledger: Ledger, make: Make) -> None:
    first = put(ledger, make("a", action="update"), make("other", action="create"))
    done = put(ledger, make("b", action="update"), make("c", action="update"))
    a, b = first.added[0].seq, done.added[0].seq
    assert done.superseded == [a, b]
    assert [(item.id[3:], item.state, item.ver) for item in done.added] == [
        ("b", State.SUPERSEDED, 2),
        ("c", State.INTENT, 3),
    ]
    assert states(ledger, "a", "b", "c", "other") == [
        State.SUPERSEDED,
        State.SUPERSEDED,
        State.INTENT,
        State.INTENT,
    ]


def test_a_newer_operation_leaves_one_in_flight_alone(
    ledger: Ledger, worker: Worker, make: Make
) -> None:
    put(ledger, make("a", action="update"))
    worker.claim()
    assert put(ledger, make("b", action="update")).superseded == []
    assert states(ledger, "a", "b") == [State.SENDING, State.INTENT]


def test_work_comes_by_priority_then_by_order(ledger: Ledger, worker: Worker, make: Make) -> None:
    rows = [("a", 3), ("b", 2), ("c", 1), ("d", 2), ("e", 0)]
    put(ledger, *(make(key, lead=key, priority=priority) for key, priority in rows))
    assert keys(worker.claim(limit=4)) == ["e", "c", "b", "d"]
    assert keys(worker.claim(limit=4)) == ["a"]


def test_a_claim_may_be_restricted_to_some_operations_however_many(
    ledger: Ledger, worker: Worker, make: Make
) -> None:
    with ledger.write("decide") as tx:
        put = outbox.put(tx, [make(f"k{n}", lead=f"l{n}") for n in range(4)])
    mine = [one.seq for one in put.added[1:3]]
    assert worker.claim(only=[]) == []
    assert keys(worker.claim(only=[*mine, *range(10_000, 60_000)])) == ["k1", "k2"]
    assert keys(worker.claim()) == ["k0", "k3"]


def test_a_leads_writes_keep_their_order_one_at_a_time(
    ledger: Ledger, worker: Worker, make: Make
) -> None:
    put(ledger, make("a"), make("b"), make("c"), make("other", lead="l2"))
    order = []
    while batch := worker.claim():
        order.append(keys(batch))
        worker.settle(State.DONE, *keys(batch))
    assert order == [["a", "other"], ["b"], ["c"]]


@pytest.mark.parametrize("priority", [0, 1, 2])
def test_writes_to_a_leads_second_records_leave_together(
    ledger: Ledger, worker: Worker, make: Make, priority: int
) -> None:
    seconds = [
        make(f"s{n}", action=f"opt_out:{n}", obj=obj, priority=priority)
        for n, obj in enumerate(("Lead", "Lead", "Contact"))
    ]
    same_id = make("s3", action="opt_out:0", obj="Contact", priority=priority)
    put(ledger, *seconds, same_id, make("other", lead="l2", priority=priority))
    assert keys(worker.claim()) == ["s0", "s1", "s2", "s3", "other"]


@pytest.mark.parametrize("priority", [0, 2])
@pytest.mark.parametrize("state", [State.SENDING, State.UNKNOWN, State.LATER])
def test_a_second_record_waits_for_its_own_write_and_not_for_anothers(
    ledger: Ledger, worker: Worker, make: Make, priority: int, state: State
) -> None:
    put(ledger, make("a", action="opt_out:1", priority=priority))
    assert keys(worker.claim()) == ["a"]
    if state is not State.SENDING:
        worker.settle(state, "a", not_before=NOW + 30.0)
    newer = make("b", action="opt_out:1", priority=priority)
    put(ledger, newer, make("c", action="opt_out:2", priority=priority))
    overtakes = priority == 0 and state is State.UNKNOWN  # an opt-out waits for no answer
    replaces = state is State.LATER  # what was not sent is not sent any more
    assert keys(worker.claim()) == (["b", "c"] if overtakes or replaces else ["c"])


@pytest.mark.parametrize("priority", [0, 2])
def test_a_second_record_waits_for_the_leads_other_writes_and_they_for_it(
    ledger: Ledger, worker: Worker, make: Make, priority: int
) -> None:
    rows = [("s1", "opt_out:1"), ("up", "update"), ("s2", "opt_out:2"), ("odd", "opt-out:3")]
    put(ledger, *(make(key, action=action, priority=priority) for key, action in rows))
    order = []
    while batch := worker.claim():
        order.append(keys(batch))
        worker.settle(State.DONE, *keys(batch))
    assert order == [["s1"], ["up"], ["s2"], ["odd"]]


def test_an_opt_out_overtakes_its_leads_other_writes(
    ledger: Ledger, worker: Worker, make: Make
) -> None:
    put(ledger, make("a"), make("b"), make("out", priority=0))
    assert keys(worker.claim()) == ["out"]
    assert worker.claim() == []
    worker.settle(State.DONE, "out")
    assert keys(worker.claim()) == ["a"]


def test_an_opt_out_waits_for_a_call_in_flight_but_for_nothing_else(
    ledger: Ledger, worker: Worker, make: Make
) -> None:
    put(ledger, make("a"))
    worker.claim()
    put(ledger, make("out", priority=0))
    assert worker.claim() == []
    worker.settle(State.UNKNOWN, "a", not_before=NOW + 60)
    assert keys(worker.claim()) == ["out"]


def test_urgent_work_is_not_kept_waiting_by_the_bulk_before_it(
    ledger: Ledger, worker: Worker, make: Make
) -> None:
    put(ledger, *(make(f"x{n}", lead=f"x{n}", priority=3) for n in range(5)))
    put(ledger, make("old", priority=3))
    put(ledger, make("hot", priority=1))
    assert keys(worker.claim(limit=1)) == ["old"]
    worker.settle(State.DONE, "old")
    assert keys(worker.claim(limit=1)) == ["hot"]


def test_later_work_waits_for_its_time_and_holds_back_only_its_lead(
    ledger: Ledger, worker: Worker, make: Make
) -> None:
    put(ledger, make("a"), make("b"), make("c", lead="l2"))
    worker.claim()
    worker.settle(State.LATER, "a", not_before=NOW + 10)
    worker.settle(State.DONE, "c")
    assert worker.claim(NOW + 9) == []
    (again,) = worker.claim(NOW + 10)
    assert (again.id[3:], again.attempts) == ("a", 2)


def test_a_refused_or_held_operation_lets_its_lead_go_on(
    ledger: Ledger, worker: Worker, make: Make
) -> None:
    put(ledger, make("a"), make("b"), make("c"))
    worker.claim()
    worker.settle(State.REFUSED, "a", result={"code": "NO"})
    assert keys(worker.claim()) == ["b"]
    worker.settle(State.HELD, "b")
    assert keys(worker.claim()) == ["c"]


def test_only_work_urgent_enough_is_taken_when_asked(
    ledger: Ledger, worker: Worker, make: Make
) -> None:
    put(ledger, make("bulk", lead="l2", priority=3), make("a", priority=1))
    assert keys(worker.claim(least=1)) == ["a"]
    assert keys(worker.claim()) == ["bulk"]


def test_settling_keeps_what_the_vendor_said(ledger: Ledger, worker: Worker, make: Make) -> None:
    put(ledger, make("a"))
    worker.claim()
    settled = worker.settle(State.DONE, "a", at=NOW + 5, remote_id="00Q1", result={"ok": True})
    with ledger.read() as tx:
        stored = outbox.get(tx, ["id-a"])["id-a"]
    assert (stored.state, settled.done, settled.stale) == (State.DONE, ["id-a"], [])
    assert (stored.remote_id, stored.result, stored.settled_at) == ("00Q1", {"ok": True}, NOW + 5)
    assert (stored.batch, stored.sent_at, stored.attempts) == ("b1", NOW, 1)


def test_a_result_from_before_the_lane_changed_hands_is_refused(
    ledger: Ledger, worker: Worker, make: Make
) -> None:
    put(ledger, make("a"))
    worker.claim()
    second = Worker(ledger, "w2", at=NOW + 31)
    assert worker.settle(State.DONE, "a").stale == ["id-a"]
    assert worker.claim(NOW + 31) == []
    assert states(ledger, "a") == [State.SENDING]
    assert second.lanes == {lane: epoch + 1 for lane, epoch in worker.lanes.items()}


def test_a_second_result_for_the_same_operation_is_refused(
    ledger: Ledger, worker: Worker, make: Make
) -> None:
    put(ledger, make("a"))
    worker.claim()
    assert worker.settle(State.DONE, "a").stale == []
    assert worker.settle(State.LATER, "a").stale == ["id-a"]
    assert worker.settle(State.DONE, "no-such").stale == ["id-no-such"]
    assert states(ledger, "a") == [State.DONE]


def test_what_a_dead_worker_left_is_read_back_after_the_timeout_and_never_resent(
    ledger: Ledger, worker: Worker, make: Make
) -> None:
    put(ledger, make("a"), make("b"))
    worker.claim()
    second = Worker(ledger, "w2", at=NOW + 31)
    assert second.unknown(NOW + 31) == []
    assert states(ledger, "a") == [State.UNKNOWN]
    assert second.claim(NOW + 31) == []
    assert keys(second.unknown(NOW + TIMEOUT)) == ["a"]
    assert second.unknown(NOW + TIMEOUT + 1) == []
    second.settle(State.INTENT, "a")
    assert keys(second.claim(NOW + TIMEOUT + 2)) == ["a"]


def test_a_call_in_flight_is_not_read_back_before_its_timeout(
    ledger: Ledger, worker: Worker, make: Make
) -> None:
    put(ledger, make("a"))
    worker.claim()
    assert worker.unknown(NOW + TIMEOUT - 1) == []
    assert states(ledger, "a") == [State.SENDING]
    assert keys(worker.unknown(NOW + TIMEOUT)) == ["a"]


def test_held_work_can_be_sent_again_unless_something_newer_exists(
    ledger: Ledger, worker: Worker, make: Make
) -> None:
    put(ledger, make("a", action="update"), make("x", lead="l2"))
    worker.claim()
    worker.settle(State.HELD, "a", "x")
    put(ledger, make("b", action="update"))
    with ledger.write("retry") as tx:
        done = outbox.redo(tx, ["id-a", "id-x", "id-b"], NOW)
    assert [(item.id[3:], item.state) for item in done] == [
        ("a", State.SUPERSEDED),
        ("x", State.INTENT),
    ]
    assert keys(worker.claim()) == ["x", "b"]


def test_unsent_work_can_be_withdrawn_and_sent_work_cannot(
    ledger: Ledger, worker: Worker, make: Make
) -> None:
    put(ledger, make("a"), make("b"))
    worker.claim()
    with ledger.write("erase") as tx:
        assert keys(outbox.withdraw(tx, ["id-a", "id-b"], NOW)) == ["b"]
    assert states(ledger, "a", "b") == [State.SENDING, State.SUPERSEDED]


def test_counts_tell_what_is_open(ledger: Ledger, worker: Worker, make: Make) -> None:
    put(ledger, make("a"), make("b"), make("c", lead="l2", priority=3))
    worker.claim(limit=1)
    worker.settle(State.HELD, "a")
    with ledger.read() as tx:
        counted = outbox.counts(tx)
        assert outbox.pending(tx, "sales") == 2
        assert keys(outbox.of_lead(tx, "l1")) == ["a", "b"]
    assert counted == {
        ("sales", State.HELD, 2): 1,
        ("sales", State.INTENT, 2): 1,
        ("sales", State.INTENT, 3): 1,
    }


def test_nothing_can_be_settled_as_sending(worker: Worker) -> None:
    with pytest.raises(LedgerError, match="what became of it"):
        worker.settle(State.SENDING, "a")


@pytest.mark.of_file
def test_the_queries_of_a_long_backlog_run_on_the_partial_indexes(
    ledger: Ledger, worker: Worker, make: Make
) -> None:
    seen: list[tuple[str, Any]] = []
    put(ledger, make("a"))

    @event.listens_for(ledger._writer, "before_cursor_execute")
    def note(_conn: Any, _cursor: Any, sql: str, parameters: Any, *_rest: Any) -> None:
        if "other" in sql:
            seen.append((sql, parameters))

    worker.claim()
    with ledger.read() as tx:
        sql, parameters = seen[0]
        plan = str(tx.conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters).all())
    assert "op_open" in plan
    assert "op_lead_open" in plan
    assert "TEMP B-TREE" not in plan
