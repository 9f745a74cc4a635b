"""What late news of deals changed of what was told: once a page, whatever the page brings."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from crmbridge.company import Company
from crmbridge.files import CompanyFiles
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.deal import Deal, DealState, Role
from crmbridge.model.lead import Ref, Sighting
from crmbridge.model.lifecycle import corrections
from crmbridge.model.money import Money
from crmbridge.model.payload import Corrected
from crmbridge.store.rows import CycleRow, LeadRow
from crmbridge.system import Item
from tests.stages.kept import entries, is_rebuilt, kept, rows
from tests.stages.places import START
from tests.stages.still import seen, still

DAY = timedelta(days=1)


def contact(n: int = 0) -> Ref:
    return Ref(system="sales", obj="Contact", id=f"003{n}")


def person(n: int = 0) -> Sighting:
    mail = {"email": f"p{n}@late.example"}
    return Sighting(
        ref=contact(n), values=mail, raw=mail, created_at=START - 400 * DAY, changed_at=START
    )


def deal(name: str, opened: int, closed: int | None = None, state: str = "open") -> Deal:
    """A deal that was opened and closed so many days before the start."""
    ended = START - closed * DAY if closed is not None else None
    return Deal(
        ref=Ref(system="sales", obj="Opportunity", id=f"006{name}"),
        state=DealState(state),
        value=Money(100_000, "EUR"),
        created_at=START - opened * DAY,
        closed_at=ended,
        changed_at=ended or START - opened * DAY,
        reason="no_budget_now" if state == "lost" else "",
    )


def role(name: str, n: int = 0, *, live: bool = True) -> Role:
    ref = Ref(system="sales", obj="OpportunityContactRole", id=f"00K{name}.{n}")
    on = Ref(system="sales", obj="Opportunity", id=f"006{name}")
    return Role(ref=ref, deal=on, person=contact(n), live=live)


def told(company: Company) -> list[list[tuple[int, str, Any, Any]]]:
    return [
        [(one.cycle, one.milestone, one.before, one.after) for one in said.changed]
        for said in kept(company, Corrected)
    ]


def known(company: Company, *deals: Deal) -> None:
    """Jo is on the first of the deals; of the others only the deals themselves are known."""
    seen(company, [person(), *deals])
    seen(company, [role(deals[0].ref.id[3:])])


def test_several_late_deals_of_a_page_are_one_correction(acme: CompanyFiles) -> None:
    with still(acme) as (company, _):
        known(company, deal("A", 10), deal("B", 20), deal("C", 30))
        seen(company, [role("B"), role("C")])
        (said,) = told(company)
        assert [(number, name) for number, name, _, _ in said] == [
            (1, "handed"),
            (1, "accepted"),
            (1, "opportunity"),
        ]
        before, after = START - 10 * DAY, START - 30 * DAY
        assert {(was, now) for _, name, was, now in said if name == "opportunity"} == {
            (before, after)
        }
        (correction,) = kept(company, Corrected)
        assert correction.cause.startswith("opportunity:")
        assert "006B" in correction.cause  # the first that came late


def test_a_page_that_is_read_again_corrects_nothing_again(acme: CompanyFiles) -> None:
    with still(acme) as (company, _):
        known(company, deal("A", 10), deal("B", 20), deal("C", 30))
        for _ in range(3):
            seen(company, [role("B"), role("C")])
        assert len(told(company)) == 1
        seen(company, [role("B", live=False)])
        seen(company, [role("B")])
        assert is_rebuilt(company)


def test_what_late_deals_leave_as_it_was_is_no_correction(acme: CompanyFiles) -> None:
    with still(acme) as (company, _):
        known(company, deal("A", 30), deal("B", 20), deal("C", 10))
        seen(company, [role("C"), role("B")])
        assert told(company) == []


def test_news_in_its_time_is_no_correction_beside_late_news(acme: CompanyFiles) -> None:
    """A deal that is lost today ends the trip in its time; a late one moves its beginning."""
    with still(acme) as (company, _):
        known(company, deal("A", 10, 5, "won"), deal("B", 20))
        assert told(company) == []
        again = replace(deal("A", 10), changed_at=START)  # reopened today: takes the win back
        seen(company, [role("B"), again])
        (said,) = told(company)
        assert {name for _, name, _, _ in said} >= {"opportunity"}
        assert not {name for _, name, _, now in said if now is None} & {"closed", "outcome"}


STATES = ("open", "won", "lost", "lost", "deleted")


def page(dice: random.Random, deals: int, people: int) -> list[Item]:
    """Roles and deals in the order in which a page is taken in: roles first."""
    names = [str(n) for n in range(deals)]
    on: list[Item] = [
        role(dice.choice(names), dice.randrange(people), live=dice.random() < 0.8)
        for _ in range(dice.randrange(8))
    ]
    moved = [replace(one, person=contact(dice.randrange(people))) for one in on[:1]]  # type: ignore[type-var]
    return [*on, *moved, *(_deal(dice, name) for name in dice.sample(names, 4))]


def _deal(dice: random.Random, name: str) -> Deal:
    opened, state = dice.randrange(40, 60), dice.choice(STATES)
    closed = dice.randrange(1, 40) if state not in ("open", "deleted") else None
    made = deal(name, opened, closed, state)
    return replace(made, changed_at=START - dice.randrange(40) * DAY)


def standing(company: Company) -> list[Any]:
    """All leads and their cycles; which entry told of a lead last is not compared."""
    people = sorted((replace(one, rev=0) for one in rows(company, LeadRow)), key=_id)
    return [*people, *sorted(rows(company, CycleRow), key=_number)]


def _id(row: LeadRow) -> str:
    return row.id


def _number(row: CycleRow) -> tuple[str, int]:
    return row.lead, row.n


@pytest.mark.parametrize("seed", range(30))
def test_a_page_at_once_ends_as_record_by_record(acme: CompanyFiles, seed: int) -> None:
    ends = []
    for at_once in (True, False):
        dice = random.Random(seed)
        with still(acme) as (company, _):
            seen(company, [person(n) for n in range(3)])
            for _ in range(4):
                items = page(dice, 6, 3)
                for some in [items] if at_once else [[one] for one in items]:
                    seen(company, some)
            ends.append(standing(company))
            assert is_rebuilt(company)
    assert ends[0] == ends[1]


@pytest.mark.parametrize("seed", range(12))
def test_a_correction_is_what_was_told_before_the_page(acme: CompanyFiles, seed: int) -> None:
    """Every point of it stood in the lead's life before, and stands otherwise now."""
    dice = random.Random(seed)
    with still(acme) as (company, _):
        seen(company, [person(n) for n in range(3)])
        for _ in range(5):
            before = lives(company, 3)
            known = len(entries(company, Corrected))
            seen(company, page(dice, 6, 3))
            after = lives(company, 3)
            new = entries(company, Corrected)[known:]
            assert len({entry.lead for entry, _ in new}) == len(new)
            for entry, said in new:
                possible = corrections(before[entry.lead], after[entry.lead])
                assert [one for one in said.changed if one not in possible] == []


def lives(company: Company, people: int) -> dict[str, Any]:
    with company.ledger.read() as tx:
        work = Scene.open(company, tx).work
        found = [one.lead for n in range(people) if (one := work.ref(contact(n)))]
        return {lead: work.lifecycle(lead) for lead in found}


def calls(work: Callable[[], None]) -> int:
    """Python calls that some work takes: unlike time, the same on every machine."""
    count = 0

    def note(_frame: Any, event: str, _arg: Any) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def overlapping(number: int) -> Sequence[Deal]:
    """Deals of which each begins while the one before goes on: every other step comes late."""
    return [
        deal(f"{n:04}", 300 - n % 100 - n // 100, 200 - n % 100 - n // 100, "won")
        for n in range(number)
    ]


def test_a_page_is_linear_in_the_deals_of_a_lead(acme: CompanyFiles) -> None:
    spent = []
    for number in (60, 240):
        with still(acme) as (company, _):
            deals = overlapping(number)
            seen(company, [person(), *deals])
            page = [role(one.ref.id[3:]) for one in deals]
            spent.append(calls(lambda c=company, p=page: seen(c, p)))  # type: ignore[misc]
    assert spent[1] < 5 * spent[0]
