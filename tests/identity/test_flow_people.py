"""People whose records are doubled, merged, renamed, converted and deleted while we work."""

from __future__ import annotations

from typing import Any

from crmbridge.store import trail
from tests.stages.places import AL, JO
from tests.stages.play import Play
from tests.stages.rest import edit, emails, holds, kinds, ready, rebuilds_equal, rest, retouch


def test_a_second_salesforce_lead_with_the_address_is_held_once_and_gets_nothing(
    play: Play,
) -> None:
    ready(play, "jo")
    play.box.sales.seed(Lead=[{"LastName": "Kern", "Company": "Other", "Email": JO}])
    play.later(minutes=5)
    rest(play)
    assert kinds(play) == {"two_records": 1}
    (one,) = holds(play)
    assert "Merge them" in one.advice
    assert JO not in one.advice
    first, second = sorted(play.sf(), key=lambda row: row["Company"])
    assert first["CrmBridge_Id__c"]
    assert second.get("CrmBridge_Id__c") is None


def test_an_opt_out_on_a_doubled_record_still_counts_for_the_person(play: Play) -> None:
    ready(play, "jo")
    play.box.sales.seed(
        Lead=[{"LastName": "K", "Company": "Other", "Email": JO, "HasOptedOutOfEmail": True}]
    )
    play.later(minutes=5)
    rest(play)
    assert play.person(JO)["hs_email_optout"] == "true"


def test_a_lead_that_sales_entered_before_us_is_taken_up_and_not_doubled(play: Play) -> None:
    play.contact(JO, lastname="Kern", company="Buyer")
    play.form(JO)
    play.box.sales.seed(
        Lead=[{"LastName": "Kern", "Company": "Buyer", "Email": "Jo@Buyer.example"}]
    )
    rest(play)
    (lead,) = play.sf()
    assert lead["CrmBridge_Id__c"]
    assert not kinds(play)


def test_a_lead_that_sales_enters_between_our_look_and_our_write_is_not_doubled(
    play: Play,
) -> None:
    play.box.sales.config(commit_delay=90)
    play.contact(JO, lastname="Kern", company="Buyer")
    play.box.sales.act(
        "create", object="Lead", fields={"LastName": "K", "Company": "B", "Email": JO}
    )
    play.form(JO)
    play.box.sales.config(commit_delay=0)
    rest(play)
    play.later(minutes=10)
    rest(play)
    live = [row for row in play.sf() if not row["IsDeleted"]]
    assert len(live) == 1 or kinds(play)["two_records"] == 1


def test_two_contacts_with_one_address_that_hubspot_merges_are_one_lead(play: Play) -> None:
    ready(play, "jo", "al")
    jo, al = play.person(JO), play.person(AL)
    play.box.marketing.act("merge", primary=jo["id"], other=al["id"])
    play.later(minutes=5)
    rest(play)
    (person,) = [p for p in play.box.marketing.state("contacts") if not p["archived"]]
    ours = person["properties"]["crmbridge_id"]
    keys = {row["Email"]: row.get("CrmBridge_Id__c") for row in play.sf()}
    assert ours in keys.values()
    with play.company.ledger.read() as tx:
        touches = trail.touches_of(tx, [ours])[ours]
    assert len(touches) == 2
    assert rebuilds_equal(play)
    play.later(days=1)
    play.turn()
    assert play.turn().writes == 0


def test_the_address_of_another_lead_stays_with_that_lead_and_is_held(play: Play) -> None:
    ready(play, "jo", "al")
    edit(play, AL, Email=JO)
    play.later(minutes=5)
    rest(play)
    assert kinds(play)["address_taken"] == 1
    assert play.person(JO)["crmbridge_id"] != play.person(AL)["crmbridge_id"]
    play.form(AL, "https://acme.example/pricing")
    rest(play)
    assert rebuilds_equal(play)


