"""Funnel, reasons and revenue over cycles that were put into a real ledger, and counted there."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmbridge.model.money import Money
from crmbridge.model.state import Fact, LeadState
from crmbridge.policy.totals.counted import counted
from crmbridge.policy.totals.money import parts
from crmbridge.report import qualify, recycle, revenue
from crmbridge.store import Ledger, leads, totals, trail
from crmbridge.store.projection.inventory import Inventory
from crmbridge.store.rows import CycleRow, DealRow, LeadRow, RefRow, RoleRow
from crmbridge.store.table import Tx
from crmbridge.store.trips import trips
from tests.stages.ledgers import ledger_at

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
AT = "2026-03-02T09:00:00.000000Z"


@pytest.fixture
def tx(tmp_path: Path) -> Iterator[Tx]:
    ledger = ledger_at(tmp_path / "ledger.db")
    with ledger.write("test") as open_tx:
        yield open_tx
    ledger.close()


def lead(tx: Tx, ident: str, stage: str = "nurture", source: str = "", **more: Any) -> None:
    facts = {"source": Fact(value=source, by="marketing", at=NOW)} if source else {}
    state = LeadState(id=ident, facts=facts, **more).to_json()
    waiting = stage == "ready"
    row = LeadRow(id=ident, state=state, stage=stage, updated_at=NOW, waiting=waiting)
    leads.put_many(tx, [row])


def cycle(tx: Tx, ident: str, n: int = 1, outcome: str = "", *steps: str, **more: Any) -> None:
    reason, deals = more.get("reason", ""), more.get("deals", [])
    data = {
        "milestones": dict.fromkeys(more.get("milestones", steps), AT),
        "effective": dict.fromkeys(steps, AT),
        "kind": "",
        "reason": reason,
        "deals": deals,
    }
    voided = bool(more.get("voided"))
    row = CycleRow(lead=ident, n=n, opened=NOW, data=data, outcome=outcome, voided=voided)
    leads.put_cycles(tx, {row.lead: [row]})
    for one in () if voided else deals:
        on(tx, one, ident)


def on(tx: Tx, deal: str, ident: str) -> None:
    """Give a lead's record a role on a deal."""
    leads.put_refs(tx, [RefRow(system="sales", obj="Contact", id=ident, lead=ident, live=True)])
    trail.put_roles(tx, [RoleRow(id=f"{deal}-{ident}", deal=deal, person=f"sales:Contact:{ident}")])


def deal(tx: Tx, ident: str, minor: int | None, state: str = "won", currency: str = "EUR") -> None:
    trail.put_deals(tx, [DealRow(id=ident, state=state, amount_minor=minor, currency=currency)])


def count(tx: Tx) -> None:
    """Count what was put into the tables, as the rows say it."""
    totals.clear(tx)
    work = Inventory(tx)
    cycles = {one: list(mine) for one, mine in groupby(trips(tx), lambda trip: trip.lead)}
    rows = leads.get_many(tx, leads.ids(tx))
    deals = {deal for mine in cycles.values() for one in mine for deal in one.data["deals"]}
    won = {one.id for one in trail.get_deals(tx, deals).values() if one.state == "won"}
    for ident, row in rows.items():
        state = LeadState.of(ident, row.state or {})
        waits = (state.waiting or "not_looked_at") if row.waiting else ""
        source, mine = str(state.value("source") or ""), cycles.get(ident, [])
        work.totals.lead(ident, None, counted(row.stage, source, waits, mine, won))
    work.totals.write()


def funnel(tx: Tx) -> dict[str, Any]:
    count(tx)
    return qualify.funnel(tx)


def reasons(tx: Tx) -> list[dict[str, Any]]:
    count(tx)
    return recycle.reasons(tx)


def sources(tx: Tx) -> dict[str, Any]:
    count(tx)
    return revenue.sources(tx)


def test_an_empty_ledger_counts_nothing(tx: Tx) -> None:
    told = funnel(tx)
    assert set(told["steps"].values()) == {0}
    assert told["returns"] == told["waiting"] == {}
    assert reasons(tx) == []
    assert sources(tx) == {"sources": [], "first_touch": {}, "last_touch": {}}


