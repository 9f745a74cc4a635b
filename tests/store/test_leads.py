"""Projection rows come back as they were put, in bulk and by every key that the flows use."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from crmbridge.store import leads, trail
from crmbridge.store.ledger import Ledger
from crmbridge.store.rows import (
    ActivityRow,
    CycleRow,
    DealRow,
    IdentityRow,
    LeadRow,
    RefRow,
    RoleRow,
    TouchRow,
    UserRow,
)

NOW = datetime(2026, 3, 2, 9, 0, 0, 123, tzinfo=UTC)


def row(ident: str, stage: str = "known", **more: object) -> LeadRow:
    values = {"state": {"n": [1, None]}, "updated_at": NOW, **more}
    return LeadRow(id=ident, stage=stage, **values)  # type: ignore[arg-type]


def test_leads_are_put_replaced_and_read_in_bulk(ledger: Ledger) -> None:
    first = [row(f"l{n:04}") for n in range(2500)]
    changed = [row(f"l{n:04}", "ready", owner="ann", rev=2, opted_out=True) for n in range(10)]
    with ledger.write("decide") as tx:
        leads.put_many(tx, [])
        leads.put_many(tx, first)
        leads.put_many(tx, changed)
        found = leads.get_many(tx, [item.id for item in first] + ["none", "l0001"])
        assert list(leads.ids(tx)) == [item.id for item in first]
        assert list(leads.ids(tx, after="l2497")) == ["l2498", "l2499"]
    assert [found[item.id] for item in changed] == changed
    assert len(found) == 2500
    assert found["l2499"] == first[2499]


def test_capacity_questions_are_answered(ledger: Ledger) -> None:
    with ledger.write("decide") as tx:
        leads.put_many(
            tx,
            [
                row("a", "handed", owner="ann"),
                row("b", "handed", owner="ann"),
                row("c", "accepted", owner="bob"),
                row("d", "handed"),
                row("e", "nurture", owner="ann", waiting=True),
            ],
        )
        assert leads.open_counts_by_owner(tx, ["handed", "accepted"]) == {"ann": 2, "bob": 1}
        assert [item.id for item in leads.waiting(tx)] == ["e"]


def test_refs_and_identities_lead_to_leads(ledger: Ledger) -> None:
    one = RefRow(system="sales", obj="Lead", id="1", lead="a", seen={"x": 1}, changed_at=NOW)
    gone = RefRow(system="sales", obj="Lead", id="2", lead="a", live=False)
    free = RefRow(system="marketing", obj="contacts", id="1")
    with ledger.write("pull") as tx:
        leads.put_refs(tx, [one, gone, free])
        leads.put_identities(
            tx, [IdentityRow(hash="h1", lead="a"), IdentityRow(hash="h2", lead="b")]
        )
        leads.put_identities(tx, [IdentityRow(hash="h2", lead="a")])
        assert leads.by_ref(tx, "sales", "Lead", ["1", "2", "3"]) == {"1": one, "2": gone}
        assert leads.by_ref(tx, "marketing", "contacts", ["1"]) == {"1": free}
        assert leads.refs_of(tx, ["a", "b"]) == {"a": [one, gone]}
        assert leads.by_identity(tx, ["h1", "h2", "h3"]) == {"h1": "a", "h2": "a"}
        assert leads.by_identity(tx, ["h1"], kind="phone") == {}
        assert [item.hash for item in leads.identities_of(tx, ["a"])["a"]] == ["h1", "h2"]


def test_cycles_are_kept_by_number_and_leave_with_their_lead(ledger: Ledger) -> None:
    first = CycleRow(lead="a", n=1, opened=NOW, closed=NOW, outcome="won", data={"v": 1})
    second = CycleRow(lead="a", n=2, opened=NOW, voided=True)
    with ledger.write("decide") as tx:
        leads.put_many(tx, [row("a"), row("b")])
        leads.put_cycles(tx, {"a": [second, first]})
        assert leads.cycles_of(tx, ["a", "b"]) == {"a": [first, second]}
        leads.remove(tx, ["a"])
        assert leads.cycles_of(tx, ["a"]) == {}
        assert list(leads.ids(tx)) == ["b"]


def test_cycles_that_a_late_event_took_away_leave_no_row(ledger: Ledger) -> None:
    a1, a2, a3 = (CycleRow(lead="a", n=n, opened=NOW) for n in (1, 2, 3))
    b1, b2 = (CycleRow(lead="b", n=n, opened=NOW) for n in (1, 2))
    with ledger.write("decide") as tx:
        leads.put_many(tx, [row("a"), row("b")])
        leads.put_cycles(tx, {"a": [a1, a2, a3], "b": [b1, b2]})
        leads.put_cycles(tx, {"a": [a1]})
        assert leads.cycles_of(tx, ["a", "b"]) == {"a": [a1], "b": [b1, b2]}
        leads.put_cycles(tx, {"a": []})
        assert leads.cycles_of(tx, ["a", "b"]) == {"b": [b1, b2]}


def test_touches_without_a_lead_are_found_by_identity(ledger: Ledger) -> None:
    late = TouchRow(id="t1", at=NOW + timedelta(hours=1), kind="form", identity="h1", data={"a": 1})
    early = TouchRow(id="t2", at=NOW, kind="form", identity="h1")
    owned = TouchRow(id="t3", at=NOW, kind="form", identity="h1", lead="a")
    with ledger.write("pull") as tx:
        trail.put_touches(tx, [late, early, owned])
        assert trail.orphan_touches(tx, ["h1", "h2"]) == [early, late]
        assert trail.touches_of(tx, ["a"]) == {"a": [owned]}
        assert trail.get_touches(tx, ["t1", "x"]) == {"t1": late}


def test_activities_deals_roles_and_users_are_kept(ledger: Ledger) -> None:
    deal = DealRow(id="sales:Opp:1", state="won", amount_minor=-12, currency="EUR", closed_at=NOW)
    live = RoleRow(id="sales:Role:1", deal=deal.id, person="sales:Contact:1")
    dead = RoleRow(id="sales:Role:2", deal=deal.id, person="sales:Contact:2", live=False)
    call = ActivityRow(id="sales:Task:1", at=NOW, lead="a")
    user = UserRow(ref="sales:User:1", email="h", data={"name": "Ann"})
    with ledger.write("pull") as tx:
        trail.put_deals(tx, [deal])
        trail.put_roles(tx, [live, dead])
        trail.put_activities(tx, [call])
        trail.put_users(tx, [user])
        assert trail.get_deals(tx, [deal.id, "x"]) == {deal.id: deal}
        assert trail.roles_of_deals(tx, [deal.id]) == {deal.id: [live, dead]}
        assert trail.activities_of(tx, ["a"]) == {"a": [call]}
        assert trail.users(tx) == [user]
        assert trail.get_users(tx, [user.ref]) == {user.ref: user}


def test_rows_hide_what_is_personal_when_printed() -> None:
    secret = {"email": "ann@b.example"}
    shown = [
        repr(row("a", state=secret)),
        repr(RefRow(system="sales", obj="Lead", id="1", seen=secret)),
        repr(TouchRow(id="t", at=NOW, kind="form", data=secret)),
        repr(UserRow(ref="u", data=secret)),
    ]
    assert "ann@b.example" not in " ".join(shown)


@pytest.mark.of_file
def test_the_waiting_line_is_read_from_its_own_index(ledger: Ledger) -> None:
    seen: list[str] = []

    @event.listens_for(ledger._writer, "before_cursor_execute")
    def note(_conn: Any, _cursor: Any, sql: str, *_rest: Any) -> None:
        seen.append(sql)

    with ledger.write("decide") as tx:
        leads.waiting(tx)
        plan = tx.conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {seen[-1]}", ("acme",)).all()
    assert "lead_waiting" in str(plan)
