"""No statement a record: a full page of roles or deals asks as often as a short one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from crmbridge.company import Company
from crmbridge.files import CompanyFiles
from crmbridge.model.deal import Deal, DealState, Role
from crmbridge.model.lead import Ref, Sighting, Status, StatusType
from crmbridge.model.touch import Gone
from tests.stages.asked import counted
from tests.stages.places import START
from tests.stages.still import seen, still

Page = Callable[[int], list[Any]]
"""Items about the deals and people 0 to n."""
HOUR = timedelta(hours=1)


def contact(n: int) -> Ref:
    return Ref(system="sales", obj="Contact", id=f"003{n}")


def opportunity(n: int) -> Ref:
    return Ref(system="sales", obj="Opportunity", id=f"006{n}")


def record(n: int) -> Ref:
    return Ref(system="sales", obj="OpportunityContactRole", id=f"00K{n}")


def people(number: int) -> list[Any]:
    mails = [{"email": f"p{n}@roles.example"} for n in range(number)]
    return [
        Sighting(ref=contact(n), values=mail, raw=mail, created_at=START, changed_at=START)
        for n, mail in enumerate(mails)
    ]


def unconverted(number: int) -> list[Any]:
    """The same leads before they became anything."""
    return [
        Sighting(
            ref=Ref(system="sales", obj="Lead", id=f"00Q{n}"),
            values={"email": f"p{n}@roles.example"},
            raw={"Email": f"p{n}@roles.example"},
            created_at=START,
            changed_at=START,
        )
        for n in range(number)
    ]


def deals(number: int, state: DealState = DealState.OPEN) -> list[Any]:
    return [
        Deal(ref=opportunity(n), state=state, created_at=START, changed_at=START + HOUR)
        for n in range(number)
    ]


def naming(number: int) -> list[Any]:
    """Deals that name a person themselves."""
    return [
        Deal(
            ref=opportunity(n),
            state=DealState.OPEN,
            created_at=START,
            people=(contact(n),),
            people_seen=True,
        )
        for n in range(number)
    ]


def roles(number: int, on: int = 0) -> list[Any]:
    """Everybody on a deal each; `on` moves them on by so many."""
    return [
        Role(ref=record(n), deal=opportunity(n), person=contact((n + on) % number))
        for n in range(number)
    ]


def gone(number: int) -> list[Any]:
    return [Gone(ref=record(n)) for n in range(number)]


def converted(number: int) -> list[Any]:
    """Leads that became the contacts, with a deal each."""
    return [
        Sighting(
            ref=Ref(system="sales", obj="Lead", id=f"00Q{n}"),
            values={"email": f"p{n}@roles.example"},
            raw={"Email": f"p{n}@roles.example", "Status": "Closed - Converted"},
            created_at=START,
            changed_at=START + HOUR,
            converted_to=contact(n),
            converted_deal=f"006{n}",
            converted_at=START + HOUR,
            status=Status(label="Closed - Converted", type=StatusType.WON),
        )
        for n in range(number)
    ]


PAGES: dict[str, tuple[list[Page], Page]] = {
    "roles": ([people, deals], roles),
    "roles of deals that come later": ([people], roles),
    "deals whose roles were there": ([people, roles], deals),
    "deals that are won": ([people, deals, roles], lambda n: deals(n, DealState.WON)),
    "roles of others": ([people, deals, roles], lambda n: roles(n, on=1)),
    "deals that name people": ([people], naming),
    "people who became contacts": ([unconverted, deals], converted),
}


def asked(company: Company, before: list[Page], page: Page, number: int) -> Counter[str]:
    for one in before:
        seen(company, one(number))
    with counted(company) as found:
        seen(company, page(number))
    return found


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_as_often_for_many_records_as_for_few(acme: CompanyFiles, name: str) -> None:
    told = []
    for number in (4, 60):
        with still(acme) as (company, _):
            told.append(asked(company, *PAGES[name], number))
    few, many = told
    more = {text: (few[text], n) for text, n in many.items() if n > few[text] + 1}
    assert not more


def test_roles_that_are_gone_are_looked_up_at_once(acme: CompanyFiles) -> None:
    told = []
    for number in (4, 60):
        with still(acme) as (company, _):
            told.append(asked(company, [people, deals, roles], gone, number))
    few, many = (sum(n for text, n in one.items() if "FROM role" in text) for one in told)
    assert many <= few + 1
