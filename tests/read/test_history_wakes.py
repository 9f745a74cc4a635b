"""History wakes up: what a backfill took in is acted upon, and what was over alarms nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crmbridge.company import Company
from crmbridge.files import CompanyFiles
from crmbridge.flows.decide import decide
from crmbridge.flows.due import everybody
from crmbridge.flows.operate.plan import apply, plan
from crmbridge.flows.operate.turn import turn
from crmbridge.flows.read.backfill import backfill
from crmbridge.mapping.schema import FieldMap
from crmbridge.store import anew, cursors, held, leads, totals
from crmbridge.testing.emulator import iso
from tests.stages.places import FORM, START
from tests.stages.play import Play, begun
from tests.stages.rest import ready, rebuilds_equal, rest

LONG_AGO = START - timedelta(days=200)
READY = ("jo", "al", "bo")


def quiet(_seconds: float) -> None:
    pass


@pytest.fixture
def past(acme: CompanyFiles, tmp_path: Path) -> Iterator[Play]:
    """A company that nobody armed, between two systems that have lived."""
    with begun(acme, tmp_path) as play:
        yield play


def asked_for_a_demo(play: Play, *names: str) -> None:
    """People of four days ago who asked for a demo then."""
    at = iso(START - timedelta(days=4))
    for name in names:
        email = f"{name}@buyer.example"
        told = {"email": email, "lastname": "Kern", "company": name, "country": "Germany"}
        play.box.marketing.seed(
            contacts=[{"properties": told, "createdAt": at, "updatedAt": at}],
            form_submissions=[
                {
                    "formId": FORM,
                    "submittedAt": at,
                    "values": [{"name": "email", "value": email}],
                    "pageUrl": "https://acme.example/demo",
                }
            ],
        )


def bought(play: Play, name: str, amount: int) -> str:
    """Somebody who bought long ago; returns the deal."""
    at = iso(LONG_AGO)
    told = {"email": f"{name}@buyer.example", "lastname": "Old"}
    play.box.marketing.seed(contacts=[{"properties": told, "createdAt": at, "updatedAt": at}])
    sales = play.box.sales
    person = {"LastName": "Old", "Email": told["email"], "CreatedDate": at, "SystemModstamp": at}
    sales.seed(Contact=[person])
    (contact,) = [one["Id"] for one in play.sf("Contact") if one["Email"] == told["email"]]
    deal = {"Name": name, "StageName": "Closed Won", "Amount": amount, "CloseDate": at[:10]}
    sales.seed(Opportunity=[deal | {"CreatedDate": at, "SystemModstamp": at}])
    (made,) = [one["Id"] for one in play.sf("Opportunity") if one["Name"] == name]
    sales.seed(OpportunityContactRole=[{"OpportunityId": made, "ContactId": contact}])
    return str(made)


def go_live(play: Play, *, rounds: int = 3) -> None:
    """Plan and apply, as README says, and let it run for some hours."""
    apply(play.company, plan(play.company).to_json())
    for _ in range(rounds):
        play.later(hours=1)
        rest(play)


@pytest.mark.parametrize("first", ["backfill", "a broken backfill", "nothing"])
def test_the_ready_people_of_the_past_are_handed_over_and_past_revenue_comes_home(
    past: Play, first: str
) -> None:
    asked_for_a_demo(past, *READY)
    bought(past, "old", 1200)
    if first != "nothing":
        pages = iter([False] * 3 + [True] * 1000)
        stop = (lambda: next(pages)) if first.startswith("a broken") else (lambda: False)
        report = backfill(past.company, since=LONG_AGO, stop=stop, sleep=quiet)
        assert report.complete is (first == "backfill")
    turn(past.company, sleep=quiet)
    planned = Counter(one["action"] for one in plan(past.company).to_json()["writes"])
    assert planned["handoff"] == 3
    go_live(past)
    handed = {one["Email"] for one in past.sf()}
    assert handed == {f"{name}@buyer.example" for name in READY}
    assert past.person("old@buyer.example")["crmbridge_won_amount"] == "1200.00"
    assert past.person("old@buyer.example")["lifecyclestage"] == "customer"
    assert rebuilds_equal(past)


def test_a_backfill_beside_the_running_company_wakes_its_people_too(play: Play) -> None:
    asked_for_a_demo(play, *READY)
    backfill(play.company, since=LONG_AGO, sleep=quiet)
    rest(play)
    assert len(play.sf()) == 3


def remapped(company: Company, word: str, line: FieldMap) -> Company:
    """The same company with one more line of its mapping."""
    mapping = company.mapping
    lead = mapping.marketing.lead
    lead = lead.model_copy(update={"fields": {**lead.fields, word: line}})
    marketing = mapping.marketing.model_copy(update={"lead": lead})
    return replace(company, mapping=mapping.model_copy(update={"marketing": marketing}))


def test_a_new_outward_line_of_the_mapping_reaches_every_record(play: Play) -> None:
    names = [f"p{n}" for n in range(7)]
    for name in names:
        play.contact(f"{name}@buyer.example", lastname="Kern")
    ready(play, "jo")
    rest(play)
    play.box.marketing.seed(
        **{"properties/contacts": [{"name": "loop_stage", "type": "string", "fieldType": "text"}]}
    )
    play.company = remapped(play.company, "stage", FieldMap(field="loop_stage", way="out"))
    rest(play)
    stages = [one["properties"].get("loop_stage") for one in play.box.marketing.state("contacts")]
    assert Counter(stages) == {"known": 7, "handed": 1}
    before = len(play.box.marketing.audit())
    rest(play)
    assert "update" not in {one["route"] for one in play.box.marketing.audit()[before:]}


def crowd(play: Play, number: int) -> list[str]:
    people = [{"properties": {"email": f"c{n}@crowd.example"}} for n in range(number)]
    play.box.marketing.seed(contacts=people)
    rest(play)
    with play.company.ledger.read() as tx:
        return list(leads.ids(tx))


def test_one_lead_is_looked_at_first_however_many_are_due(play: Play) -> None:
    ids = crowd(play, 700)
    with play.company.ledger.write("pull") as tx:
        cursors.mark(tx, [(one, play.company.now(), "x") for one in ids[:650]])
    assert decide(play.company, only=ids[699]).looked == 1
    assert decide(play.company, only=ids[10]).looked == 1
    with play.company.ledger.read() as tx:
        assert cursors.due_count(tx) == 649


def test_leads_are_looked_at_anew_by_and_by_and_news_never_waits_for_them(play: Play) -> None:
    ids = crowd(play, 2 * everybody.CHUNK + 7)
    now = play.company.now()
    with play.company.ledger.write("pull") as tx:
        anew.ask(tx, "a backfill", iso(now))
        cursors.mark(tx, [(ids[-1], now, "news")])
    looked = []
    while True:
        done = decide(play.company)
        looked.append(done.looked)
        if not done.more:
            break
    assert looked == [everybody.CHUNK + 1, everybody.CHUNK, 7]
    with play.company.ledger.read() as tx:
        assert anew.under_way(tx) == {}


def test_looking_anew_goes_on_where_it_was_after_a_restart(play: Play) -> None:
    crowd(play, everybody.CHUNK + 3)
    with play.company.ledger.write("pull") as tx:
        anew.ask(tx, "a backfill", iso(START))
    assert decide(play.company).looked == everybody.CHUNK
    with play.company.ledger.read() as tx:
        known = anew.under_way(tx)
    assert (known["why"], known["done"]) == ("a backfill", everybody.CHUNK)
    assert decide(play.company).looked == 3


def old_lead(play: Play, name: str, status: str, **fields: Any) -> None:
    """A lead of sales, and a contact of marketing, of half a year ago."""
    at = iso(LONG_AGO)
    email = f"{name}@old.example"
    told = {"email": email, "lastname": name}
    play.box.marketing.seed(contacts=[{"properties": told, "createdAt": at, "updatedAt": at}])
    lead = {"LastName": name, "Company": "Old", "Email": email, "Status": status, **fields}
    play.box.sales.seed(Lead=[lead | {"CreatedDate": at, "SystemModstamp": at}])


def a_past_of_every_kind(play: Play) -> None:
    old_lead(play, "open", "Open - Not Contacted")
    old_lead(play, "working", "Working - Contacted")
    old_lead(play, "rejected", "Closed - Not Converted", Rejection_Reason__c="No budget")
    old_lead(play, "unexplained", "Closed - Not Converted")
    old_lead(play, "never", "Closed - Not Converted", Rejection_Reason__c="Do not contact")
    bought(play, "lost", 100)
    (deal,) = play.sf("Opportunity")
    fields = {"StageName": "Closed Lost", "Loss_Reason__c": "No budget"}
    play.box.sales.act("edit", object="Opportunity", id=deal["Id"], fields=fields)


@pytest.mark.parametrize("first", ["backfill", "pull"])
def test_returns_and_silences_of_the_past_enrol_recall_and_alarm_nobody(
    past: Play, first: str
) -> None:
    a_past_of_every_kind(past)
    past.later(hours=1)
    if first == "backfill":
        backfill(past.company, since=LONG_AGO - timedelta(days=1), sleep=quiet)
    turn(past.company, sleep=quiet)
    actions = Counter(one["action"] for one in plan(past.company).to_json()["writes"])
    assert set(actions) <= {"update", "deal"}  # a deal is told its credit, which reaches nobody
    go_live(past)
    lists = [one["lists"] for one in past.box.marketing.state("contacts")]
    assert [one for one in lists if one] == []
    with past.company.ledger.read() as tx:
        assert {one.kind for one in held.find(tx)} <= {"unmapped_reason", "unmapped_status"}
        stages = totals.by_stage(tx)
    assert (stages["handed"], stages["accepted"]) == (1, 1)
    assert {one["Status"] for one in past.sf() if one["Email"] == "open@old.example"} == {
        "Open - Not Contacted"
    }


def test_the_clocks_of_old_open_work_begin_when_the_company_goes_live(past: Play) -> None:
    a_past_of_every_kind(past)
    turn(past.company, sleep=quiet)
    go_live(past)
    for days, stage in ((2, "handed"), (30, "nurture")):
        past.later(days=days)
        rest(past)
        with past.company.ledger.read() as tx:
            stages = totals.by_stage(tx)
        assert ("handed" in stages) is (stage == "handed")


def test_who_is_given_back_after_the_start_is_enrolled_as_ever(past: Play) -> None:
    a_past_of_every_kind(past)
    turn(past.company, sleep=quiet)
    go_live(past)
    (lead,) = [one for one in past.sf() if one["Email"] == "working@old.example"]
    fields = {"Status": "Closed - Not Converted", "Rejection_Reason__c": "No budget"}
    past.box.sales.act("edit", object="Lead", id=lead["Id"], fields=fields)
    past.later(minutes=5)
    rest(past)
    assert len(past.person("working@old.example")["lists"]) == 1
