"""Sales says only later why it gave a lead back: its row counts from then on, and nothing twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from crmbridge.flows.deliver import drain
from crmbridge.flows.explain import explain
from crmbridge.flows.read.pull import pull
from crmbridge.flows.reps.rotation import Turns
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lifecycle import Lifecycle, Stage
from crmbridge.model.state import Return
from crmbridge.report.explain.history import history
from crmbridge.report.explain.whole import text
from crmbridge.store import leads
from crmbridge.store.projection import Workspace
from tests.recycle.stage import lists
from tests.stages.places import JO, REASON
from tests.stages.play import Play
from tests.stages.rest import edit, holds, kinds, look, ready, rebuilds_equal, rest, told


def rejected(play: Play, **fields: Any) -> None:
    """A lead that sales gave back, with the fields that the rep filled in at once."""
    ready(play, "jo")
    if fields:
        edit(play, JO, **fields)
    play.box.sales.act("reject", id=play.lead(JO)["Id"])
    play.later(minutes=5)
    rest(play)


def says(play: Play, reason: str, **later: float) -> None:
    """The rep fills in the reason, an hour later unless told otherwise."""
    play.later(**(later or {"hours": 1}))
    edit(play, JO, **{REASON: reason})
    play.later(minutes=5)
    rest(play)


def known(play: Play) -> tuple[Lifecycle, list[Return]]:
    with play.company.ledger.read() as tx:
        work = Workspace(tx)
        (lead,) = leads.ids(tx)
        return work.lifecycle(lead), list(work.state(lead).returns)


def test_the_row_the_track_and_the_cool_off_are_those_of_the_later_reason(play: Play) -> None:
    rejected(play)
    assert kinds(play) == {"missing_reason": 1}
    assert lists(play) == ["Nurture: general"]
    says(play, "Bad timing")
    assert lists(play) == ["Nurture: bad timing"]
    assert play.person(JO)["crmbridge_reason"] == "bad_timing"
    life, (first, second) = known(play)
    assert (life.cycle, life.stage) == (2, Stage.NURTURE)
    assert life.cycles[0].reason == "bad_timing"
    assert (first.at, first.loops) == (second.at, second.loops)
    assert first.until
    assert second.until
    assert second.until - first.until >= timedelta(days=59)
    assert kinds(play) == {}
    (correction,) = told(play, "correction")
    assert correction["changed"] == [[1, "reason", "missing_reason", "bad_timing"]]
    assert len(told(play, "assigned")) == 1
    with play.company.ledger.read() as tx:
        (lead,) = leads.ids(tx)
        lines = [one["line"] for one in history(tx, lead)]
        shown = text(explain(play.company, tx, lead))
    assert "sales says later why it gave the lead back: bad_timing" in lines
    (void,) = [one for one in shown if "void since sales gave another reason later" in one]
    assert "missing_reason" in void
    assert [one for one in shown if "rejected: bad_timing (class returns)" in one]
    assert rebuilds_equal(play)
    assert play.turn().writes == 0


def test_a_lead_whose_later_reason_is_out_is_disqualified_and_off_every_track(play: Play) -> None:
    rejected(play)
    says(play, "No fit")
    life, _ = known(play)
    assert (life.stage, life.cycle) == (Stage.DISQUALIFIED, 1)
    assert lists(play) == []
    play.form(JO, "https://acme.example/demo/again")
    play.later(days=60)
    rest(play)
    assert len(told(play, "assigned")) == 1
    assert rebuilds_equal(play)


def test_a_reason_that_was_out_by_mistake_brings_the_lead_back(play: Play) -> None:
    rejected(play, **{REASON: "No fit"})
    assert known(play)[0].stage is Stage.DISQUALIFIED
    says(play, "Needs nurture")
    life, _ = known(play)
    assert (life.stage, life.cycle) == (Stage.NURTURE, 2)
    assert lists(play) == ["Nurture: education"]


def test_of_reasons_given_one_after_another_the_last_counts(play: Play) -> None:
    rejected(play, **{REASON: "Bad timing"})
    for reason in ("No budget", "Bad timing", "No budget"):
        says(play, reason)
    assert known(play)[0].cycles[0].reason == "no_budget_now"
    assert lists(play) == ["Nurture: no budget yet"]
    assert known(play)[1][-1].loops == 1
    assert rebuilds_equal(play)


def test_another_field_of_a_lead_that_came_back_changes_no_reason(play: Play) -> None:
    rejected(play, **{REASON: "Bad timing"})
    before = len(told(play, "routed"))
    play.later(hours=1)
    edit(play, JO, Phone="+49 30 1")
    play.later(minutes=5)
    rest(play)
    assert len(told(play, "routed")) == before
    assert told(play, "correction") == []


def test_a_hand_off_on_its_way_is_taken_back_when_the_later_reason_says_out(play: Play) -> None:
    rejected(play)
    play.later(days=1)
    play.form(JO, "https://acme.example/demo/again")
    play.later(minutes=5)
    look(play)
    assert len(told(play, "assigned")) == 2
    says(play, "Competitor")
    assert play.lead(JO)["Status"] == "Closed - Not Converted"
    assert len(told(play, "unassigned")) == 1
    assert known(play)[0].stage is Stage.DISQUALIFIED
    assert rebuilds_equal(play)


def test_a_hand_off_on_its_way_goes_on_when_the_later_reason_allows_it(play: Play) -> None:
    rejected(play)
    play.later(days=1)
    play.form(JO, "https://acme.example/demo/again")
    play.later(minutes=5)
    look(play)
    says(play, "Bad timing")
    assert play.lead(JO)["Status"] == "Open - Not Contacted"
    assert len(told(play, "assigned")) == 2
    assert len([one for one in told(play, "done") if one["action"] == "handoff"]) == 2
    life, returns = known(play)
    assert (life.stage, life.cycles[0].reason) == (Stage.HANDED, "bad_timing")
    assert returns[-1].reason == "bad_timing"
    assert rebuilds_equal(play)


@pytest.mark.parametrize("reason", ["Duplicate", "Wrong data"])
def test_a_later_reason_that_needs_a_repair_is_held_and_gives_the_turn_back_once(
    play: Play, reason: str
) -> None:
    rejected(play)
    says(play, reason)
    assert [one.kind for one in holds(play)] == ["fix_data"]
    assert len(told(play, "refunded")) == 1
    assert lists(play) == []
    says(play, "Bad timing")
    assert kinds(play) == {}
    assert len(told(play, "refunded")) == 1


def test_a_deal_whose_loss_is_explained_later_is_routed_by_that(play: Play) -> None:
    ready(play, "jo")
    deal = play.box.sales.act("convert", id=play.lead(JO)["Id"], opportunity={"Amount": 1})
    play.later(minutes=5)
    rest(play)
    play.box.sales.act("close_deal", id=deal["opportunityId"], won=False)
    play.later(minutes=5)
    rest(play)
    assert lists(play) == ["Nurture: general"]
    play.later(hours=1)
    fields = {"Loss_Reason__c": "Competitor"}
    play.box.sales.act("edit", object="Opportunity", id=deal["opportunityId"], fields=fields)
    play.later(minutes=5)
    rest(play)
    assert lists(play) == ["Nurture: chose a competitor"]
    life, returns = known(play)
    assert (life.cycles[0].outcome, life.cycles[0].reason) == ("lost", "lost_to_competitor")
    assert returns[-1].until
    assert returns[-1].until - returns[-1].at > timedelta(days=268)
    assert rebuilds_equal(play)


def turns_taken(play: Play) -> dict[str, str]:
    with play.company.ledger.read() as tx:
        found = Turns.load(Scene.open(play.company, tx))
        return {rep.id: str(found.of(rep.id).v) for rep in play.company.teams.reps}


def test_a_turn_is_given_back_once_however_often_sales_changes_its_mind(play: Play) -> None:
    rejected(play)
    says(play, "Duplicate")
    before = turns_taken(play)
    for reason in ("Bad timing", "Duplicate", "Wrong data", "No budget", "Duplicate"):
        says(play, reason)
    assert turns_taken(play) == before
    assert len(told(play, "refunded")) == 1


def test_a_hand_off_about_to_leave_stays_here_when_sales_has_just_said_out(play: Play) -> None:
    rejected(play)
    play.later(days=1)
    play.form(JO, "https://acme.example/demo/again")
    play.later(minutes=5)
    look(play)
    edit(play, JO, **{REASON: "Competitor"})
    play.later(minutes=5)
    pull(play.company, "sales", sleep=lambda _s: None)
    drain(play.company, "sales")
    assert play.lead(JO)["Status"] == "Closed - Not Converted"
    rest(play)
    assert play.lead(JO)["Status"] == "Closed - Not Converted"
    assert len([one for one in told(play, "done") if one["action"] == "handoff"]) == 1
    assert known(play)[0].stage is Stage.DISQUALIFIED
