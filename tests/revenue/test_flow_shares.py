"""The shares of a won deal add up to its amount, and are whose the evidence says, at any time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from crmbridge.company import Company
from crmbridge.flows.owed.revenue import won
from crmbridge.flows.read.whose import settle_deals
from crmbridge.flows.scene.lead_view import view
from crmbridge.flows.scene.scene import Scene
from crmbridge.flows.scene.sharing_in_force import keep_sharing, note_sharing
from crmbridge.model.deal import DealState
from crmbridge.store import trail
from crmbridge.store.dump import canonical_dump
from crmbridge.store.projection import rebuild
from tests.revenue.two_deals import AT, DEALS, POLICIES, WHO, World, contact, under
from tests.stages.counted import must_add_up
from tests.stages.late import ALL
from tests.stages.play import example
from tests.stages.still import still
from tests.stages.whose import Tables, slow_shares

KINDS = sorted(name[1:] for name in vars(World) if name[0] == "_" and name[1] != "_")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(KINDS), st.integers(0, 4), st.sampled_from(WHO), st.sampled_from(DEALS)
    ),
    min_size=1,
    max_size=14,
)


@settings(
    max_examples=400 if ALL else 30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a failing world is shrunk for minutes
)
@given(steps=STEPS, policy=st.sampled_from(POLICIES), conversion=st.booleans())
def test_shares_add_up_and_are_whose_the_evidence_says(
    steps: list[Any], policy: str, conversion: bool
) -> None:
    with still(under(policy, conversion=conversion), at=AT) as (company, clock):
        keep_sharing(company)
        world = World(company, clock)
        for kind, number, who, name in steps:
            world.do(kind, number, who, name)
            check(company, world)
        settle_deals(company)
        check(company, world)
        settled(company)


def check(company: Company, world: World) -> None:
    """All shares are those of a slow count, add up to their deals, and reports to all deals."""
    must_add_up(company.ledger)
    with company.ledger.read() as tx:
        slow = slow_shares(Tables(tx))
        scene = Scene.open(company, tx)
        kept = {
            row.id: sorted(
                (part.lead, part.kind, part.minor, part.currency)
                for one in WHO
                if (entry := scene.work.ref(contact(one))) and entry.lead
                for part in {p.deal: p for p in scene.work.deals.shares(entry.lead)}.values()
                if part.deal == row.id and part.minor is not None
            )
            for row in (scene.work.deals.get(str(d.ref)) for d in world.deals.values())
            if row is not None
        }
    for ident, shares in kept.items():
        distinct = sorted(set(shares))
        assert distinct == sorted(slow.get(ident, []))
    for deal in world.deals.values():
        shares = slow.get(str(deal.ref))
        if shares:
            assert deal.value is not None
            assert sum(one[2] for one in shares) == deal.value.minor


def settled(company: Company) -> None:
    """Whoever shares a won deal has it in their cycles, and a rebuild gives the same ledger."""
    with company.ledger.dry("test") as tx:
        scene = Scene.open(company, tx)
        shares = slow_shares(Tables(tx))
        for who in WHO:
            entry = scene.work.ref(contact(who))
            assert entry is not None
            life = scene.work.lifecycle(entry.lead)
            mine = {deal for deal, rows in shares.items() for row in rows if row[0] == entry.lead}
            assert mine <= life.won_deals or life.stage.value in ("merged", "erased")
            told = won(scene, view(scene, entry.lead))
            assert mine <= set(told.deals)
    before = _dump(company)
    with company.ledger.write("test") as tx:
        rebuild(tx)
    assert _dump(company) == before


def _dump(company: Company) -> list[str]:
    with company.ledger.read() as tx:
        return list(canonical_dump(tx))


@pytest.mark.parametrize("policy", POLICIES)
def test_another_way_to_share_counts_at_once_and_back_again(policy: str) -> None:
    """The agreement changes its mind: every share is what a slow count under it gives."""
    with still(under("hybrid", conversion=True), at=AT) as (company, clock):
        world = World(company, clock)
        world.do("add", 0, "a", "D1")
        world.do("add", 1, "b", "D1")
        for name in (policy, "hybrid"):
            company.versions = under(name, conversion=True).versions
            with company.ledger.write("test") as tx:
                note_sharing(company, tx, clock.now())
            check(company, world)


def test_who_comes_to_an_account_asks_nothing_of_what_was_won_before() -> None:
    """An account may have hundreds of deals, and somebody comes to it every day."""
    with still(example(), at=AT) as (company, clock):
        world = World(company, clock)
        world.tell("D2", state=DealState.OPEN, closed_at=None)
        asked = {"sales:Account:F1": AT}
        with company.ledger.read() as tx:
            assert trail.deals_at(tx, asked) == [str(one.ref) for one in world.deals.values()]
            later = {"sales:Account:F1": AT + timedelta(days=3)}
            assert trail.deals_at(tx, later) == [str(world.deals["D2"].ref)]
