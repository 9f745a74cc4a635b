"""The shares of a won deal, over all people, are its amount after any sequence of role changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmbridge.company import Company
from crmbridge.flows.owed.revenue import share, won
from crmbridge.flows.scene.lead_view import view
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.deal import Deal, DealState, Role
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.money import Money
from crmbridge.model.touch import Gone
from tests.stages.play import example
from tests.stages.still import seen, still

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
WHO = ("a", "b", "c", "d")
DEAL = Ref(system="sales", obj="Opportunity", id="D1")


def contact(who: str) -> Ref:
    return Ref(system="sales", obj="Contact", id=who)


def deal(state: DealState, amount: int, at: datetime) -> Deal:
    closed = AT + timedelta(hours=1) if state in (DealState.WON, DealState.LOST) else None
    return Deal(
        ref=DEAL,
        state=state,
        value=Money(amount, "EUR"),
        created_at=AT,
        closed_at=closed,
        changed_at=at,
    )


def role(number: int, who: str) -> Role:
    ref = Ref(system="sales", obj="OpportunityContactRole", id=f"R{number}")
    return Role(ref=ref, deal=DEAL, person=contact(who))


def conversion(who: str) -> Sighting:
    return Sighting(
        ref=Ref(system="sales", obj="Lead", id=f"L{who}"),
        values={"email": f"{who}@buyer.example"},
        raw={"IsConverted": True},
        changed_at=AT,
        created_at=AT,
        converted_to=contact(who),
        converted_deal=DEAL.id,
        converted_at=AT,
    )


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(0, 4), st.sampled_from(WHO)),
        st.tuples(st.just("gone"), st.integers(0, 4), st.sampled_from(WHO)),
        st.tuples(st.just("soft"), st.integers(0, 4), st.sampled_from(WHO)),
        st.tuples(st.just("convert"), st.just(0), st.sampled_from(WHO)),
        st.tuples(st.just("amount"), st.integers(-5, 10_001), st.just("")),
        st.tuples(st.sampled_from(["won", "lost", "open", "deleted"]), st.just(0), st.just("")),
    ),
    min_size=1,
    max_size=14,
)


@settings(max_examples=120, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_shares_add_up_to_the_deal_after_any_change_of_roles(steps: list[Any]) -> None:
    with still(example(), at=AT) as (company, clock):
        people = [
            Sighting(
                ref=contact(who),
                values={"email": f"{who}@buyer.example"},
                raw={"Email": who},
                changed_at=AT,
                created_at=AT,
            )
            for who in WHO
        ]
        seen(company, people)
        amount, state = 10_000, DealState.WON
        seen(company, [deal(state, amount, AT)])
        on: dict[int, str] = {}
        for kind, number, who in steps:
            clock.advance(timedelta(minutes=5))
            if kind == "add":
                on[number] = who
                seen(company, [role(number, who)])
            elif kind == "gone":
                on.pop(number, None)
                seen(company, [Gone(ref=role(number, who).ref, changed_at=clock.now())])
            elif kind == "soft" and number in on:
                seen(company, [replace(role(number, on.pop(number)), live=False)])
            elif kind == "convert":
                seen(company, [conversion(who)])
            elif kind == "amount":
                amount = number
            elif kind != "soft":
                state = DealState(kind)
            if kind == "amount" or kind in {"won", "lost", "open", "deleted"}:
                seen(company, [deal(state, amount, clock.now())])
            _check(company, amount, set(on.values()), state)


def _check(company: Company, amount: int, on: set[str], state: DealState) -> None:
    with company.ledger.read() as tx:
        scene = Scene.open(company, tx)
        leads = {who: scene.work.ref(contact(who)) for who in WHO}
        row = scene.work.deals.get(str(DEAL))
        assert row is not None
        ids = {one.lead for one in leads.values() if one}
        parts = {one: share(scene, row, one) for one in ids}
        paid = [part.minor for part in parts.values() if part]
        if any(part is not None for part in parts.values()):
            assert (
                sum(part.minor for part in parts.values() if part is not None) == row.amount_minor
            )
        for who in on:
            entry = leads[who]
            assert entry is not None
            assert parts[entry.lead] is not None
        if state is DealState.WON and paid and on:
            told = [won(scene, view(scene, one)) for one in ids]
            assert sum(one.value.minor for one in told if one.value) == amount
        if state is not DealState.WON:
            assert not any(won(scene, view(scene, one)).deals for one in ids)
