"""Deals as they are seen, look by look: the closed table of states, and people who come and go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count, product

import pytest

from crmbridge.files import CompanyFiles
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.deal import Deal, DealState, Role
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.lifecycle import Lifecycle
from crmbridge.model.money import Money
from crmbridge.system import Item
from tests.stages.places import START
from tests.stages.play import Play
from tests.stages.still import seen

STATES = ("open", "won", "lost", "deleted")
HOUR = timedelta(hours=1)


@dataclass
class Desk:
    """Looks at one company's sales, without a vendor."""

    play: Play
    numbers: Iterator[int] = field(default_factory=count)

    def see(self, *items: Item) -> None:
        seen(self.play.company, items)

    def person(self) -> Ref:
        number = next(self.numbers)
        ref = Ref(system="sales", obj="Contact", id=f"003P{number}")
        self.see(
            Sighting(
                ref=ref,
                values={"email": f"p{number}@table.example"},
                raw={"Email": f"p{number}@table.example"},
                created_at=START,
                changed_at=START,
            )
        )
        return ref

    def life(self, person: Ref) -> Lifecycle:
        with self.play.company.ledger.read() as tx:
            scene = Scene.open(self.play.company, tx)
            entry = scene.work.ref(person)
            assert entry is not None
            return scene.work.lifecycle(entry.lead)


@pytest.fixture
def desk(play: Play) -> Desk:
    return Desk(play)


def deal(ident: str, state: str, at: datetime, people: tuple[Ref, ...]) -> Deal:
    closed = at if state in ("won", "lost") else None
    return Deal(
        ref=Ref(system="sales", obj="Opportunity", id=ident),
        state=DealState(state),
        value=Money(100_000, "EUR"),
        created_at=START,
        closed_at=closed,
        changed_at=at,
        reason="no_budget_now" if state == "lost" else "",
        people=() if state == "deleted" else people,
        people_seen=state != "deleted",
    )


def end(life: Lifecycle, ident: str) -> tuple[str, str, str]:
    """The stage, and how and why the newest trip that ended did."""
    ended = [one for one in life.cycles if one.outcome]
    last = ended[-1] if ended else None
    return (life.stage.value, last.outcome if last else "", last.reason if last else "")


ENDS = {
    "open": ("opportunity", "", ""),
    "won": ("customer", "won", ""),
    "lost": ("nurture", "lost", "no_budget_now"),
    "deleted": ("nurture", "lost", "deleted"),
}
STAMPS = {"one instant": timedelta(0), "an hour apart": HOUR}


@pytest.mark.parametrize("apart", STAMPS)
def test_any_way_through_the_states_of_a_deal_ends_as_its_last_state(
    desk: Desk, apart: str
) -> None:
    """340 ways of up to four states, each at one instant and at four."""
    wrong = {}
    ways = [way for size in (1, 2, 3, 4) for way in product(STATES, repeat=size)]
    for n, way in enumerate(ways):
        person, at = desk.person(), START
        for state in way:
            desk.see(deal(f"006T{n}", state, at, (person,)))
            at += STAMPS[apart]
        seen = [one for one in way if one != "deleted"]
        wanted = ENDS[way[-1]] if seen else ("known", "", "")
        if (found := end(desk.life(person), f"006T{n}")) != wanted:
            wrong[way] = found
    assert wrong == {}


def test_an_older_version_of_a_deal_is_no_news(desk: Desk) -> None:
    wrong = []
    for n, (newer, older) in enumerate(product(STATES[:3], STATES)):
        person = desk.person()
        desk.see(deal(f"006S{n}", newer, START + HOUR, (person,)))
        desk.see(deal(f"006S{n}", older, START, (person,)))
        if end(desk.life(person), f"006S{n}") != ENDS[newer]:
            wrong.append((newer, older))
    assert wrong == []


@pytest.mark.parametrize("state", STATES[:3])
def test_who_is_taken_off_a_deal_loses_it_and_who_is_put_on_later_has_it(
    desk: Desk, state: str
) -> None:
    """A deal that names its people itself, with nothing else about it changed."""
    first, second = desk.person(), desk.person()
    desk.see(deal("006N", state, START, (first,)))
    desk.see(deal("006N", state, START, (first, second)))
    assert [end(desk.life(one), "006N") for one in (first, second)] == [ENDS[state]] * 2
    desk.see(deal("006N", state, START, (second,)))
    gone = ENDS["lost"] if state == "lost" else ("nurture", "lost", "off_deal")
    assert end(desk.life(first), "006N") == gone
    assert desk.life(first).won_deals == frozenset()
    assert end(desk.life(second), "006N") == ENDS[state]
    desk.see(deal("006N", state, START + HOUR, (first, second)))
    assert end(desk.life(first), "006N") == ENDS[state]


def role(ident: str, person: Ref, *, live: bool = True) -> Role:
    at = Ref(system="sales", obj="OpportunityContactRole", id=ident)
    return Role(
        ref=at, deal=Ref(system="sales", obj="Opportunity", id="006R"), person=person, live=live
    )


@pytest.mark.parametrize("state", STATES[:2])
def test_one_of_two_roles_of_a_person_may_go_and_a_role_may_pass_to_another(
    desk: Desk, state: str
) -> None:
    jo, al = desk.person(), desk.person()
    bare = Deal(
        ref=Ref(system="sales", obj="Opportunity", id="006R"),
        state=DealState(state),
        closed_at=START if state == "won" else None,
        created_at=START,
        changed_at=START,
    )
    desk.see(bare, role("00K1", jo), role("00K2", jo))
    desk.see(role("00K1", jo, live=False))
    assert end(desk.life(jo), "006R") == ENDS[state]
    desk.see(role("00K2", al))
    assert end(desk.life(jo), "006R") == ("nurture", "lost", "off_deal")
    assert end(desk.life(al), "006R") == ENDS[state]
    desk.see(role("00K1", jo))
    assert end(desk.life(jo), "006R") == ENDS[state]


def test_a_customer_whose_next_deal_is_lost_for_an_out_reason_stays_a_customer(
    desk: Desk,
    acme: CompanyFiles,
) -> None:
    person = desk.person()
    out = sorted(acme.agreement.out_reasons)[0]
    desk.see(deal("006A", "won", START, (person,)), deal("006B", "open", START, (person,)))
    assert desk.life(person).stage == "opportunity"
    lost = deal("006B", "lost", START + HOUR, (person,))
    desk.see(Deal(ref=lost.ref, state=lost.state, changed_at=lost.changed_at, reason=out))
    assert end(desk.life(person), "006B") == ("customer", "lost", out)
