"""Held work is one row a cause, counts its returns, and opens again."""

from datetime import UTC, datetime, timedelta

from crmbridge.store import held
from crmbridge.store.held import Held, HeldState
from crmbridge.store.ledger import Ledger

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def hold(ledger: Ledger, kind: str = "refused", lead: str = "l1", minutes: int = 0) -> Held:
    with ledger.write("settle") as tx:
        return held.put(
            tx,
            kind,
            lead=lead,
            op="op1",
            field="email",
            advice="mend it",
            detail={"n": minutes},
            at=NOW + timedelta(minutes=minutes),
        )


def test_the_same_cause_is_one_row_that_counts(ledger: Ledger) -> None:
    hold(ledger)
    again = hold(ledger, minutes=5)
    with ledger.read() as tx:
        assert held.find(tx) == [again] == [held.get(tx, again.id)]
    assert (again.count, again.first_at, again.detail) == (2, NOW, {"n": 5})
    assert again.last_at == NOW + timedelta(minutes=5)


def test_held_work_is_found_by_kind_and_lead_newest_first(ledger: Ledger) -> None:
    hold(ledger)
    hold(ledger, kind="ambiguous", minutes=1)
    hold(ledger, lead="l2", minutes=2)
    with ledger.read() as tx:
        assert [row.lead for row in held.find(tx)] == ["l2", "l1", "l1"]
        assert [row.kind for row in held.find(tx, lead="l1")] == ["ambiguous", "refused"]
        assert len(held.find(tx, kind="refused", limit=1)) == 1
        assert held.counts(tx) == {"refused": 2, "ambiguous": 1}
        assert held.get(tx, "none") is None


def test_resolved_work_is_gone_until_it_comes_up_again(ledger: Ledger) -> None:
    item = hold(ledger)
    with ledger.write("resolve") as tx:
        (done,) = held.resolve(tx, [item.id, "none"], NOW)
        assert held.resolve(tx, [item.id], NOW) == []
        assert held.find(tx) == []
        assert held.find(tx, state=None) == [done]
    assert done.state is HeldState.RESOLVED
    assert hold(ledger).state is HeldState.OPEN
