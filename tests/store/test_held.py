"""Held work is one row a cause, counts its returns, and opens again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from crmbridge.errors import LedgerError
from crmbridge.store import held
from crmbridge.store.held import Held, HeldState
from crmbridge.store.ledger import Ledger
from crmbridge.store.table import Tx
from tests.stages.ledgers import ledger_at

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@contextmanager
def said(tx: Tx) -> Iterator[list[str]]:
    """The statements of a transaction."""
    heard: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        heard.append(statement)

    event.listen(tx.conn.engine, "before_cursor_execute", note)
    try:
        yield heard
    finally:
        event.remove(tx.conn.engine, "before_cursor_execute", note)


def hold(ledger: Ledger, kind: str = "refused", lead: str = "l1", minutes: int = 0) -> Held:
    with ledger.write("settle") as tx:
        ident = held.put(
            tx,
            kind,
            lead=lead,
            op="op1",
            field="email",
            advice="mend it",
            detail={"n": minutes},
            at=NOW + timedelta(minutes=minutes),
        )
    with ledger.read() as tx:
        found = held.get(tx, ident)
    assert found is not None
    return found


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


KINDS = ("breach", "reason")
DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.sampled_from(("", "a", "b")), st.sampled_from(KINDS)),
        st.tuples(st.just("end"), st.sampled_from("ab"), st.sampled_from(KINDS)),
        st.tuples(st.just("end about"), st.sampled_from("ab"), st.sampled_from(KINDS)),
        st.tuples(st.just("look"), st.just("a"), st.just("breach")),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(deeds=DEEDS)
def test_what_a_transaction_holds_and_ends_is_as_if_it_were_written_at_once(
    tmp_path_factory: pytest.TempPathFactory, deeds: list[tuple[str, str, str]]
) -> None:
    ledger = ledger_at(tmp_path_factory.mktemp("held") / "ledger.db")
    known: dict[tuple[str, str, str], tuple[int, str]] = {}
    try:
        with ledger.write("test") as tx:
            for number, (deed, lead, kind) in enumerate(deeds):
                at, op = NOW + timedelta(minutes=number), f"clock:{number % 2}"
                if deed == "put":
                    held.put(tx, kind, lead=lead, op=op, advice="", detail={}, at=at)
                    known[kind, lead, op] = (known.get((kind, lead, op), (0, ""))[0] + 1, "open")
                elif deed == "look":
                    assert len(held.find(tx)) == sum(how == "open" for _, how in known.values())
                else:
                    about = "clock:1" if deed == "end about" else ""
                    held.end(tx, lead, [kind], at, about)
                    for key, (count, _) in list(known.items()):
                        if key[:2] == (kind, lead) and key[2].startswith(about):
                            known[key] = (count, "resolved")
        with ledger.read() as tx:
            rows = held.find(tx, state=None)
        assert {(one.kind, one.lead, one.op): (one.count, one.state) for one in rows} == known
    finally:
        ledger.close()


def test_many_leads_take_as_many_statements_as_one(ledger: Ledger) -> None:
    asked: list[list[str]] = []
    for number in (1, 40):
        with ledger.write("test") as tx, said(tx) as heard:
            for one in range(number):
                held.put(tx, "breach", lead=f"l{one}", op="a", advice="", detail={}, at=NOW)
                held.end(tx, f"l{one}", ["breach"], NOW)
            held.settle(tx)
        asked.append(heard)
    assert len(asked[1]) == len(asked[0]) == 2


def test_what_has_no_lead_does_not_end_by_it(ledger: Ledger) -> None:
    with ledger.write("test") as tx, pytest.raises(ValueError, match="by its lead"):
        held.end(tx, "", ["breach"], NOW)


def test_nothing_is_held_in_a_transaction_that_only_reads(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="only reads"), ledger.read() as tx:
        held.put(tx, "breach", advice="", detail={}, at=NOW)
