"""A person whom each system knows by another address: both stay, and nobody is asked."""

from __future__ import annotations

from collections import Counter

from tests.stages.play import Play
from tests.stages.rest import holds, rest


def test_each_system_keeps_its_own_address_of_one_person(play: Play) -> None:
    play.contact("jo@buyer.example", lastname="Kern", hs_additional_emails="jo@home.example")
    play.box.sales.seed(Lead=[{"LastName": "Kern", "Company": "Buyer", "Email": "jo@home.example"}])
    rest(play)
    assert not holds(play)
    assert play.sf()[0]["Email"] == "jo@home.example"
    assert play.person("jo@buyer.example")["crmbridge_id"] == play.sf()[0]["CrmBridge_Id__c"]
    before = sum(play.written().values())
    play.later(hours=1)
    rest(play)
    assert sum(play.written().values()) == before


def test_both_sides_change_the_address_they_agreed_on_and_a_person_is_asked(play: Play) -> None:
    play.contact("al@buyer.example", lastname="Kern")
    play.box.sales.seed(
        Lead=[{"LastName": "Kern", "Company": "Buyer", "Email": "al@buyer.example"}]
    )
    rest(play)
    ident, lead = play.person("al@buyer.example")["id"], play.sf()[0]["Id"]
    play.later(minutes=5)
    edit = play.box.marketing.act
    edit("edit", object="contacts", id=ident, properties={"email": "al@one.example"})
    play.box.sales.act("edit", object="Lead", id=lead, fields={"Email": "al@two.example"})
    rest(play)
    assert Counter(one.kind for one in holds(play)) == {"conflict": 1}
