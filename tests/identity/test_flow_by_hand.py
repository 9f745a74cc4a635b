"""A person who knows better says who is who: shown, joined, taken apart, and told in history."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from crmbridge.errors import CrmBridgeError
from crmbridge.files import CompanyFiles
from crmbridge.flows.explain.who import who
from crmbridge.flows.held.records import records_of
from crmbridge.flows.operate.parting import join_leads, split_lead
from crmbridge.flows.scene.record_link import link
from crmbridge.model.lead import Ref
from crmbridge.report.explain.history import history
from crmbridge.report.explain.who import text
from crmbridge.store import leads, trail
from tests.stages.places import AL, JO
from tests.stages.play import Play
from tests.stages.rest import holds, kinds, ready, rebuilds_equal, rest
from tests.stages.still import still

HOME = "jo.private@home.example"


def _passes(play: Play, times: int = 2) -> None:
    for _ in range(times):
        play.later(minutes=5)
        rest(play)


def _sales(play: Play, email: str, **fields: object) -> str:
    before = {str(one["Id"]) for one in play.sf()}
    play.box.sales.seed(Lead=[{"LastName": "Kern", "Company": "Buyer", "Email": email, **fields}])
    return next(str(one["Id"]) for one in play.sf() if one["Id"] not in before)


def _of(play: Play, obj: str, ident: str) -> dict[str, Any]:
    return next(one for one in play.sf(obj) if one["Id"] == ident)


def _shown(play: Play, lead: str) -> dict[str, Any]:
    with play.company.ledger.read() as tx:
        return who(play.company, tx, lead)


def _lead(play: Play, email: str) -> str:
    return str(play.person(email)["crmbridge_id"])


def test_it_shows_addresses_with_their_sources_and_the_old_ones(play: Play) -> None:
    play.contact(JO, lastname="Kern", company="Buyer", hs_additional_emails=HOME)
    rest(play)
    ident = play.person(JO)["id"]
    play.box.marketing.act("edit", object="contacts", id=ident, properties={"email": AL})
    _passes(play)
    shown = _shown(play, _lead(play, AL))
    record = f"marketing:contacts:{ident}"
    assert [(one["address"], one["state"], one["field"]) for one in shown["addresses"]] == [
        (HOME, "current", "hs_additional_emails"),
        (AL, "current", "email"),
        (JO, "old", "email"),
    ]
    assert {one["record"] for one in shown["addresses"]} == {record}
    assert shown["records"] == [{"record": record, "state": "linked"}]
    assert f"{JO}: old, since" in "\n".join(text(shown))


def test_two_who_are_one_are_joined_by_hand_and_history_says_why(play: Play) -> None:
    play.contact(JO, lastname="Kern", company="Buyer")
    ident = _sales(play, HOME)
    _passes(play)
    done = join_leads(play.company, JO, HOME, by="ann", why="she told me on the phone")
    play.box.marketing.act("opt_out", email=JO)
    _passes(play)
    assert _of(play, "Lead", ident)["HasOptedOutOfEmail"] is True
    assert (_of(play, "Lead", ident)["Email"], play.person(JO)["email"]) == (HOME, JO)
    assert _of(play, "Lead", ident)["CrmBridge_Id__c"] == done.lead == _lead(play, JO)
    with play.company.ledger.read() as tx:
        lines = " ".join(one["line"] for one in history(tx, done.lead))
    assert "joined by hand by ann: she told me on the phone" in lines
    assert rebuilds_equal(play)


def test_a_join_that_is_undone_leaves_each_with_what_was_theirs(play: Play) -> None:
    ready(play, "jo", "al")
    rest(play)
    keys = {one: _lead(play, one) for one in (JO, AL)}
    done = join_leads(play.company, JO, AL, by="ann", why="looked alike")
    _passes(play)
    assert kinds(play)["two_records"] >= 1
    undone = split_lead(play.company, done.lead, [done.other], by="ann", why="two people after all")
    _passes(play, 3)
    stays, moved = (JO, AL) if keys[JO] == done.lead else (AL, JO)
    assert _lead(play, stays) == done.lead
    assert _lead(play, moved) == undone.lead
    assert undone.touches == 1
    assert play.lead(moved)["CrmBridge_Id__c"] == undone.lead
    assert not kinds(play)
    stages = {one: play.person(one)["lifecyclestage"] for one in (JO, AL)}
    assert set(stages.values()) == {"marketingqualifiedlead"}
    with play.company.ledger.read() as tx:
        assert len(trail.touches_of(tx, [undone.lead])[undone.lead]) == 1
    assert rebuilds_equal(play)
    before = play.written()
    _passes(play, 2)
    assert play.written() == before  # it is quiet


def test_a_wrong_match_by_an_address_is_taken_apart_and_not_joined_again(play: Play) -> None:
    play.contact("info@buyer.example", lastname="Kern", company="Buyer")
    ident = _sales(play, "info@buyer.example", LastName="Vogel")
    _passes(play)
    lead = _lead(play, "info@buyer.example")
    assert _of(play, "Lead", ident)["CrmBridge_Id__c"] == lead
    done = split_lead(play.company, lead, [f"sales:Lead:{ident}"], by="ann", why="a shared box")
    _passes(play, 3)
    assert _of(play, "Lead", ident)["CrmBridge_Id__c"] == done.lead
    play.box.sales.act("edit", object="Lead", id=ident, fields={"Phone": "+49 30 7"})
    _passes(play, 2)
    assert not play.person("info@buyer.example").get("phone")
    assert not holds(play)
    assert _shown(play, lead)["apart"] == [done.lead]
    play.box.marketing.act("opt_out", email="info@buyer.example")
    _passes(play, 2)
    assert _of(play, "Lead", ident)["HasOptedOutOfEmail"] is True  # they share the address
    assert rebuilds_equal(play)


def test_a_second_record_is_a_person_of_its_own_once_a_person_says_so(play: Play) -> None:
    ready(play, "jo")
    rest(play)
    ident = _sales(play, JO, LastName="Vogel", FirstName="Uwe")
    _passes(play)
    assert kinds(play) == {"two_records": 1}
    done = split_lead(play.company, JO, [ident], by="ann", why="father and son")
    _passes(play, 2)
    assert not kinds(play)
    assert _of(play, "Lead", ident)["CrmBridge_Id__c"] == done.lead
    assert _of(play, "Lead", ident)["LastName"] == "Vogel"
    assert _of(play, "Lead", ident)["Email"] == JO
    assert rebuilds_equal(play)


def test_held_work_of_two_records_shows_their_names_and_where_to_look(play: Play) -> None:
    ready(play, "jo")
    rest(play)
    ident = _sales(play, JO, LastName="Vogel", FirstName="Uwe")
    _passes(play)
    (row,) = holds(play)
    secrets = {"sales": {"MY_DOMAIN": "acme.my.salesforce.com", "CLIENT_SECRET": "s"}}
    with play.company.ledger.read() as tx:
        shown = records_of(play.company, tx, row, lambda side: secrets.get(side, {}))
    assert {
        "record": f"sales:Lead:{ident}",
        "name": "Uwe Vogel",
        "link": f"https://acme.my.salesforce.com/{ident}",
    } in shown
    assert len(shown) == 2
    assert "Vogel" not in row.advice + str(row.detail)


def test_a_link_needs_the_account_and_is_left_out_without_it(acme: CompanyFiles) -> None:
    ref = Ref(system="marketing", obj="contacts", id="7")
    with still(acme) as (company, _):
        assert link(company, ref, lambda _: {}) == ""
    side = acme.mapping.marketing.model_copy(update={"account": "145"})
    files = replace(acme, mapping=acme.mapping.model_copy(update={"marketing": side}))
    with still(files) as (company, _):
        told = link(company, ref, lambda _: {})
        sales = link(company, replace(ref, system="sales", obj="Lead"), lambda _: {})
    assert told == "https://app.hubspot.com/contacts/145/record/0-1/7"
    assert sales == ""


def test_what_a_person_says_wrong_is_refused_with_words(play: Play) -> None:
    play.contact(JO, lastname="Kern", company="Buyer", hs_additional_emails=HOME)
    ident = _sales(play, JO)
    _passes(play)
    lead, company = _lead(play, JO), play.company
    with pytest.raises(CrmBridgeError, match=r"both are lead .* already"):
        join_leads(company, JO, HOME, by="ann", why="x")
    with pytest.raises(CrmBridgeError, match="no lead is known"):
        join_leads(company, JO, "nobody@nowhere.example", by="ann", why="x")
    with pytest.raises(CrmBridgeError, match="say how you know"):
        join_leads(company, JO, HOME, by="ann", why=" ")
    contact = play.person(JO)["id"]
    with pytest.raises(CrmBridgeError, match="nothing would be left"):
        split_lead(company, lead, [ident, contact], by="ann", why="x")
    with pytest.raises(CrmBridgeError, match="no record of lead"):
        split_lead(company, lead, ["sales:Lead:00QNOBODY"], by="ann", why="x")
    with pytest.raises(CrmBridgeError, match="say how you know"):
        split_lead(company, lead, [ident], by="ann", why="")
    with company.ledger.read() as tx:
        assert len(leads.get_many(tx, leads.ids(tx))) == 1
    assert json.dumps(_shown(play, lead))
