"""Deals that are won, and then reopened, changed, deleted or shared: the revenue follows."""

from __future__ import annotations

from tests.stages.places import JO
from tests.stages.play import Play
from tests.stages.rest import later, ready, rebuilds_equal, rest


def won(play: Play, amount: float = 1000) -> dict[str, str]:
    """Jo's lead converted and its deal won."""
    ready(play, "jo")
    made = play.box.sales.act("convert", id=play.lead(JO)["Id"], opportunity={"Amount": amount})
    play.later(days=1)
    play.box.sales.act("close_deal", id=made["opportunityId"], won=True)
    play.later(minutes=5)
    rest(play)
    return made


def test_a_deal_that_is_reopened_takes_its_revenue_back(play: Play) -> None:
    made = won(play)
    assert float(play.person(JO)["crmbridge_won_amount"]) == 1000
    play.box.sales.act(
        "edit", object="Opportunity", id=made["opportunityId"], fields={"StageName": "Prospecting"}
    )
    person = later(play)
    assert not person.get("crmbridge_won_amount")
    assert person["lifecyclestage"] == "opportunity"
    play.later(days=1)
    play.box.sales.act("close_deal", id=made["opportunityId"], won=True, amount=700)
    person = later(play)
    assert float(str(person["crmbridge_won_amount"])) == 700
    assert person["lifecyclestage"] == "customer"
    assert rebuilds_equal(play)


def test_an_amount_that_changes_after_the_win_follows_on_the_marketing_record(play: Play) -> None:
    made = won(play)
    play.box.sales.act(
        "edit", object="Opportunity", id=made["opportunityId"], fields={"Amount": 1234.56}
    )
    assert float(str(later(play)["crmbridge_won_amount"])) == 1234.56


def test_a_won_deal_that_is_deleted_takes_its_revenue_with_it(play: Play) -> None:
    made = won(play)
    play.box.sales.act("delete", object="Opportunity", id=made["opportunityId"])
    person = later(play)
    assert not person.get("crmbridge_won_amount")
    assert not person.get("crmbridge_won_deals")
    assert person["lifecyclestage"] != "customer"
    assert rebuilds_equal(play)


def test_a_deal_without_an_amount_makes_a_customer_with_no_amount(play: Play) -> None:
    ready(play, "jo")
    made = play.box.sales.act("convert", id=play.lead(JO)["Id"], opportunity={})
    play.later(days=1)
    play.box.sales.act("close_deal", id=made["opportunityId"], won=True)
    person = later(play)
    assert person["lifecyclestage"] == "customer"
    assert not person.get("crmbridge_won_amount")


def test_two_people_on_one_deal_share_its_amount_to_the_cent(play: Play) -> None:
    ready(play, "jo", "al")
    first = play.box.sales.act("convert", id=play.lead(JO)["Id"], opportunity={"Amount": 100.01})
    second = play.box.sales.act(
        "convert",
        id=play.lead("al@buyer.example")["Id"],
        account=first["accountId"],
        opportunity=False,
    )
    play.box.sales.act("add_role", opportunity=first["opportunityId"], contact=second["contactId"])
    play.later(days=1)
    play.box.sales.act("close_deal", id=first["opportunityId"], won=True)
    person = later(play)
    other = play.person("al@buyer.example")
    amounts = sorted(float(str(one["crmbridge_won_amount"])) for one in (person, other))
    assert amounts == [50.0, 50.01]
