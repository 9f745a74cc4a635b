"""The ways back from sales and on again: what marketing is told, who waits for what, who hears."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crmbridge.agreement import Teams
from crmbridge.files import CompanyFiles
from crmbridge.flows.operate.turn import arm
from crmbridge.store import events
from crmbridge.testing.sandbox import sandbox
from tests.recycle.test_flow import open_again, reject, stages, told
from tests.stages.places import JO, START
from tests.stages.play import Play, opened
from tests.stages.rest import edit, holds, kinds, ready, rebuilds_equal, rest

MIA = "mia@acme.example"
DEMO = "https://acme.example/demo/again"
PAPERS = ("spec/one", "spec/two", "pricing/small", "pricing/large")


def lists(play: Play, email: str = JO) -> list[str]:
    names = {str(one["listId"]): one["name"] for one in play.box.marketing.state("lists")}
    return [names[str(one)] for one in play.person(email)["lists"]]


def reads_on(play: Play) -> None:
    """The person reads what makes them ready again, and does not ask for sales."""
    for page in PAPERS:
        play.form(JO, f"https://acme.example/{page}")
    play.later(minutes=5)
    rest(play)


@contextmanager
def managed(acme: CompanyFiles, path: Path) -> Iterator[Play]:
    """A company whose team has a manager, who is a user of the CRM."""
    teams = acme.teams.model_dump(mode="json")
    for team in teams["teams"]:
        team["manager"] = MIA
    files = replace(acme, teams=Teams.model_validate(teams))
    with (
        sandbox(files.mapping, files.teams, at=START) as box,
        opened(files, box, path / "ledger.db") as company,
    ):
        play = Play(company=company, box=box)
        box.sales.seed(User=[{"Name": "Mia", "Email": MIA, "IsActive": True}])
        play.turn()
        arm(company)
        yield play


def tasks(play: Play, email: str = MIA) -> list[dict[str, Any]]:
    (user,) = [one["Id"] for one in play.sf("User") if one["Email"] == email]
    return [one for one in play.sf("Task") if one["OwnerId"] == user]


def messages(play: Play) -> str:
    return play.company.ledger.path.with_name("messages.txt").read_text("utf-8")


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
        assert messages(play).count("Given back without a reason") >= 1
        rest(play)
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
        assert messages(play).count("Left untouched 2 times: Jo") >= 1


def test_a_note_that_comes_later_answers_who_asks_for_it(
    acme: CompanyFiles, tmp_path: Path
) -> None:
    lead = acme.mapping.sales.lead
    assert lead.status is not None
    reason = lead.status.reason.model_copy(update={"note": "Rejection_Note__c"})
    status = lead.status.model_copy(update={"reason": reason})
    sales = acme.mapping.sales.model_copy(
        update={"lead": lead.model_copy(update={"status": status})}
    )
    files = replace(acme, mapping=acme.mapping.model_copy(update={"sales": sales}))
    with (
        sandbox(files.mapping, files.teams, at=START) as box,
        opened(files, box, tmp_path / "ledger.db") as company,
    ):
        play = Play(company=company, box=box)
        play.turn()
        arm(company)
        ready(play, "jo")
        reject(play, JO, "Other")
        assert kinds(play) == {"missing_note": 1}
        play.later(hours=1)
        edit(play, JO, Rejection_Note__c="They moved to the moon")
        play.later(minutes=5)
        rest(play)
        assert kinds(play) == {}
        with company.ledger.read() as tx:
            assert not any("moon" in str(one.data) for one in events.since(tx, 0, 10_000))


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
