"""A buyer reads what buyers read: the rep has a task and a message, once a day, with the brief."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from crmbridge.agreement.content import Approvers, Content
from crmbridge.agreement.scoring.scores import Fit, FitGroup, FitRule
from crmbridge.files import CompanyFiles
from crmbridge.flows.operate.plan import plan
from crmbridge.flows.read.backfill import backfill
from crmbridge.flows.read.pull import pull
from tests.signals.stage import PRICES, agreed, decisions, reads, tasks, told
from tests.stages.places import JO
from tests.stages.play import Play, at_work
from tests.stages.rest import edit, messages, ready, rebuilds_equal, rest, turns


def test_the_owner_has_a_task_and_a_message_with_the_brief(play: Play) -> None:
    ready(play, "jo", jobtitle="Head of IT")
    lead = play.lead(JO)
    assert tasks(play) == []
    reads(play)
    (task,) = tasks(play)
    assert (task["WhoId"], task["OwnerId"]) == (lead["Id"], lead["OwnerId"])
    assert task["Subject"] == "Signal: /pricing, Jo Kern, Head of IT, Buyer"
    for part in ("Jo Kern, Head of IT, Buyer", "Why now: /pricing (decision content)", "/demo"):
        assert part in task["Description"]
        assert part in messages(play)
    assert told(play) == [task["Subject"]]
    assert len(task["Description"]) <= 1500
    assert rebuilds_equal(play)
    assert play.turn().writes == 0


def test_the_touches_that_a_hand_off_brought_with_it_are_no_signal(play: Play) -> None:
    ready(play, "jo")
    play.turn(3)
    assert decisions(play) == []
    assert "/demo" in play.lead(JO)["Description"]


def test_sales_hears_once_in_24_hours_of_a_lead_and_an_asset(play: Play) -> None:
    ready(play, "jo")
    reads(play)
    reads(play)
    reads(play, hours=20)
    assert len(tasks(play)) == len(told(play)) == 1
    reads(play, "https://acme.example/webinar/ai")
    assert len(tasks(play)) == len(told(play)) == 2
    reads(play, hours=5)
    assert [one["asset"] for one in decisions(play)] == ["/pricing", "/webinar/ai", "/pricing"]
    assert len(tasks(play)) == len(told(play)) == 3


def test_early_content_is_no_signal(play: Play) -> None:
    ready(play, "jo")
    reads(play, "https://acme.example/newsletter")
    assert decisions(play) == []


def test_a_catalogue_entry_gives_the_signal_its_name_and_the_rep_their_words(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    entry = Content.model_validate(
        {
            "kind": "form",
            "asset": "/pricing*",
            "points": 15,
            "title": "Price list",
            "stage": "decision",
            "signal": {"rating": "hot", "ttl_days": 7},
            "brief": "Offer the starter bundle first.",
            "approved_by": Approvers(marketing="Dana", sales="Priya"),
        }
    )
    with at_work(agreed(acme, content=(entry,)), tmp_path) as play:
        ready(play, "jo")
        reads(play)
        (task,) = tasks(play)
        assert task["Subject"].startswith("Signal: Price list")
        assert "Say: Offer the starter bundle first." in task["Description"]


def test_the_brief_never_says_of_anybody_what_they_did_not_read(play: Play) -> None:
    ready(play, "jo")
    brief = play.lead("jo@buyer.example")["Description"]
    assert "Say: They asked for us." in brief
    assert "installation" not in brief
    reads(play)
    (task,) = tasks(play)
    assert "Say: They asked for us." in task["Description"]


def test_a_ready_lead_that_waits_is_told_to_the_line_and_makes_no_task(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    full = acme.teams.model_dump(mode="json")
    for team in full["teams"]:
        for rep in team["reps"]:
            rep["open_limit"] = 0
    files = replace(acme, teams=type(acme.teams).model_validate(full))
    with at_work(files, tmp_path) as play:
        ready(play, "jo")
        assert [one["to"] for one in decisions(play)] == ["line"]
        assert told(play) == ["Signal: /demo, Jo Kern, Buyer"]
        assert "to the team" in messages(play)
        assert tasks(play) == []


def test_an_owner_whom_the_teams_do_not_know_has_the_task_and_the_line_the_message(
    play: Play,
) -> None:
    ready(play, "jo")
    play.box.sales.seed(User=[{"Name": "Zoe", "Email": "zoe@acme.example", "IsActive": True}])
    (zoe,) = [one["Id"] for one in play.sf("User") if one["Name"] == "Zoe"]
    play.box.sales.act("edit", object="Lead", id=play.lead(JO)["Id"], fields={"OwnerId": zoe})
    play.later(minutes=2)
    play.turn()
    reads(play)
    (task,) = tasks(play)
    assert task["OwnerId"] == zoe
    assert "to the team" in messages(play)


def test_the_last_rep_hears_of_a_lead_in_nurture(play: Play) -> None:
    ready(play, "jo")
    owner = play.lead(JO)["OwnerId"]
    play.box.sales.act(
        "reject", id=play.lead(JO)["Id"], reason="Bad timing", reason_field="Rejection_Reason__c"
    )
    play.later(days=4)
    play.turn(2)
    reads(play)
    (task,) = tasks(play)
    assert task["OwnerId"] == owner
    assert "came back" in task["Description"]
    assert "bad timing" in task["Description"]


def test_a_known_bad_fit_takes_no_signal(acme: CompanyFiles, tmp_path: Path) -> None:
    rule = FitRule(field="country", op="eq", value="Atlantis", points=Decimal(100))
    group = FitGroup(min=Decimal(0), max=Decimal(100), rules=(rule,))
    with at_work(agreed(acme, fit=Fit(groups={"where": group})), tmp_path) as play:
        ready(play, "jo", country="Germany")
        ready(play, "al")
        play.later(hours=1)
        for name in ("jo", "al"):
            play.form(f"{name}@buyer.example", PRICES)
        play.later(minutes=5)
        play.turn()
        assert [one.split(",")[1].strip() for one in told(play)] == ["Al Kern"]


def test_a_rep_still_hears_of_somebody_who_opted_out_of_mailings(play: Play) -> None:
    ready(play, "jo")
    play.box.marketing.act("opt_out", email=JO)
    reads(play)
    (task,) = tasks(play)
    assert "Opted out of mailings." in task["Description"]


def test_the_brief_is_written_once_and_never_over_a_rep_s_own_note(play: Play) -> None:
    ready(play, "jo")
    first = play.lead(JO)["Description"]
    assert first.startswith("Jo Kern, Buyer")
    reads(play)
    assert play.lead(JO)["Description"] == first
    note = "Called on Monday, wants the starter bundle."
    play.box.sales.act("edit", object="Lead", id=play.lead(JO)["Id"], fields={"Description": note})
    play.box.sales.act(
        "reject", id=play.lead(JO)["Id"], reason="Needs nurture", reason_field="Rejection_Reason__c"
    )
    play.later(days=40)
    play.turn(2)
    reads(play, "https://acme.example/demo/again")
    again = play.lead(JO)
    assert again["Status"] == "Open - Not Contacted"
    assert again["Description"] == note


def test_a_second_hand_off_renews_our_own_brief(play: Play) -> None:
    ready(play, "jo")
    first = play.lead(JO)["Description"]
    play.later(minutes=5)
    play.box.sales.act(
        "reject", id=play.lead(JO)["Id"], reason="Needs nurture", reason_field="Rejection_Reason__c"
    )
    play.later(days=40)
    play.turn(2)
    reads(play, "https://acme.example/demo/again")
    again = play.lead(JO)
    assert again["Status"] == "Open - Not Contacted"
    assert again["Description"] != first
    assert "needs nurture" in again["Description"]


def test_a_plan_shows_what_would_be_told_and_tells_nobody(play: Play) -> None:
    ready(play, "jo")
    play.later(hours=1)
    play.form(JO, PRICES)
    play.later(minutes=5)
    for side in ("marketing", "sales"):
        pull(play.company, side, sleep=lambda _s: None)
    made = plan(play.company)
    systems = {one["system"] for one in made.writes}
    assert {"sales", "messages.file"} <= systems
    assert (tasks(play), told(play)) == ([], [])
    assert made.hash == plan(play.company).hash


VBOOK = "https://acme.example/vbook/inline"  # the catalogue gives its signal 14 days


def test_an_owner_who_left_is_told_nothing_and_who_has_the_lead_now_hears_of_it(
    play: Play,
) -> None:
    ready(play, "jo")
    owner = play.lead(JO)["OwnerId"]
    play.box.sales.act("deactivate_user", user=owner)
    play.later(minutes=5)
    play.turn()
    now = play.lead(JO)["OwnerId"]
    assert now != owner
    reads(play)
    assert [one["to"] for one in decisions(play)] == ["rep"]
    assert now in {one["OwnerId"] for one in tasks(play)}


def test_the_line_hears_of_it_where_all_have_left(play: Play) -> None:
    ready(play, "jo")
    for user in play.sf("User"):
        if str(user["Email"]).endswith("acme.example"):
            play.box.sales.act("deactivate_user", user=user["Id"])
    play.later(minutes=5)
    play.turn()
    reads(play)
    assert [one["to"] for one in decisions(play)] == ["line"]
    assert "to the team" in messages(play)


@pytest.mark.parametrize("page", [PRICES, VBOOK])
def test_what_comes_to_light_days_later_alarms_nobody(play: Play, page: str) -> None:
    ready(play, "jo")
    play.later(hours=1)
    play.form(JO, page)
    play.later(days=4)
    turns(play, 2)
    assert decisions(play) == []


def test_a_backfill_of_old_touches_alarms_nobody_also_afterwards(play: Play) -> None:
    ready(play, "jo")
    play.later(hours=1)
    play.form(JO, VBOOK)
    play.later(days=4)
    backfill(play.company, since=None, until=None)
    edit(play, JO, Title="Head of IT")
    play.later(minutes=5)
    turns(play, 2)
    assert decisions(play) == []
    reads(play, VBOOK)
    assert [one["asset"] for one in decisions(play)] == ["/vbook/inline"]


def test_two_assets_at_once_are_two_tasks_and_two_messages(play: Play) -> None:
    ready(play, "jo")
    play.later(hours=1)
    play.form(JO, PRICES)
    play.form(JO, VBOOK)
    play.form(JO, PRICES)
    play.later(minutes=5)
    rest(play)
    subjects = sorted(one["Subject"].partition(",")[0] for one in tasks(play))
    assert subjects == [
        "Signal: /pricing",
        "Signal: Handbook: inline control",
    ]
    assert len(told(play)) == 2
    assert rebuilds_equal(play)


def test_the_owner_of_a_person_on_a_deal_has_the_task_on_the_contact(play: Play) -> None:
    ready(play, "jo")
    owner = play.lead(JO)["OwnerId"]
    made = play.box.sales.act("convert", id=play.lead(JO)["Id"], opportunity={"Amount": 1})
    play.later(minutes=5)
    rest(play)
    reads(play)
    (task,) = tasks(play)
    assert (task["WhoId"], task["OwnerId"]) == (made["contactId"], owner)


def test_a_contact_s_rep_has_the_brief_of_a_second_hand_off_in_the_task(play: Play) -> None:
    ready(play, "jo")
    made = play.box.sales.act("convert", id=play.lead(JO)["Id"], opportunity={"Amount": 1})
    play.later(minutes=5)
    rest(play)
    fields = {"Loss_Reason__c": "Bad timing"}
    play.box.sales.act("close_deal", id=made["opportunityId"], won=False, fields=fields)
    play.later(days=1)
    rest(play)
    play.form(JO, "https://acme.example/demo/again")
    play.later(minutes=5)
    rest(play)
    (task,) = [one for one in play.sf("Task") if "Sales-ready again" in one["Subject"]]
    assert task["WhoId"] == made["contactId"]
    for part in ("Jo Kern, Buyer", "Why now:", "/demo/again", "bad timing"):
        assert part in task["Description"]