def test_the_funnel_counts_each_standing_cycle_once_a_step(tx: Tx) -> None:
    lead(tx, "a")
    cycle(tx, "a", 1, "rejected", "ready", "handed", reason="bad_timing")
    cycle(tx, "a", 2, "", "ready")
    lead(tx, "b")
    cycle(tx, "b", 1, "", milestones=["engaged"])
    lead(tx, "c")
    cycle(tx, "c")
    lead(tx, "d", "merged")
    cycle(tx, "d", 1, "won", "ready", "handed")
    lead(tx, "e", "customer")
    cycle(tx, "e", 1, "won", "handed", "accepted", "opportunity")
    cycle(tx, "e", 2, "", "ready", voided=True)
    told = funnel(tx)
    assert told["steps"] == {
        "known": 5,
        "engaged": 4,
        "ready": 2,
        "handed": 2,
        "accepted": 1,
        "qualified": 0,
        "opportunity": 1,
        "won": 1,
    }
    assert told["returns"] == {"rejected": {"bad_timing": 1}}


def test_waits_are_counted_by_reason(tx: Tx) -> None:
    lead(tx, "a", "ready", waiting="no_capacity")
    lead(tx, "b", "ready", waiting="no_capacity")
    lead(tx, "c", "ready")
    assert funnel(tx)["waiting"] == {"no_capacity": 2, "not_looked_at": 1}


def test_reasons_tell_how_often_a_lead_went_again(tx: Tx) -> None:
    for ident in ("a", "b"):
        lead(tx, ident)
        cycle(tx, ident, 1, "rejected", "ready", "handed", reason="bad_timing")
    cycle(tx, "a", 2, "lost", "ready", "handed", reason="")
    assert reasons(tx) == [
        {"reason": "bad_timing", "count": 2, "again": 1, "outcomes": {"rejected": 2}},
        {"reason": "missing_reason", "count": 1, "again": 0, "outcomes": {"lost": 1}},
    ]


def test_money_is_split_among_the_leads_of_a_deal_to_the_cent(tx: Tx) -> None:
    for ident, source in (("a", "WEB"), ("b", "WEB"), ("c", "FAIR")):
        lead(tx, ident, "customer", source, first_touch=f"f{ident}", last_touch="l")
        cycle(tx, ident, 1, "won", "handed", deals=["sales:Opportunity:1"])
    deal(tx, "sales:Opportunity:1", 100_00)
    told = sources(tx)
    revenue = {row["source"]: row["revenue"] for row in told["sources"]}
    assert revenue == {"WEB": {"EUR": "66.67"}, "FAIR": {"EUR": "33.33"}}
    assert told["first_touch"]["fa"] == {"EUR": "33.34"}
    assert told["last_touch"] == {"l": {"EUR": "100.00"}}


def test_a_source_that_is_called_as_none_is_counted_with_those_without_one(tx: Tx) -> None:
    for ident, source in (("a", "(unknown)"), ("b", "")):
        lead(tx, ident, "customer", source)
        cycle(tx, ident, 1, "won", "handed", deals=[f"d:1:{ident}"])
        deal(tx, f"d:1:{ident}", 100_00)
    told = sources(tx)
    (row,) = told["sources"]
    assert (row["won"], row["revenue"]) == (2, {"EUR": "200.00"})
    assert told["first_touch"] == {"(unknown)": {"EUR": "200.00"}}


def test_a_sum_may_be_larger_than_a_number_of_the_database(tx: Tx) -> None:
    names = [f"d:1:{n}" for n in range(30)]
    lead(tx, "a", "customer", "WEB")
    cycle(tx, "a", 1, "won", "handed", deals=names)
    for name in names:
        deal(tx, name, 10**18, currency="KWD")
    (row,) = sources(tx)["sources"]
    assert row["revenue"] == {"KWD": "30000000000000000.000"}


def test_currencies_stay_apart_and_what_is_not_won_counts_nothing(tx: Tx) -> None:
    lead(tx, "a", "customer", "WEB")
    names = ["d:1:1", "d:1:2", "d:1:3", "d:1:4"]
    cycle(tx, "a", 1, "won", "handed", deals=names)
    deal(tx, names[0], 500)
    deal(tx, names[1], 700, currency="JPY")
    deal(tx, names[2], 900, state="open")
    deal(tx, names[3], None)
    (row,) = sources(tx)["sources"]
    assert row["revenue"] == {"EUR": "5.00", "JPY": "700"}
    assert row["won"] == 1


@pytest.mark.parametrize("minor", [1, 2, 100, -100, 99_999])
def test_parts_add_up_to_the_deal(minor: int) -> None:
    won = Money(minor, "EUR")
    shares = parts(won, ["c", "a", "b"])
    assert sum(one.minor for one in shares.values()) == minor
    assert parts(won, []) == parts(None, ["a"]) == {}


