"""What people do in a vendor's screens is seen there, whichever vendors are played."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest

from crmbridge.files import load
from crmbridge.testing.pair import Pair
from crmbridge.testing.people import people
from crmbridge.testing.sandbox import Sandbox, sandbox
from crmbridge.testing.screens import Client, Entry, Feature, Seen, Visit
from tests.stages.pairs import PAIRS, config_of, named
from tests.stages.places import START
from tests.stages.play import ample

ADA, BEA, CLEO = people(3, 3)
PAGE = "https://acme.example/demo"
SAID = ("first_name", "last_name", "account", "email")


@pytest.fixture(params=PAIRS, ids=named)
def box(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sandbox]:
    pair: Pair = request.param
    files = ample(load(config_of(pair, tmp_path_factory.mktemp("pair")), "acme"))
    with sandbox(files.mapping, files.teams, at=START) as made:
        yield made


def contact(box: Sandbox, email: str) -> Seen:
    (found,) = (one for one in box.at_marketing.people() if one.email == email and not one.deleted)
    return found


def test_marketing_sees_who_is_entered_who_visits_and_who_says_no(box: Sandbox) -> None:
    marketing, before = box.at_marketing, START - timedelta(days=9)
    marketing.enter([Entry.of(ADA, before), Entry.of(BEA, before)])
    marketing.visited([Visit(email=ADA.email, page=PAGE, at=before)])
    ident = marketing.visit(Visit(email=CLEO.email, page=PAGE, words=CLEO.words()))
    assert marketing.ids().keys() == {ADA.email, BEA.email, CLEO.email}
    assert contact(box, CLEO.email).id == ident
    assert contact(box, CLEO.email).words["last_name"] == CLEO.last
    assert marketing.visit(Visit(email=CLEO.email, page=PAGE)) == ident
    marketing.edit(ident, {"title": "Owner"})
    marketing.opt_out(CLEO.email)
    seen = contact(box, CLEO.email)
    assert (seen.words["title"], seen.opted_out) == ("Owner", True)
    assert not contact(box, ADA.email).opted_out
    left = marketing.merge(contact(box, ADA.email).id, contact(box, BEA.email).id)
    assert [one.id for one in marketing.people() if not one.deleted and one.id != ident] == [left]


def lead(box: Sandbox) -> Seen:
    (found,) = (one for one in box.at_sales.leads() if one.email == ADA.email)
    return found


@pytest.fixture
def entered(box: Sandbox) -> Sandbox:
    """Sales has one open lead."""
    owner = next(iter(owners(box).values()))
    words = {word: ADA.words()[word] for word in SAID}
    box.at_sales.enter([Entry(words=words, at=START - timedelta(days=1), owner=owner)])
    return box


def owners(box: Sandbox) -> dict[str, str]:
    """The reps' users, by address."""
    named = {one.email for one in box.at_sales.setup.reps}
    return {email: ident for email, ident in box.at_sales.users().items() if email in named}


def test_sales_sees_what_becomes_of_a_lead(entered: Sandbox) -> None:
    sales, ident = entered.at_sales, lead(entered).id
    assert (lead(entered).status, lead(entered).gone) == ("open", False)
    sales.call(ident)
    sales.take(ident)
    assert lead(entered).status == "ongoing"
    email, owner = list(owners(entered).items())[1]
    sales.reassign(ident, email)
    assert lead(entered).owner == owner
    sales.edit(ident, {"title": "Chief of Nothing"})
    sales.give_back(ident, sales.setup.lead.reasons[0])
    sales.opt_out(ident)
    seen = lead(entered)
    assert (seen.status, seen.opted_out) == ("lost", True)
    assert seen.words["title"] == "Chief of Nothing"


def test_what_is_won_is_summed_and_what_is_lost_is_not(entered: Sandbox) -> None:
    sales = entered.at_sales
    first = sales.deal_of(lead(entered).id, 1200.5, "A line")
    became = Feature.CONVERSION not in sales.lacks
    assert lead(entered).became is became
    owner = next(iter(owners(entered).values()))
    ids = sales.enter_clients([Client(person=BEA, owner=owner, at=START - timedelta(days=3))])
    won, lost = (
        sales.open_deal(ids[BEA.email], amount, name="Second", owner=owner, source="Web")
        for amount in (300, 77)
    )
    assert sales.won() == 0
    sales.close(first)
    sales.close(won)
    sales.close(lost, sales.setup.deal.reasons[0] if sales.setup.deal else "")
    assert sales.won() == Decimal("1500.5")


def test_sales_enters_a_lead_by_hand(box: Sandbox) -> None:
    email, owner = next(iter(owners(box).items()))
    ident = box.at_sales.create({"last_name": "Kern", "account": "K", "email": ADA.email}, owner)
    assert (lead(box).id, lead(box).owner, lead(box).status) == (ident, owner, "open")
    assert email in box.at_sales.users()
