"""A rejection of work that was begun since is no later reason for the trip before it."""

from __future__ import annotations

import pytest

from crmbridge.flows.operate.parting import join_leads
from crmbridge.flows.recycle.reinstate import reinstate
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lifecycle import Lifecycle, Stage
from tests.recycle.stage import lists, reject
from tests.stages.places import AL, JO, REASON
from tests.stages.play import Play
from tests.stages.rest import edit, ready, rebuilds_equal, rest, told

OPEN, WORKING, LOST = "Open - Not Contacted", "Working - Contacted", "Closed - Not Converted"


def _later(play: Play) -> None:
    play.later(minutes=30)
    rest(play)


def _life(play: Play, lead: str) -> Lifecycle:
    with play.company.ledger.read() as tx:
        return Scene.open(play.company, tx).work.lifecycle(lead)


def _out(play: Play, reason: str) -> str:
    """A lead that sales gave back for good; returns its id."""
    ready(play, "jo")
    reject(play, JO, reason)
    lead = str(play.person(JO)["crmbridge_id"])
    assert _life(play, lead).stage is Stage.DISQUALIFIED
    return lead


@pytest.mark.parametrize("first", ["No fit", "Competitor"])
@pytest.mark.parametrize("again", ["Bad timing", "Spam", ""])
@pytest.mark.parametrize("steps", [(OPEN,), (WORKING,), (OPEN, WORKING)])
def test_who_is_out_stays_out_for_the_reason_of_their_own_trip(
    play: Play, first: str, again: str, steps: tuple[str, ...]
) -> None:
    lead = _out(play, first)
    before, on = _life(play, lead), lists(play)
    for status in steps:
        edit(play, JO, Status=status, **{REASON: None})
        _later(play)
    reject(play, JO, again)
    after = _life(play, lead)
    assert after.stage is Stage.DISQUALIFIED
    assert after.cycles == before.cycles
    assert lists(play) == on
    assert play.lead(JO)["Status"] == LOST
    assert told(play, "correction") == []
    assert rebuilds_equal(play)


def test_who_was_out_and_is_brought_back_makes_trips_of_their_own(play: Play) -> None:
    """The same statuses, where a person lets the lead in again between."""
    lead = _out(play, "No fit")
    reinstate(play.company, lead, by="ann", why="asked me to")
    edit(play, JO, Status=WORKING, **{REASON: None})
    _later(play)
    reject(play, JO, "Bad timing")
    found = _life(play, lead)
    assert found.stage is Stage.NURTURE
    assert [one.reason for one in found.cycles] == ["no_fit", "bad_timing", ""]


@pytest.mark.parametrize("again", ["Bad timing", "No budget"])
def test_the_reason_of_a_record_that_was_not_worked_since_is_a_later_one(
    play: Play, again: str
) -> None:
    lead = _out(play, "No fit")
    edit(play, JO, **{REASON: again})
    _later(play)
    found = _life(play, lead)
    assert found.stage is Stage.NURTURE
    assert len(found.cycles) == 2


@pytest.mark.parametrize("whose", ["its own", "another's"])
def test_of_two_records_that_stand_each_explains_its_own_trip(play: Play, whose: str) -> None:
    ready(play, "jo", "al")
    reject(play, AL, "No budget")
    reject(play, JO, "Bad timing")
    done = join_leads(play.company, JO, AL, by="ann", why="she told me")
    _later(play)
    newest = [one for one in _life(play, done.lead).cycles if one.outcome][-1]
    assert newest.reason == "no_budget_now"  # the one that ended first; the other was no trip then
    edit(play, AL if whose == "its own" else JO, **{REASON: "No fit"})
    _later(play)
    found = _life(play, done.lead)
    assert found.stage is (Stage.DISQUALIFIED if whose == "its own" else Stage.NURTURE)
