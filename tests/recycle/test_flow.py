"""Leads that come back between two servers: what is told, who waits for what, and on again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from crmbridge.files import CompanyFiles
from crmbridge.flows.held.answers import resolve
from crmbridge.model.lifecycle import Stage
from crmbridge.store import events, held
from tests.recycle.stage import DEMO, lists, managed, open_again, reject, stages, tasks, with_a_note
from tests.stages.places import AL, JO, START
from tests.stages.play import Play, at_work
from tests.stages.rest import (
    edit,
    holds,
    kinds,
    messages,
    ready,
    rebuilds_equal,
    rest,
    retouch,
    told,
)


def test_wrong_data_waits_until_a_fact_is_corrected_and_then_goes_straight_on(play: Play) -> None:
    ready(play, "jo")
    reject(play, JO, "Wrong data")
    assert not open_again(play, JO)
    (one,) = holds(play)
    assert (one.kind, one.op) == ("fix_data", "inaccurate_data")
    play.later(hours=1)
    retouch(play, JO, phone="+49 30 1")
    rest(play)
    assert open_again(play, JO)
    assert [one["words"] for one in told(play, "data_fixed")] == [["phone"]]
    assert kinds(play) == {}
    assert rebuilds_equal(play)


@pytest.mark.parametrize("reason", ["Wrong data", "Duplicate"])
def test_what_a_person_calls_repaired_goes_straight_on(play: Play, reason: str) -> None:
    ready(play, "jo")
    reject(play, JO, reason)
    assert not open_again(play, JO)
    resolve(play.company, holds(play)[0].id)
    rest(play)
    assert open_again(play, JO)
    assert kinds(play) == {}
    assert rebuilds_equal(play)


def test_a_duplicate_goes_on_once_it_is_merged(play: Play) -> None:
    ready(play, "jo", "al")
    reject(play, JO, "Duplicate")
    play.later(minutes=5)
    winner, loser = play.person(JO)["id"], play.person(AL)["id"]
    play.box.marketing.act("merge", primary=winner, other=loser)
    play.later(minutes=5)
    rest(play)
    assert [one["words"] for one in told(play, "data_fixed")] == [["merged"]]
    assert rebuilds_equal(play)


def test_a_return_without_a_reason_is_asked_about_with_the_rep(play: Play) -> None:
    ready(play, "jo")
    owner = play.lead(JO)["OwnerId"]
    reject(play, JO)
    (one,) = holds(play)
    assert one.kind == "missing_reason"
    (user,) = [row for row in play.sf("User") if row["Id"] == owner]
    assert one.detail["rep"] == str(user["Email"]).split(".")[0]
    assert play.person(JO)["crmbridge_track"] == "general"


def test_a_lead_left_untouched_twice_is_shown_with_both_reps(play: Play) -> None:
    ready(play, "jo")
    play.later(days=6)
    rest(play)
    assert kinds(play) == {}
    play.later(days=6)
    rest(play)
    (one,) = holds(play)
    assert one.kind == "untouched_twice"
    assert len(set(one.detail["reps"])) == 2


def test_whom_nothing_may_be_sent_to_is_on_the_list_of_the_suppressed(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    tracks = acme.mapping.tracks | {"suppress": "Suppressed"}
    marketing = acme.mapping.marketing.lead
    fields = marketing.fields | {
        "contact": marketing.fields["track"].model_copy(update={"field": "crmbridge_contact"})
    }
    side = acme.mapping.marketing.model_copy(
        update={"lead": marketing.model_copy(update={"fields": fields})}
    )
    mapping = acme.mapping.model_copy(update={"tracks": tracks, "marketing": side})
    files = replace(acme, mapping=mapping)
    with at_work(files, tmp_path) as play:
        ready(play, "jo", "al", "em")
        reject(play, JO, "Competitor")
        reject(play, AL, "No fit")
        reject(play, "em@buyer.example", "Bad timing")
        people = [play.person(one) for one in (JO, AL, "em@buyer.example")]
        contact = [one["crmbridge_contact"] for one in people]
        assert contact == ["none", "content_only", "nurture"]
        lists = {str(one["listId"]): one["name"] for one in play.box.marketing.state("lists")}
        named = [[lists[str(it)] for it in one["lists"]] for one in people]
        assert named == [["Suppressed"], [], ["Nurture: bad timing"]]
        play.box.marketing.act("opt_out", email="em@buyer.example")
        play.later(minutes=5)
        rest(play)
        person = play.person("em@buyer.example")
        assert (person["crmbridge_contact"], person["lists"]) == ("none", [])


def test_everybody_on_a_lost_deal_comes_back_each_with_their_own_permission(play: Play) -> None:
    ready(play, "jo", "al")
    first = play.box.sales.act("convert", id=play.lead(JO)["Id"], opportunity={"Amount": 1})
    second = play.box.sales.act(
        "convert", id=play.lead(AL)["Id"], account=first["accountId"], opportunity=False
    )
    deal = first["opportunityId"]
    play.box.sales.act("add_role", opportunity=deal, contact=second["contactId"])
    play.later(minutes=5)
    rest(play)
    assert stages(play) == ["opportunity", "opportunity"]
    play.box.marketing.act("opt_out", email=AL)
    play.later(days=1)
    fields = {"Loss_Reason__c": "Bad timing"}
    play.box.sales.act("close_deal", id=deal, won=False, fields=fields)
    play.later(minutes=5)
    rest(play)
    assert stages(play) == [Stage.NURTURE, Stage.NURTURE]
    assert play.person(JO)["crmbridge_track"] == "timing"
    assert not play.person(AL).get("crmbridge_track")
    assert play.person(AL)["lists"] == []


def test_a_person_on_another_open_deal_stays_with_sales_when_one_is_lost(play: Play) -> None:
    ready(play, "jo")
    made = play.box.sales.act("convert", id=play.lead(JO)["Id"], opportunity={"Amount": 1})
    other = play.box.sales.act(
        "create",
        object="Opportunity",
        fields={
            "Name": "Second",
            "StageName": "Prospecting",
            "CloseDate": "2026-06-30",
            "AccountId": made["accountId"],
        },
    )
    play.box.sales.act("add_role", opportunity=other["id"], contact=made["contactId"])
    play.later(minutes=5)
    rest(play)
    fields = {"Loss_Reason__c": "Bad timing"}
    play.box.sales.act("close_deal", id=made["opportunityId"], won=False, fields=fields)
    play.later(minutes=5)
    rest(play)
    assert stages(play) == ["opportunity"]
    assert not play.person(JO).get("crmbridge_track")


def test_a_track_that_the_vendor_does_not_know_is_held_with_advice(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    tracks = acme.mapping.tracks | {"timing": "No such list"}
    files = replace(acme, mapping=acme.mapping.model_copy(update={"tracks": tracks}))
    with at_work(files, tmp_path, world=acme.mapping) as play:
        ready(play, "jo")
        reject(play, JO, "Bad timing")
        (one,) = holds(play)
        assert one.kind == "unknown_track"
        assert "timing = 'No such list'" in one.advice
        assert "[tracks] in mapping.toml" in one.advice


def test_a_lead_with_too_many_trips_is_left_to_a_person(play: Play) -> None:
    ready(play, "jo")
    for trip in range(3):
        play.later(days=1)
        edit(play, JO, Status="Working - Contacted")
        reject(play, JO, "No answer")
        if trip < 2:
            play.later(days=1)
            play.form(JO, f"https://acme.example/demo/{trip}")
            rest(play)
            assert open_again(play, JO)
    play.later(days=1)
    play.form(JO, "https://acme.example/demo/last")
    rest(play)
    assert not open_again(play, JO)
    with play.company.ledger.read() as tx:
        (one,) = held.find(tx, kind="manual_only")
    assert "come back 3 times; the agreement allows 2" in one.advice


def test_the_reason_other_wants_a_note(acme: CompanyFiles, tmp_path: Path) -> None:
    with at_work(with_a_note(acme), tmp_path) as play:
        ready(play, "jo", "al")
        edit(play, JO, Rejection_Note__c="They moved to the moon")
        reject(play, JO, "Other")
        assert kinds(play) == {}
        reject(play, AL, "Other")
        (one,) = holds(play)
        assert one.kind == "missing_note"
        assert "no note" in one.advice
        assert not any("moon" in str(told(play, kind)) for kind in ("rejected", "sighting"))


PAPERS = ("spec/one", "spec/two", "pricing/small", "pricing/large")


def reads_on(play: Play) -> None:
    """The person reads what makes them ready again, and does not ask for sales."""
    for page in PAPERS:
        play.form(JO, f"https://acme.example/{page}")
    play.later(minutes=5)
    rest(play)


def test_marketing_has_the_reason_the_history_and_the_date_and_loses_them_on_re_entry(
    play: Play,
) -> None:
    ready(play, "jo")
    reject(play, JO, "Needs nurture")
    person = play.person(JO)
    assert lists(play) == ["Nurture: education"]
    assert person["crmbridge_contact"] == "nurture"
    assert person["crmbridge_outcome"] == "rejected"
    assert person["crmbridge_trips"] == "2026-03-02 rejected, needs nurture"
    assert person["crmbridge_loops"] == "1"
    assert person["crmbridge_returned_at"].startswith("2026-03-02T09:")
    assert person["crmbridge_cool_off_until"].startswith("2026-03-31T22:00")  # midnight in Berlin
    play.later(days=40)
    reads_on(play)
    assert open_again(play, JO)
    assert lists(play) == []
    person = play.person(JO)
    assert not person.get("crmbridge_contact")
    assert not person.get("crmbridge_cool_off_until")
    reject(play, JO, "Bad timing")
    told_now = play.person(JO)["crmbridge_trips"]
    assert told_now.startswith("2026-04-11 rejected, bad timing; 2026-03-02 rejected")
    assert rebuilds_equal(play)


def test_a_lead_that_comes_back_goes_again_on_the_day_that_was_told_and_not_before(
    play: Play,
) -> None:
    ready(play, "jo")
    reject(play, JO, "Needs nurture")
    play.box.set_time(START.replace(month=3, day=31, hour=21))
    reads_on(play)
    assert not open_again(play, JO)
    play.box.set_time(START.replace(month=3, day=31, hour=22, minute=1))
    rest(play)
    assert open_again(play, JO)


def test_a_hand_raise_skips_the_cool_off_and_never_the_permission(play: Play) -> None:
    ready(play, "jo", "al")
    reject(play, JO, "Bad timing")
    reject(play, "al@buyer.example", "Bad timing")
    play.box.marketing.act("opt_out", email="al@buyer.example")
    play.later(days=1)
    for email in (JO, "al@buyer.example"):
        play.form(email, DEMO)
    play.later(minutes=5)
    rest(play)
    assert open_again(play, JO)
    assert not open_again(play, "al@buyer.example")


def test_the_wrong_territory_goes_to_another_rep_at_once_and_counts_for_nobody(play: Play) -> None:
    ready(play, "jo")
    first = play.lead(JO)["OwnerId"]
    reject(play, JO, "Wrong territory")
    assert open_again(play, JO)
    assert play.lead(JO)["OwnerId"] != first
    assert len(told(play, "refunded")) == 1
    (row,) = told(play, "routed")
    assert row["return"]["loops"] == 0
    assert kinds(play) == {}


def test_a_lead_of_a_deal_waits_for_it_and_its_hold_goes_once_it_is_on_the_deal(
    play: Play,
) -> None:
    ready(play, "jo")
    reject(play, JO, "Existing deal")
    assert [one.op for one in holds(play)] == ["existing_opportunity"]
    play.form(JO, DEMO)
    play.later(days=2)
    rest(play)
    assert not open_again(play, JO)
    made = play.box.sales.act("convert", id=play.lead(JO)["Id"], opportunity={"Amount": 1})
    play.later(minutes=5)
    rest(play)
    assert (stages(play), kinds(play)) == (["opportunity"], {})
    deal = made["opportunityId"]
    play.box.sales.act("close_deal", id=deal, won=False, fields={"Loss_Reason__c": "No decision"})
    play.later(minutes=5)
    rest(play)
    assert lists(play) == ["Nurture: re-engage"]
    assert rebuilds_equal(play)


def test_a_lost_deal_keeps_its_people_back_for_at_least_ninety_days(play: Play) -> None:
    ready(play, "jo")
    made = play.box.sales.act("convert", id=play.lead(JO)["Id"], opportunity={"Amount": 1})
    play.later(minutes=5)
    rest(play)
    fields = {"Loss_Reason__c": "No decision"}  # its row says 45
    play.box.sales.act("close_deal", id=made["opportunityId"], won=False, fields=fields)
    play.later(minutes=5)
    rest(play)
    assert play.person(JO)["crmbridge_cool_off_until"].startswith("2026-05-30T22:00")
    play.box.set_time(START.replace(month=5, day=30, hour=21))
    reads_on(play)
    given = len(told(play, "assigned"))
    assert given == 1
    play.box.set_time(START.replace(month=5, day=30, hour=22, minute=1))
    rest(play)
    assert len(told(play, "assigned")) == 2


def test_a_deal_that_opens_again_takes_the_person_off_the_track(play: Play) -> None:
    ready(play, "jo")
    made = play.box.sales.act("convert", id=play.lead(JO)["Id"], opportunity={"Amount": 1})
    play.later(minutes=5)
    rest(play)
    deal, fields = made["opportunityId"], {"Loss_Reason__c": "Bad timing"}
    play.box.sales.act("close_deal", id=deal, won=False, fields=fields)
    play.later(minutes=5)
    rest(play)
    assert lists(play) == ["Nurture: bad timing"]
    play.box.sales.act("edit", object="Opportunity", id=deal, fields={"StageName": "Prospecting"})
    play.later(minutes=5)
    rest(play)
    assert stages(play) == ["opportunity"]
    assert lists(play) == []
    assert not play.person(JO).get("crmbridge_contact")


def test_a_rep_without_room_gives_a_lead_back_and_another_has_it_at_once(play: Play) -> None:
    ready(play, "jo")
    first = play.lead(JO)["OwnerId"]
    reject(play, JO, "No capacity")
    assert open_again(play, JO)
    assert play.lead(JO)["OwnerId"] != first


def test_the_manager_has_a_task_and_a_message_for_a_return_without_a_reason(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with managed(acme, tmp_path) as play:
        ready(play, "jo", jobtitle="Head of IT")
        reject(play, JO)
        (task,) = tasks(play)
        assert task["Subject"] == "Given back without a reason: Jo Kern, Head of IT, Buyer"
        assert task["WhoId"] == play.lead(JO)["Id"]
        assert "Ask for it, and enter it in the CRM" in task["Description"]
        play.later(hours=1)  # to people it is told with all else of its hour
        rest(play)
        assert messages(play).count("Given back without a reason") >= 1
        play.later(days=1)
        rest(play)
        assert len(tasks(play)) == 1
        assert messages(play).count("to the manager") == 1


def test_a_return_with_a_reason_is_no_matter_for_the_manager(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with managed(acme, tmp_path) as play:
        ready(play, "jo")
        reject(play, JO, "Bad timing")
        assert tasks(play) == []


def test_returns_of_long_ago_flood_no_manager(acme: CompanyFiles, tmp_path: Path) -> None:
    with managed(acme, tmp_path) as play:
        ready(play, "jo")
        play.box.sales.act("reject", id=play.lead(JO)["Id"])
        play.later(days=30)
        rest(play)
        assert kinds(play)["missing_reason"] == 1
        assert tasks(play) == []


def test_sales_management_hears_of_a_lead_that_nobody_touched_twice(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with managed(acme, tmp_path) as play:
        ready(play, "jo")
        play.later(days=6)
        rest(play)
        play.later(days=6)
        rest(play)
        alarm = [one for one in tasks(play) if "untouched" in one["Subject"]]
        assert [one["Subject"] for one in alarm] == ["Left untouched 2 times: Jo Kern, Buyer"]
        play.later(hours=1)
        rest(play)
        assert messages(play).count("Left untouched 2 times: Jo") >= 1


def test_a_note_that_comes_later_answers_who_asks_for_it(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    with at_work(with_a_note(acme), tmp_path) as play:
        ready(play, "jo")
        reject(play, JO, "Other")
        assert kinds(play) == {"missing_note": 1}
        play.later(hours=1)
        edit(play, JO, Rejection_Note__c="They moved to the moon")
        play.later(minutes=5)
        rest(play)
        assert kinds(play) == {}
        with play.company.ledger.read() as tx:
            assert not any("moon" in str(one.content.json) for one in events.since(tx, 0, 10_000))


@pytest.mark.parametrize("reason", ["Competitor", "No fit"])
def test_who_is_out_never_comes_back_by_asking(play: Play, reason: str) -> None:
    ready(play, "jo")
    reject(play, JO, reason)
    expected = {"Competitor": ("none", ["Send nothing"]), "No fit": ("content_only", [])}[reason]
    assert (play.person(JO)["crmbridge_contact"], lists(play)) == expected
    play.form(JO, DEMO)
    play.later(days=1)
    rest(play)
    assert not open_again(play, JO)