DOWN = ("known", "engaged", "handed", "accepted", "opportunity", "won")
"""Steps whose counts never rise from one to the next."""
OUTCOMES = ("", "won", "lost", "rejected", "returned", "stale_idle", "disqualified")
SOME_STEPS = (
    (),
    ("ready",),
    ("ready", "handed"),
    ("handed", "accepted"),
    ("ready", "handed", "accepted", "opportunity"),
    ("handed", "accepted", "qualified", "opportunity"),
)
DEALS = st.fixed_dictionaries(
    {
        "state": st.sampled_from(("open", "won", "lost", "deleted")),
        "minor": st.sampled_from((None, 1, 100_00, 33_33, -5_00)),
        "currency": st.sampled_from(("EUR", "USD")),
    }
)
CYCLES = st.lists(
    st.tuples(
        st.sampled_from(OUTCOMES),
        st.sampled_from(SOME_STEPS),
        st.frozensets(st.integers(0, 4), max_size=3),
        st.booleans(),
    ),
    max_size=4,
)
LEADS = st.lists(st.tuples(st.sampled_from(("WEB", "FAIR", "")), CYCLES), max_size=5)


def cents(tables: Any) -> dict[str, Decimal]:
    total: dict[str, Decimal] = {}
    for sums in tables:
        for currency, amount in sums.items():
            total[currency] = total.get(currency, Decimal(0)) + Decimal(amount)
    return {currency: amount for currency, amount in total.items() if amount}


def written(tx: Tx, people: Any, deals: Any) -> None:
    for number, one in enumerate(deals):
        deal(tx, f"d:1:{number}", one["minor"], one["state"], one["currency"])
    for number, (source, cycles) in enumerate(people):
        lead(tx, f"p{number}", "nurture", source, first_touch=f"f{number % 2}", last_touch="l")
        for n, (outcome, steps, on, voided) in enumerate(cycles, 1):
            names = [f"d:1:{place}" for place in sorted(on) if place < len(deals)]
            cycle(tx, f"p{number}", n, outcome, *steps, deals=names, voided=voided)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    found = ledger_at(tmp_path_factory.mktemp("counts") / "ledger.db")
    yield found
    found.close()


@settings(max_examples=200, deadline=None)
@given(people=LEADS, deals=st.lists(DEALS, min_size=3, max_size=5))
def test_the_columns_of_a_report_never_contradict_each_other(
    ledger: Ledger, people: Any, deals: Any
) -> None:
    with ledger.write("test") as tx, tx.conn.begin_nested() as play:
        written(tx, people, deals)
        told, money, why = funnel(tx), sources(tx), reasons(tx)
        play.rollback()
    steps, rows = told["steps"], money["sources"]
    assert all(steps[a] >= steps[b] for a, b in pairwise(DOWN))
    for row in rows:
        assert all(row[a] >= row[b] for a, b in pairwise(("known", *DOWN[2:])))
        assert row["won"] > 0 or not row["revenue"]
        assert row["won"] + row["back"] <= row["known"]
    for step in ("known", "ready", "handed", "accepted", "opportunity", "won"):
        assert sum(row[step] for row in rows) == steps[step]
    back = sum(n for found in told["returns"].values() for n in found.values())
    assert back == sum(row["back"] for row in rows) == sum(one["count"] for one in why)
    assert (
        cents(row["revenue"] for row in rows)
        == cents(money["first_touch"].values())
        == cents(money["last_touch"].values())
    )


def test_a_win_beside_an_open_deal_is_a_win_in_every_column(tx: Tx) -> None:
    lead(tx, "a", "opportunity", "WEB")
    cycle(tx, "a", 1, "", "handed", "accepted", "opportunity", deals=["d:1:1", "d:1:2"])
    deal(tx, "d:1:1", 100_00)
    deal(tx, "d:1:2", 200_00, state="open")
    (row,) = sources(tx)["sources"]
    assert (row["won"], row["revenue"]) == (1, {"EUR": "100.00"})
    assert funnel(tx)["steps"]["won"] == 1


def test_deals_that_go_on_in_the_next_cycle_are_no_second_win(tx: Tx) -> None:
    lead(tx, "a", "opportunity", "WEB")
    cycle(tx, "a", 1, "won", "handed", "opportunity", deals=["d:1:1", "d:1:2"])
    cycle(tx, "a", 2, "", "handed", "opportunity", deals=["d:1:2"])
    deal(tx, "d:1:1", 100_00)
    deal(tx, "d:1:2", 200_00, state="open")
    assert funnel(tx)["steps"]["won"] == 1
    deal(tx, "d:1:2", 200_00)
    cycle(tx, "a", 2, "won", "handed", "opportunity", deals=["d:1:2"])
    assert funnel(tx)["steps"]["won"] == 2