def test_an_address_that_changes_moves_with_its_lead(play: Play) -> None:
    ready(play, "jo")
    retouch(play, JO, email="jo.new@buyer.example")
    play.later(minutes=5)
    rest(play)
    assert play.sf()[0]["Email"] == "jo.new@buyer.example"
    assert len(play.sf()) == 1
    play.form("jo.new@buyer.example", "https://acme.example/pricing")
    rest(play)
    assert len(play.sf()) == 1


def test_two_people_who_swap_their_addresses_stay_two_people(play: Play) -> None:
    ready(play, "jo", "al")
    jo, al = play.person(JO)["id"], play.person(AL)["id"]
    for ident, address in ((jo, "tmp@buyer.example"), (al, JO), (jo, AL)):
        play.box.marketing.act("edit", object="contacts", id=ident, properties={"email": address})
    play.later(minutes=5)
    rest(play)
    assert len([row for row in play.sf() if not row["IsDeleted"]]) == 2
    assert rebuilds_equal(play)


def test_a_lead_that_sales_deletes_is_not_brought_back_to_life(play: Play) -> None:
    ready(play, "jo")
    play.box.sales.act("delete", object="Lead", id=play.lead(JO)["Id"])
    play.later(minutes=5)
    rest(play)
    assert [row["IsDeleted"] for row in play.sf()] == [True]
    assert play.person(JO)["lifecyclestage"] == "lead"


def test_a_lead_taken_out_of_the_bin_goes_on_as_the_same_lead(play: Play) -> None:
    ready(play, "jo")
    ident = play.lead(JO)["Id"]
    play.box.sales.act("delete", object="Lead", id=ident)
    play.later(minutes=5)
    rest(play)
    play.box.sales.act("undelete", object="Lead", id=ident)
    play.later(minutes=5)
    rest(play)
    assert emails(play.sf()) == {JO: 1}
    play.box.sales.act("delete", object="Lead", id=ident)
    play.later(minutes=5)
    rest(play)
    assert rebuilds_equal(play)


def test_salesforce_leads_that_are_merged_follow_the_winner(play: Play) -> None:
    ready(play, "jo", "al")
    jo, al = play.lead(JO), play.lead(AL)
    play.box.sales.act("merge", winner=jo["Id"], losers=[al["Id"]])
    play.later(minutes=5)
    rest(play)
    assert emails(play.sf()) == {JO: 1}
    assert rebuilds_equal(play)
    play.later(days=1)
    play.turn()
    assert play.turn().writes == 0


def test_a_contact_without_an_address_is_known_and_never_handed_over(play: Play) -> None:
    play.box.marketing.seed(contacts=[{"properties": {"lastname": "Nobody", "company": "B"}}])
    rest(play)
    (person,) = play.box.marketing.state("contacts")
    assert person["properties"]["lifecyclestage"] == "lead"
    assert play.sf() == []


def test_a_converted_lead_that_comes_back_is_handed_over_by_one_task(play: Play) -> None:
    ready(play, "jo")
    made = play.box.sales.act("convert", id=play.lead(JO)["Id"], opportunity={"Amount": 5})
    play.box.sales.act("close_deal", id=made["opportunityId"], won=False)
    play.later(minutes=5)
    rest(play)
    play.later(days=100)
    play.form(JO, "https://acme.example/contact")
    rest(play)
    (task,) = handed_by(play)
    assert task["WhoId"] == made["contactId"]
    assert task["Status"] == "Not Started"
    assert len(play.sf()) == 1
    play.later(days=1)
    rest(play)
    assert [one["Id"] for one in handed_by(play)] == [task["Id"]]


def handed_by(play: Play) -> list[dict[str, Any]]:
    """The tasks that hand a contact over; others tell of clocks that ran out."""
    return [one for one in play.sf("Task") if "Sales-ready again" in str(one["Subject"])]


def test_a_contact_deleted_at_marketing_ends_its_lead_without_a_write(play: Play) -> None:
    ready(play, "jo")
    play.box.marketing.act("archive", object="contacts", id=play.person(JO)["id"])
    play.later(days=2)
    rest(play)
    play.later(days=2)
    rest(play)
    assert play.box.marketing.state("contacts")[0]["archived"] is True
    assert rebuilds_equal(play)
