"""Before leads are made they are looked for: for several batches at once, and never too few."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbridge.flows.decide import decide
from crmbridge.flows.deliver import drain
from crmbridge.flows.deliver.lookup import LASTS, LookUps
from crmbridge.flows.read.pull import pull
from crmbridge.model.codec import encode_map
from crmbridge.model.record import Record
from crmbridge.store.outbox import Op
from tests.deliver.test_read_back import PERSON, Kept, op, system
from tests.stages.play import Play

EMAIL = PERSON.fields["email"].field


def create(number: int, address: str = "") -> Op:
    values = encode_map({EMAIL: address or f"p{number}@x.example"})
    return op(number, action="handoff", values=values)


def update(number: int, address: str) -> Op:
    return op(number, id=f"id-{number}", values=encode_map({EMAIL: address}))


@dataclass
class Desk:
    """Looks of one drain, over a vendor that counts what it is asked."""

    vendor: Kept = field(default_factory=Kept)
    now: float = 1000.0

    def __post_init__(self) -> None:
        self.looks = LookUps(system=system(self.vendor), clock=lambda: self.now)

    def known(self, ops: list[Op], ahead: list[Op] | None = None) -> int:
        """How many addresses are asked for before these are sent."""
        before = len(self.vendor.asked)
        self.looks.known(ops, lambda: ahead or [])
        return sum(number for obj, _, number in self.vendor.asked[before:] if obj == "Lead")


def test_people_of_the_next_batches_are_looked_for_at_once_and_not_again() -> None:
    desk = Desk()
    first, second, third = ([create(10 * n), create(10 * n + 1)] for n in (1, 2, 3))
    assert desk.known(first, [*second, *third]) == 6
    assert desk.known(second, third) == 0
    assert desk.known(third) == 0


def test_a_look_is_good_for_one_record() -> None:
    desk = Desk()
    assert desk.known([create(1)], [create(2)]) == 2
    assert desk.known([create(2)]) == 0
    assert desk.known([create(2)]) == 1  # it was put off, and is tried again


def test_a_look_does_not_last() -> None:
    desk = Desk()
    desk.known([create(1)], [create(2), create(3), create(4)])
    desk.now += LASTS
    assert desk.known([create(2)]) == 0
    desk.now += 0.1
    assert desk.known([create(3)], [create(4)]) == 2


def test_two_leads_with_one_address_are_looked_for_each() -> None:
    """The second finds what the first has become."""
    desk = Desk()
    assert desk.known([create(1, "one@x.example")], [create(2, "One@x.example ")]) == 1
    assert desk.known([create(2, "One@x.example ")]) == 1
    desk.known([create(3)], [create(4, "two@x.example"), create(5, "Two@x.example")])
    assert desk.known([create(4, "two@x.example")]) == 0
    assert desk.known([create(5, "Two@x.example")]) == 1


def test_an_address_that_another_write_gave_away_is_looked_for_anew() -> None:
    desk = Desk()
    desk.known([create(1)], [create(2)])
    assert desk.known([update(7, "P2@x.example")]) == 0
    assert desk.known([create(2)]) == 1


def test_nobody_is_looked_for_where_nothing_is_made() -> None:
    desk = Desk()
    assert desk.known([update(1, "p1@x.example")], [create(2)]) == 0
    assert desk.known([op(3, action="handoff", values={})], [create(2)]) == 0


@given(st.lists(st.integers(0, 4), min_size=1, max_size=12), st.integers(1, 4), st.integers(0, 40))
def test_whoever_is_made_was_looked_for_since_the_last_write_to_the_address(
    people: list[int], size: int, seconds: int
) -> None:
    desk, looked, written = Desk(), dict[str, float](), dict[str, float]()
    ops = [create(n, f"{who}@x.example") for n, who in enumerate(people)]
    parts = [ops[at : at + size] for at in range(0, len(ops), size)]
    for number, part in enumerate(parts):
        asked = _asked(desk, part, list(chain(*parts[number + 1 : number + 3])))
        looked |= dict.fromkeys(asked, desk.now)
        addresses = {_address(one) for one in part}
        for address in addresses:
            assert desk.now - looked[address] <= LASTS
            assert looked[address] >= written.get(address, 0.0)
        desk.now += 0.5 + seconds
        written |= dict.fromkeys(addresses, desk.now - 0.25)


def _address(one: Op) -> str:
    return str(one.payload["values"][EMAIL])


def _asked(desk: Desk, ops: list[Op], ahead: list[Op]) -> list[str]:
    told: list[str] = []

    class Telling(Kept):
        def find(self, obj: str, by: str, values: Any, fields: Any) -> list[Record]:
            told.extend(values)
            return []

    desk.looks.system = system(Telling())
    desk.looks.known(ops, lambda: ahead)
    return told


@pytest.fixture
def narrow(play: Play) -> Play:
    """The worked example, whose sales system takes three rows a call."""
    sales = play.company.systems["sales"].connector
    sales.limits = replace(sales.limits, write_batch=3)
    return play


def looks(play: Play) -> int:
    return sum(line["path"].endswith("/composite") for line in play.box.sales.audit())


def ask(play: Play, number: int) -> None:
    for n in range(number):
        play.contact(f"p{n}@buyer.example", lastname=f"P{n}", company="B")
        play.form(f"p{n}@buyer.example")
    play.later(minutes=5)
    pull(play.company, "marketing")
    decide(play.company, whole=True)


def test_five_batches_of_leads_are_made_after_one_look(narrow: Play) -> None:
    ask(narrow, 12)
    before = looks(narrow)
    assert drain(narrow.company, "sales").done >= 12
    assert len(narrow.sf()) == 12
    assert looks(narrow) - before == 1


def test_whom_sales_entered_a_moment_ago_gets_no_second_record_in_any_batch(narrow: Play) -> None:
    ask(narrow, 12)
    for n in (0, 5, 11):
        person = {"LastName": f"P{n}", "Company": "B", "Email": f"P{n}@buyer.example"}
        narrow.box.sales.seed(Lead=[person])
    drain(narrow.company, "sales")
    narrow.later(minutes=20)
    narrow.turn(3)
    addresses = [str(one["Email"]).lower() for one in narrow.sf()]
    assert sorted(addresses) == sorted(f"p{n}@buyer.example" for n in range(12))
