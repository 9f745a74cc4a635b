"""Two orgs of sales: who gets a lead, whose word counts, and what both are told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from crmbridge.files import CompanyFiles
from crmbridge.flows.alert.tell import rep_of, task
from crmbridge.flows.scene.scene import Scene
from crmbridge.mapping.schema import Mapping
from crmbridge.model.lead import Ref
from crmbridge.report.explain.whole import text
from crmbridge.testing.emulator import Remote
from tests.stages.places import JO
from tests.stages.rest import kinds, rebuilds_equal, rest, told
from tests.stages.vendors import KEEN
from tests.systems.orgs import SAM, US, TwoOrgs, orgs, two_orgs, with_orgs


@pytest.fixture
def company(acme: CompanyFiles) -> CompanyFiles:
    return with_orgs(acme)


@pytest.fixture
def play(company: CompanyFiles, tmp_path: Path) -> Iterator[TwoOrgs]:
    with two_orgs(company, tmp_path) as made:
        made.go_live()
        yield made


def test_each_lead_goes_to_the_org_that_the_rule_names(play: TwoOrgs) -> None:
    play.american()
    play.keen(JO)
    play.on()
    assert play.one(play.us, SAM)["Status"] == "Open - Not Contacted"
    assert not play.of_org(play.box.sales, SAM)
    assert play.one(play.box.sales, JO)["Status"] == "Open - Not Contacted"
    assert not play.of_org(play.us, JO)
    assert play.told(SAM)["owner"] == "uma"
    assert play.told(JO)["owner"] != "uma"
    by_rep = {one["rep"]: one for one in told(play, "assigned")}
    assert (by_rep["uma"]["system"], by_rep["uma"]["rule"]) == (US, "north america")
    assert {"system", "rule"}.isdisjoint(*[one for rep, one in by_rep.items() if rep != "uma"])
    assert not kinds(play)
    assert rebuilds_equal(play)


def both_know(play: TwoOrgs, email: str = SAM) -> None:
    """Somebody whom the American org has from us is entered in the European one too."""
    fields = {"LastName": "Vogel", "Company": "Vogel Pumpen", "Email": email}
    play.box.sales.act("create", object="Lead", fields=fields | {"Status": WORKING})


WORKING, LOST = "Working - Contacted", "Closed - Not Converted"


def test_an_org_gives_back_what_it_has_and_what_the_other_says_is_a_fact(play: TwoOrgs) -> None:
    play.american()
    play.on()
    both_know(play)
    play.on()
    assert play.told(SAM)["stage"] == "handed"
    play.give_back(play.box.sales, SAM, "No fit")
    play.on()
    assert play.told(SAM)["stage"] == "handed"
    assert play.told(SAM)["owner"] == "uma"
    play.us.act(
        "reject",
        id=play.one(play.us, SAM)["Id"],
        reason="Bad timing",
        reason_field="Rejection_Reason__c",
    )
    play.on()
    told_now = play.told(SAM)
    assert told_now["side"] == "marketing"
    assert [one["reason"] for one in told_now["returns"]] == ["bad_timing"]
    assert not kinds(play)
    assert rebuilds_equal(play)


def test_the_touch_of_another_org_stops_no_clock(play: TwoOrgs) -> None:
    play.american()
    play.on()
    both_know(play)
    play.on()
    play.box.sales.act("log_activity", who=play.one(play.box.sales, SAM)["Id"])
    play.on()
    assert "first_sales_touch" not in play.told(SAM)["cycles"][-1]["milestones"]
    play.us.act("log_activity", who=play.one(play.us, SAM)["Id"])
    play.on()
    assert "first_sales_touch" in play.told(SAM)["cycles"][-1]["milestones"]


def test_a_record_that_is_thrown_away_counts_in_its_own_org(play: TwoOrgs) -> None:
    play.american()
    play.on()
    both_know(play)
    play.on()
    play.box.sales.act("delete", object="Lead", id=play.one(play.box.sales, SAM)["Id"])
    play.on()
    assert play.told(SAM)["stage"] == "handed"
    both_know(play)
    play.on()
    play.us.act("delete", object="Lead", id=play.one(play.us, SAM)["Id"])
    play.on()
    assert play.told(SAM)["side"] == "marketing"
    assert rebuilds_equal(play)


@pytest.mark.parametrize("where", ["marketing", "sales", US])
def test_an_opt_out_anywhere_reaches_every_org(play: TwoOrgs, where: str) -> None:
    play.american()
    play.on()
    both_know(play)
    play.on()
    both = {"sales": play.box.sales, US: play.us}
    if where in both:
        ident = play.one(both[where], SAM)["Id"]
        both[where].act("edit", object="Lead", id=ident, fields={"HasOptedOutOfEmail": True})
    else:
        play.box.marketing.act("opt_out", email=SAM)
    play.on()
    assert all(play.one(org, SAM)["HasOptedOutOfEmail"] is True for org in both.values())
    assert play.person(SAM)["hs_email_optout"] == "true"


def test_deals_of_two_orgs_with_equal_ids_both_come_home(play: TwoOrgs) -> None:
    play.american()
    play.keen(JO)
    play.on()
    made = {
        email: org.act("convert", id=play.one(org, email)["Id"], opportunity={"Amount": amount})[
            "opportunityId"
        ]
        for org, email, amount in ((play.us, SAM, 700), (play.box.sales, JO, 300))
    }
    assert made[SAM] == made[JO]
    play.on()
    assert play.told(SAM)["stage"] == play.told(JO)["stage"] == "opportunity"
    play.us.act("close_deal", id=made[SAM], won=True)
    play.on()
    assert play.told(SAM)["stage"] == "customer"
    assert play.told(JO)["stage"] == "opportunity"
    play.box.sales.act("close_deal", id=made[JO], won=True)
    play.on()
    won = {email: play.person(email)["crmbridge_won_amount"] for email in (SAM, JO)}
    assert {email: float(amount) for email, amount in won.items()} == {SAM: 700.0, JO: 300.0}
    assert not kinds(play)
    assert rebuilds_equal(play)


def test_a_trip_stays_in_its_org_and_the_next_one_asks_the_rules_again(play: TwoOrgs) -> None:
    play.american()
    play.on()
    ident = play.person(SAM)["id"]
    moved = {"country": "Germany"}
    play.box.marketing.act("edit", object="contacts", id=ident, properties=moved)
    play.on()
    play.us.act("edit", object="Lead", id=play.one(play.us, SAM)["Id"], fields={"Status": WORKING})
    play.on()
    assert play.told(SAM)["stage"] == "accepted"
    assert not play.of_org(play.box.sales, SAM)
    play.us.act(
        "reject",
        id=play.one(play.us, SAM)["Id"],
        reason="Bad timing",
        reason_field="Rejection_Reason__c",
    )
    play.on()
    play.later(days=200)
    play.form(SAM)
    play.on()
    assert play.told(SAM)["stage"] == "handed"
    assert play.one(play.box.sales, SAM)["Status"] == "Open - Not Contacted"
    assert play.one(play.us, SAM)["Status"] == LOST
    assert [one["org"] for one in play.told(SAM)["cycles"] if one["kind"]] == [US, ""]
    assert rebuilds_equal(play)


def test_somebody_in_the_other_org_may_take_a_lead_that_nobody_has(play: TwoOrgs) -> None:
    play.contact(SAM, firstname="Sam", country="USA")
    play.on()
    both_know(play)
    play.on()
    told_now = play.told(SAM)
    assert told_now["stage"] == "accepted"
    assert told_now["cycles"][-1]["org"] == ""
    play.american(JO)
    play.on()
    assert play.told(JO)["cycles"][-1]["org"] == US


def test_an_explanation_names_the_org_and_the_rule(play: TwoOrgs) -> None:
    play.american()
    play.on()
    lines = "\n".join(text(play.told(SAM)))
    assert "With sales in sales_us, handed, trip 1; its rep is Uma Reed." in lines
    assert "given to uma, who held 0 of 50, in sales_us by the rule north america" in lines


def entered(org: Remote, status: str, email: str = SAM) -> None:
    """Somebody whom an org had before crmbridge came."""
    fields = {"LastName": "Vogel", "Company": "Vogel Pumpen", "Email": email, "Status": status}
    org.act("create", object="Lead", fields=fields)


@pytest.mark.parametrize("at_work", ["sales", US])
def test_who_was_in_both_before_is_with_the_org_that_is_at_work(
    company: CompanyFiles, tmp_path: Path, at_work: str
) -> None:
    with two_orgs(company, tmp_path) as play:
        for name, org in (("sales", play.box.sales), (US, play.us)):
            entered(org, WORKING if name == at_work else LOST)
        play.later(days=1)
        play.go_live()
        play.on()
        told_now = play.told(SAM)
        assert told_now["stage"] == "accepted"
        assert told_now["org"] == {"system": at_work, "has": True, "rule": ""}
        assert len(told_now["records"]) == 2
        assert rebuilds_equal(play)


def test_a_contact_of_an_org_is_handed_over_by_a_task_there(play: TwoOrgs) -> None:
    fields = {"LastName": "Vogel", "Email": SAM}
    contact = play.us.act("create", object="Contact", fields=fields)["id"]
    play.american()
    play.on()
    (task,) = [one for one in play.us.state("Task") if one["WhoId"] == contact]
    uma = next(one for one in play.us.state("User") if one["Email"] == "uma.reed@acme.example")
    assert task["OwnerId"] == uma["Id"]
    assert not play.box.sales.state("Task")
    assert play.told(SAM)["org"] == {"system": US, "has": True, "rule": "north america"}


def test_a_task_goes_to_who_is_a_user_of_the_records_own_org(play: TwoOrgs) -> None:
    play.american()
    play.keen(JO)
    play.on()
    with play.company.ledger.read() as tx:
        scene = Scene.open(play.company, tx)
        uma = rep_of(scene, "uma")
        assert uma is not None
        assert (uma.system, bool(uma.user)) == (US, True)
        told_to = {
            system: task(scene, Ref(system=system, obj="Lead", id="1"), uma, **WORDS)
            for system in ("sales", US)
        }
    assert not told_to["sales"]
    assert [one.side for one in told_to[US]] == [US]


WORDS = {"key": "k", "about": "a", "subject": "s", "text": "t"}


def test_a_fact_goes_round_marketing_and_both_orgs_and_comes_to_rest(play: TwoOrgs) -> None:
    play.american()
    play.on()
    both_know(play)
    play.on()
    play.us.act("edit", object="Lead", id=play.one(play.us, SAM)["Id"], fields={"Phone": "+1 5"})
    play.on()
    assert play.one(play.box.sales, SAM)["Phone"] == play.person(SAM)["phone"] == "+1 5"
    play.box.sales.act(
        "edit", object="Lead", id=play.one(play.box.sales, SAM)["Id"], fields={"Phone": "+1 6"}
    )
    play.on()
    assert play.one(play.us, SAM)["Phone"] == play.person(SAM)["phone"] == "+1 6"
    before = play.written(), len(play.us.audit())
    rest(play)
    assert play.written() == before[0]
    assert not kinds(play)


def test_scores_and_trips_are_told_to_the_org_that_has_the_lead(play: TwoOrgs) -> None:
    play.american()
    play.on()
    both_know(play)
    play.on()
    assert play.one(play.us, SAM)["CrmBridge_Cycle__c"] == 1
    assert not play.one(play.box.sales, SAM).get("CrmBridge_Cycle__c")


def test_another_table_may_be_the_home_and_what_was_given_before_stays(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    """Entries without a system mean `[sales]`, whichever table is the home by then."""
    company = with_orgs(acme)
    tables = company.mapping.model_dump(mode="json", exclude={"goes_to"})
    tables[US]["home"] = True
    turned = replace(company, mapping=Mapping.model_validate(tables))
    with orgs(company, tmp_path) as made:
        with made.at(company) as play:
            play.go_live()
            play.keen(JO)
            play.on()
            assert play.told(JO)["org"]["system"] == "sales"
        with made.at(turned) as play:
            play.contact(SAM, **KEEN | {"country": "Germany"})
            play.form(SAM)
            play.on()
            assert play.told(JO)["org"] == {"system": "sales", "has": True, "rule": ""}
            assert play.told(SAM)["org"] == {"system": US, "has": True, "rule": ""}
            assert play.one(play.us, SAM)["Status"] == "Open - Not Contacted"
            assert rebuilds_equal(play)
