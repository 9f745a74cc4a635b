"""Two deals and four people at three accounts, and what can happen to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from crmbridge.clock import FixedClock
from crmbridge.company import Company
from crmbridge.files import CompanyFiles
from crmbridge.flows.read.whose import settle_deals
from crmbridge.model.deal import About, Deal, DealState, Role
from crmbridge.model.evidence import Evidence
from crmbridge.model.firm import Firm
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.money import Money
from crmbridge.model.touch import Gone
from tests.stages.play import example
from tests.stages.still import seen

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


def under(policy: str, *, conversion: bool) -> CompanyFiles:
    """The example's files with another way to share."""
    files = example()
    attribution = files.agreement.attribution.model_copy(
        update={"people": policy, "conversion_counts_as_role": conversion}
    )
    agreement = files.agreement.model_copy(update={"attribution": attribution})
    return replace(files, agreement=agreement)
