"""The shares of a won deal add up to its amount, and are whose the evidence says, at any time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from crmbridge.clock import FixedClock
from crmbridge.company import Company
from crmbridge.files import CompanyFiles
from crmbridge.flows.owed.revenue import won
from crmbridge.flows.read.whose import settle_deals
from crmbridge.flows.scene.lead_view import view
from crmbridge.flows.scene.scene import Scene
from crmbridge.flows.scene.sharing_in_force import keep_sharing, note_sharing
from crmbridge.model.deal import About, Deal, DealState, Role
from crmbridge.model.evidence import Evidence
from crmbridge.model.firm import Firm
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.money import Money
from crmbridge.model.touch import Gone
from crmbridge.store import trail
from crmbridge.store.dump import canonical_dump
from crmbridge.store.projection import rebuild
from tests.stages.counted import must_add_up
from tests.stages.late import ALL
from tests.stages.play import example
from tests.stages.still import seen, still
from tests.stages.whose import Tables, slow_shares

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
WHO = ("a", "b", "c", "d")
DEALS = ("D1", "D2")
FIRMS = ("F1", "F2", "")
POLICIES = ("explicit", "hybrid", "implicit", "primary")


def contact(who: str) -> Ref:
    return Ref(system="sales", obj="Contact", id=who)


def firm(name: str) -> Ref | None:
    return Ref(system="sales", obj="Account", id=name) if name else None


class World:
    """Two deals and four people, and what can happen to them."""

    def __init__(self, company: Company, clock: FixedClock) -> None:
        self.company, self.clock = company, clock
        self.deals = {
            name: Deal(
                ref=Ref(system="sales", obj="Opportunity", id=name),
                state=DealState.WON,
                value=Money(10_000, "EUR"),
                created_at=AT,
                closed_at=AT + timedelta(hours=1),
                changed_at=AT,
                about=About(account=firm("F1"), told=frozenset({"account"})),
            )
            for name in DEALS
        }
        self.firms = dict.fromkeys(WHO, "F1")
        seen(company, [self.person(who) for who in WHO])
        seen(company, list(self.deals.values()))

    def person(self, who: str, **other: Any) -> Sighting:
        return Sighting(
            ref=contact(who),
            values={"email": f"{who}@buyer.example"},
            raw={"Email": who, "AccountId": self.firms[who]},
            changed_at=self.clock.now(),
            created_at=AT,
            account=firm(self.firms[who]),
            account_seen=True,
            **other,
        )

    def role(self, number: int, who: str, name: str, **other: Any) -> Role:
        ref = Ref(system="sales", obj="OpportunityContactRole", id=f"R{number}")
        return Role(ref=ref, deal=self.deals[name].ref, person=contact(who), **other)

    def tell(self, name: str, **other: Any) -> None:
        now = self.clock.now()
        self.deals[name] = replace(self.deals[name], changed_at=now, **other)
        seen(self.company, [self.deals[name]])

    def do(self, kind: str, number: int, who: str, name: str) -> None:
        self.clock.advance(timedelta(minutes=5))
        getattr(self, f"_{kind}")(number, who, name)

    def _add(self, number: int, who: str, name: str) -> None:
        seen(self.company, [self.role(number, who, name, primary=number == 0)])

    def _influence(self, number: int, who: str, name: str) -> None:
        ref = Ref(system="sales", obj="CampaignInfluence", id=f"I{number}")
        one = Role(ref=ref, deal=self.deals[name].ref, person=contact(who), kind=Evidence.INFLUENCE)
        seen(self.company, [one])

    def _gone(self, number: int, who: str, name: str) -> None:
        obj = "CampaignInfluence" if number % 2 else "OpportunityContactRole"
        ref = Ref(system="sales", obj=obj, id=f"{'I' if number % 2 else 'R'}{number}")
        seen(self.company, [Gone(ref=ref, changed_at=self.clock.now())])

    def _soft(self, number: int, who: str, name: str) -> None:
        seen(self.company, [self.role(number, who, name, live=False)])

    def _convert(self, number: int, who: str, name: str) -> None:
        made = Sighting(
            ref=Ref(system="sales", obj="Lead", id=f"L{who}"),
            values={"email": f"{who}@buyer.example"},
            raw={"IsConverted": True},
            changed_at=AT,
            created_at=AT,
            converted_to=contact(who),
            converted_deal=name,
            converted_at=AT,
        )
        seen(self.company, [made])

    def _moves(self, number: int, who: str, name: str) -> None:
        self.firms[who] = FIRMS[number % 3]
        seen(self.company, [self.person(who)])

    def _merge(self, number: int, who: str, name: str) -> None:
        other = WHO[number % 4]
        if other != who:
            seen(self.company, [self.person(who, absorbed=(contact(other),))])

    def _account(self, number: int, who: str, name: str) -> None:
        about = About(account=firm(FIRMS[number % 3]), told=frozenset({"account"}))
        self.tell(name, about=about)

    def _named(self, number: int, who: str, name: str) -> None:
        self.tell(name, people=(contact(who),) if number else (), people_seen=True)

    def _amount(self, number: int, who: str, name: str) -> None:
        sums = (None, Money(-7, "EUR"), Money(10_001, "USD"), Money(0, "EUR"), Money(3, "JPY"))
        self.tell(name, value=sums[number % 5])

    def _outside(self, number: int, who: str, name: str) -> None:
        self.tell(name, outside=bool(number % 2))

    def _state(self, number: int, who: str, name: str) -> None:
        state = (DealState.WON, DealState.LOST, DealState.OPEN, DealState.DELETED)[number % 4]
        closed = self.clock.now() if state in (DealState.WON, DealState.LOST) else None
        self.tell(name, state=state, closed_at=closed)

    def _firms(self, number: int, who: str, name: str) -> None:
        """One account is merged into the other, or lives again."""
        one, other = FIRMS[number % 2], FIRMS[1 - number % 2]
        told = {"ref": firm(one), "changed_at": self.clock.now()}
        if number < 3:
            gone = {"merged_into": firm(other), "told": frozenset({"merged_into"})}
            seen(self.company, [Firm(live=False, **told, **gone)])
        else:
            seen(self.company, [Firm(name=one, **told, told=frozenset({"name"}))])

    def _settle(self, number: int, who: str, name: str) -> None:
        settle_deals(self.company)


KINDS = sorted(name[1:] for name in vars(World) if name[0] == "_" and name[1] != "_")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(KINDS), st.integers(0, 4), st.sampled_from(WHO), st.sampled_from(DEALS)
    ),
    min_size=1,
    max_size=14,
)


def under(policy: str, *, conversion: bool) -> CompanyFiles:
    """The example's files with another way to share."""
    files = example()
    attribution = files.agreement.attribution.model_copy(
        update={"people": policy, "conversion_counts_as_role": conversion}
    )
    agreement = files.agreement.model_copy(update={"attribution": attribution})
    return replace(files, agreement=agreement)


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
