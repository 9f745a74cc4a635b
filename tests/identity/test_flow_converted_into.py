"""A lead that sales converts into a contact of somebody else's: sales says they are one person."""

from __future__ import annotations

import pytest

from tests.stages.places import AL, JO
from tests.stages.play import Play
from tests.stages.rest import kinds, ready, rebuilds_equal, rest


def _convert(play: Play, email: str, **into: object) -> None:
    play.box.sales.act("convert", id=play.lead(email)["Id"], **into)


@pytest.fixture
def two(play: Play) -> Play:
    """Jo is a contact of sales; Al is a lead of sales, and both are known to marketing."""
    ready(play, "jo", "al")
    rest(play)
    play.later(minutes=5)
    _convert(play, JO, opportunity=False)
    play.later(minutes=5)
    rest(play)
    return play


def _into_the_contact(play: Play, *, deal: bool = False) -> None:
    (contact,) = play.sf("Contact")
    opportunity = {"Amount": 10} if deal else False
    _convert(play, AL, account=contact["AccountId"], contact=contact["Id"], opportunity=opportunity)
    for _ in range(2):
        play.later(minutes=5)
        rest(play)


def test_the_contact_keeps_its_address_and_our_key(two: Play) -> None:
    (before,) = two.sf("Contact")
    _into_the_contact(two)
    (contact,) = two.sf("Contact")
    for name in ("Email", "CrmBridge_Id__c", "LastName"):
        assert contact[name] == before[name]
    assert kinds(two)["two_records"] == 1  # marketing has the person twice: a person merges them
    assert rebuilds_equal(two)


@pytest.mark.parametrize("who", [JO, AL])
def test_an_opt_out_of_either_record_reaches_all_three(two: Play, who: str) -> None:
    _into_the_contact(two)
    two.box.marketing.act("opt_out", email=who)
    two.later(minutes=5)
    rest(two)
    (contact,) = two.sf("Contact")
    assert contact["HasOptedOutOfEmail"] is True
    assert [two.person(one)["hs_email_optout"] for one in (JO, AL)] == ["true", "true"]


def test_an_opt_out_of_the_contact_reaches_both_records_of_marketing(two: Play) -> None:
    _into_the_contact(two)
    (contact,) = two.sf("Contact")
    fields = {"HasOptedOutOfEmail": True}
    two.box.sales.act("edit", object="Contact", id=contact["Id"], fields=fields)
    two.later(minutes=5)
    rest(two)
    assert [two.person(one)["hs_email_optout"] for one in (JO, AL)] == ["true", "true"]


def test_what_is_won_comes_home_once(two: Play) -> None:
    _into_the_contact(two, deal=True)
    (deal,) = two.sf("Opportunity")
    two.box.sales.act("close_deal", id=deal["Id"], won=True)
    for _ in range(2):
        two.later(minutes=5)
        rest(two)
    amounts = [two.person(one).get("crmbridge_won_amount") for one in (JO, AL)]
    assert [float(one) for one in amounts if one] == [10.0]
    assert two.person(JO)["lifecyclestage"] == "customer"


def test_a_merge_at_marketing_ends_the_question(two: Play) -> None:
    _into_the_contact(two)
    ids = [two.person(one)["id"] for one in (JO, AL)]
    two.box.marketing.act("merge", primary=ids[0], other=ids[1])
    two.later(minutes=5)
    rest(two)
    assert not kinds(two)
    (contact,) = two.sf("Contact")
    assert contact["Email"] == JO


@pytest.mark.parametrize("out", [JO, AL, ""])
def test_of_two_records_none_stays_on_a_nurture_list_that_is_over(play: Play, out: str) -> None:
    """Both come back from sales and are on a list when they turn out to be one person."""
    ready(play, "jo", "al")
    rest(play)
    play.later(minutes=5)
    for email in (JO, AL):
        play.box.sales.act("reject", id=play.lead(email)["Id"])
    for _ in range(2):
        play.later(minutes=5)
        rest(play)
    assert all(play.person(email)["lists"] for email in (JO, AL))
    ids = [play.lead(email)["Id"] for email in (JO, AL)]
    play.box.sales.act("merge", winner=ids[0], losers=[ids[1]])
    if out:
        play.box.marketing.act("opt_out", email=out)
    for _ in range(3):
        play.later(minutes=5)
        rest(play)
    lists = [play.person(email)["lists"] for email in (JO, AL)]
    assert sorted(map(len, lists)) == ([0, 0] if out else [0, 1])
    assert rebuilds_equal(play)
