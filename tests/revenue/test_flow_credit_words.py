"""What the books say of a lead in the words of a mapping, with no vendor in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from crmbridge.company import Company
from crmbridge.flows.owed.credit import credit_words, load_credit
from crmbridge.flows.owed.deals import deal_words
from crmbridge.flows.revenue.post import post_books
from crmbridge.flows.revenue.told import Told
from crmbridge.flows.scene.scene import Scene
from crmbridge.flows.scene.sharing_in_force import credit_rules
from crmbridge.mapping.words import CREDITED, OF_DEAL
from crmbridge.model.deal import DealState
from crmbridge.model.money import Money
from crmbridge.store import cursors
from tests.revenue.test_flow_books import DAY, touch
from tests.revenue.two_deals import AT, World, contact
from tests.stages.asked import counted
from tests.stages.play import example
from tests.stages.still import seen, still


def says(company: Company, who: str) -> dict[str, Any]:
    """What the books say of somebody, as far as it is anything."""
    with company.ledger.read() as tx:
        scene = Scene.open(company, tx)
        entry = scene.work.ref(contact(who))
        assert entry is not None
        found = credit_words(scene, entry.lead)
    assert found.keys() == set(CREDITED)
    return {word: value for word, value in found.items() if value is not None}


def of_deal(company: Company, deal: str) -> dict[str, Any]:
    with company.ledger.read() as tx:
        scene = Scene.open(company, tx)
        return deal_words(scene, Told.of(scene, deals=[deal]), deal)


def test_a_merge_brings_the_parts_of_two_people_together() -> None:
    with still(example(), at=AT) as (company, clock):
        world = World(company, clock)
        for number, (who, name) in enumerate([("a", "D1"), ("b", "D1"), ("b", "D2")]):
            world.do("add", number, who, name)
        seen(company, [touch("1", "a", AT - 5 * DAY), touch("2", "b", AT - 3 * DAY)])
        post_books(company)
        assert says(company, "a")["pipeline_amount"] == Decimal("50.00")
        assert says(company, "b")["pipeline_amount"] == Decimal("150.00")
        world.do("merge", 1, "a", "D1")
        post_books(company)
        assert says(company, "a")["pipeline_amount"] == Decimal("200.00")


def test_what_is_in_no_deal_says_nothing_and_a_lost_deal_is_pipeline_all_the_same() -> None:
    with still(example(), at=AT) as (company, clock):
        world = World(company, clock)
        world.do("add", 0, "a", "D1")
        world.tell("D2", state=DealState.DELETED)
        world.tell("D1", state=DealState.LOST, closed_at=clock.now())
        post_books(company)
        assert says(company, "c") == {}
        version = credit_rules(company)
        assert says(company, "a") == {
            "pipeline_amount": Decimal("100.00"),
            "pipeline_currency": "EUR",
            "credit_version": version,
        }


def test_money_without_a_rate_is_told_in_its_own_currency() -> None:
    with still(example(), at=AT) as (company, clock):
        world = World(company, clock)
        world.do("add", 0, "a", "D1")
        world.tell("D2", state=DealState.DELETED)
        world.tell("D1", value=Money(700, "SEK"))
        post_books(company)
        told = of_deal(company, "sales:Opportunity:D1")
        assert (told["won_amount"], told["won_currency"]) == (Decimal("7.00"), "SEK")
        # the pipeline is what the deal was first seen with
        assert (told["pipeline_amount"], told["pipeline_currency"]) == (Decimal("100.00"), "EUR")


def test_a_deal_that_does_not_count_says_nothing() -> None:
    with still(example(), at=AT) as (company, clock):
        world = World(company, clock)
        world.tell("D1", outside=True)
        post_books(company)
        assert of_deal(company, "sales:Opportunity:D1") == dict.fromkeys(OF_DEAL)
        assert of_deal(company, "sales:Opportunity:D9") == dict.fromkeys(OF_DEAL)


def test_only_the_people_of_a_posting_are_due_and_only_where_the_mapping_asks() -> None:
    files = example()
    lead = files.mapping.marketing.lead
    plain = {word: line for word, line in lead.fields.items() if word not in CREDITED}
    marketing = files.mapping.marketing.model_copy(
        update={"lead": lead.model_copy(update={"fields": plain})}
    )
    silent = replace(files, mapping=files.mapping.model_copy(update={"marketing": marketing}))
    for made, wanted in ((files, {"a"}), (silent, set[str]())):
        with still(made, at=AT) as (company, clock):
            world = World(company, clock)
            world.do("add", 0, "a", "D1")
            world.tell("D2", state=DealState.DELETED)
            with company.ledger.write("test") as tx:
                cursors.clear(tx, [one.lead for one in cursors.take(tx, clock.now(), 99)])
            post_books(company)
            assert due(company) == wanted


def due(company: Company) -> set[str]:
    with company.ledger.read() as tx:
        scene = Scene.open(company, tx)
        found = {one.lead for one in cursors.take(tx, scene.now, 99)}
        return {who for who in "abcd" if (it := scene.work.ref(contact(who))) and it.lead in found}


def test_the_rates_of_the_day_of_the_creation_add_up_several_currencies() -> None:
    files = example()
    rate = {"currency": "USD", "from": date(2026, 1, 1), "per_unit": "0.5"}
    agreement = files.agreement.model_validate(
        files.agreement.model_dump(by_alias=True) | {"rates": [rate]}
    )
    with still(replace(files, agreement=agreement), at=AT) as (company, clock):
        world = World(company, clock)
        ref = world.deals["D2"].ref
        world.deals["D3"] = replace(
            world.deals["D2"], ref=replace(ref, id="D3"), value=Money(1_000, "USD")
        )
        seen(company, [world.deals["D3"]])
        world.tell("D2", state=DealState.DELETED)
        world.do("add", 0, "a", "D1")
        world.do("add", 1, "a", "D3")
        post_books(company)
        told = says(company, "a")
        assert (told["pipeline_amount"], told["pipeline_currency"]) == (Decimal("105.00"), "EUR")


def test_many_leads_are_looked_up_as_often_as_few() -> None:
    def asked(some: str) -> int:
        with still(example(), at=AT) as (company, clock):
            world = World(company, clock)
            for number, who in enumerate(some):
                world.do("add", number, who, ("D1", "D2")[number % 2])
                seen(company, [touch(who, who, AT - 5 * DAY)])
            post_books(company)
            with company.ledger.read() as tx:
                scene = Scene.open(company, tx)
                people = [it.lead for who in some if (it := scene.work.ref(contact(who)))]
                with counted(company) as found:
                    load_credit(scene, people)
                    for one in people:
                        credit_words(scene, one)
            return sum(found.values())

    assert asked("abcd") == asked("a")
