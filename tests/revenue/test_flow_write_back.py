"""What the books say goes onto the marketing record of each person, and follows every change."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from crmbridge.flows.revenue.post import post_books
from crmbridge.mapping.words import CREDITED
from crmbridge.model.lead import Ref
from crmbridge.model.touch import Touch
from crmbridge.store import books
from tests.revenue.test_flow import won
from tests.stages.places import AL, JO, START
from tests.stages.play import Play
from tests.stages.rest import later, ready, rebuilds_equal, rest
from tests.stages.still import seen

FAIR, SHOP = "701000000000001AAA", "701000000000002AAA"


def told(person: dict[str, Any]) -> dict[str, str]:
    """What a marketing record says of the books; empty fields are left out."""
    found = {word: person.get(f"crmbridge_{word}") for word in CREDITED}
    return {word: str(value) for word, value in found.items() if value}


def joins(play: Play, email: str, **campaigns: str) -> None:
    """A person of sales' leads joins campaigns, an hour apart."""
    for ident, name in campaigns.items():
        play.later(hours=1)
        play.box.sales.seed(Campaign=[{"Id": ident, "Name": name}])
        row = {"CampaignId": ident, "LeadId": play.lead(email)["Id"]}
        play.box.sales.act("create", object="CampaignMember", fields=row)


def deal_of(play: Play, email: str = JO, amount: float = 1000) -> dict[str, str]:
    """A lead is converted into a deal with an amount, and an hour passes."""
    made = play.box.sales.act("convert", id=play.lead(email)["Id"], opportunity={"Amount": amount})
    play.later(hours=1)
    rest(play)
    return made


def edit_deal(play: Play, made: dict[str, str], **fields: Any) -> None:
    play.box.sales.act("edit", object="Opportunity", id=made["opportunityId"], fields=fields)


def test_a_deal_that_is_made_and_won_stands_on_the_record_with_its_campaigns(play: Play) -> None:
    ready(play, "jo")
    rest(play)
    assert told(play.person(JO)) == {}
    joins(play, JO, **{FAIR: "Spring fair", SHOP: "Workshop"})
    made = deal_of(play)
    version = told(play.person(JO)).pop("credit_version")
    assert len(version) == 12
    pipeline = {"pipeline_amount": "1000.00", "pipeline_currency": "EUR", "credit_version": version}
    assert told(play.person(JO)) == pipeline
    play.later(days=1)
    play.box.sales.act("close_deal", id=made["opportunityId"], won=True, amount=1200)
    person = later(play)
    # the pipeline is what the deal was created with
    assert told(person) == pipeline | {
        "sourced": "sourced",
        "first_campaign": "Spring fair",
        "headline_campaign": "Workshop",
    }
    assert float(person["crmbridge_won_amount"]) == 1200
    assert rebuilds_equal(play)


def test_what_changes_of_a_deal_follows_and_without_any_deal_the_fields_are_empty(
    play: Play,
) -> None:
    ready(play, "jo")
    rest(play)
    joins(play, JO, **{FAIR: "Spring fair"})
    made = deal_of(play)
    edit_deal(play, made, StageName="Closed Won")
    full = told(later(play))
    assert (full["sourced"], full["first_campaign"]) == ("sourced", "Spring fair")
    edit_deal(play, made, StageName="Prospecting")
    alone = ("pipeline_amount", "pipeline_currency", "credit_version")
    assert told(later(play)) == {word: full[word] for word in alone}
    edit_deal(play, made, StageName="Closed Won")
    assert told(later(play)) == full
    play.box.sales.act("delete", object="Opportunity", id=made["opportunityId"])
    assert told(later(play)) == {}
    assert rebuilds_equal(play)


def test_nothing_is_written_twice(play: Play) -> None:
    won(play)
    before = play.written()
    for _ in range(3):
        play.later(hours=2)
        rest(play)
    with play.company.ledger.write("test") as tx:
        books.mark_all(tx)
    assert post_books(play.company) == 1
    rest(play)
    assert play.written() == before


def test_a_campaign_that_comes_to_light_late_takes_its_place(play: Play) -> None:
    ready(play, "jo")
    rest(play)
    joins(play, JO, **{SHOP: "Workshop"})
    made = deal_of(play)
    edit_deal(play, made, StageName="Closed Won")
    assert told(later(play))["first_campaign"] == "Workshop"
    ref, at = contact_of(play), START + timedelta(minutes=1)
    play.box.sales.seed(Campaign=[{"Id": FAIR, "Name": "Spring fair"}])
    campaign = Ref(system="sales", obj="Campaign", id=FAIR)
    mark = Ref(system="sales", obj="CampaignMember", id="00vLATE")
    late = Touch(
        ref=mark, at=at, kind="campaign", channel="event", person=ref, campaign=campaign, asset="x"
    )
    seen(play.company, [late])
    assert told(later(play))["first_campaign"] == "Spring fair"


def contact_of(play: Play) -> Ref:
    return Ref(system="sales", obj="Contact", id=play.sf("Contact")[0]["Id"])


def test_two_people_share_the_pipeline_as_they_share_the_win(play: Play) -> None:
    ready(play, "jo", "al")
    rest(play)
    made = deal_of(play, amount=100.01)
    assert told(play.person(JO))["pipeline_amount"] == "100.01"
    second = play.box.sales.act(
        "convert", id=play.lead(AL)["Id"], account=made["accountId"], opportunity=False
    )
    play.box.sales.act("add_role", opportunity=made["opportunityId"], contact=second["contactId"])
    later(play)
    both = [told(play.person(one)).get("pipeline_amount") for one in (JO, AL)]
    assert sorted(map(str, both)) == ["50.00", "50.01"]
    edit_deal(play, made, StageName="Closed Won")
    later(play)
    amounts = sorted(play.person(one)["crmbridge_won_amount"] for one in (JO, AL))
    assert amounts == ["50.00", "50.01"]
    assert {told(play.person(one))["sourced"] for one in (JO, AL)} == {"sourced"}


def test_who_opted_out_gets_no_field_of_the_books_and_what_stands_there_is_corrected(
    play: Play,
) -> None:
    ready(play, "jo", "al")
    rest(play)
    made = {one: deal_of(play, one) for one in (JO, AL)}
    assert "sourced" not in told(play.person(JO))
    for ident in made.values():
        edit_deal(play, ident, StageName="Closed Won")
    later(play)
    before = told(play.person(JO))
    assert before["sourced"] == "sourced"
    for one in play.sf("Contact"):
        fields = {"HasOptedOutOfEmail": True}
        play.box.sales.act("edit", object="Contact", id=one["Id"], fields=fields)
    later(play)
    joins_late(play)
    assert told(later(play)) == before
    play.box.sales.act("delete", object="Opportunity", id=made[JO]["opportunityId"])
    assert told(later(play)) == {}


def joins_late(play: Play) -> None:
    """Jo's contact is put into a campaign that took place before the deal was made."""
    play.box.sales.seed(Campaign=[{"Id": FAIR, "Name": "Spring fair"}])
    campaign = Ref(system="sales", obj="Campaign", id=FAIR)
    for ident in (one["Id"] for one in play.sf("Contact")):
        mark = Ref(system="sales", obj="CampaignMember", id=f"00v{ident}")
        person = Ref(system="sales", obj="Contact", id=ident)
        at = START + timedelta(minutes=1)
        seen(
            play.company,
            [Touch(ref=mark, at=at, kind="campaign", person=person, campaign=campaign)],
        )
