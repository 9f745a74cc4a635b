"""Nobody knows whether a write onto a deal arrived: it is read back, and an edit stays."""

from __future__ import annotations

from typing import Any

import pytest

from crmbridge.flows.operate.turn import turn
from crmbridge.store.outbox import State
from tests.deliver.test_faults import fired
from tests.revenue.test_flow_deal_write_back import ops_of, sold, told, writes
from tests.revenue.test_flow_write_back import FAIR, SHOP, joins_late
from tests.stages.play import Play
from tests.stages.process import age
from tests.stages.rest import kinds, later, rebuilds_equal

HAND: dict[str, dict[str, Any]] = {
    "a field that was to change": {"CrmBridge_First_Campaign__c": "by hand"},
    "both": {"CrmBridge_First_Campaign__c": "by hand", "CrmBridge_Sourced__c": "mine"},
    "emptied": {"CrmBridge_First_Campaign__c": None},
}
ANSWERS = ("before", "after")
READ = ("unread", "read")


def lose(play: Play, when: str) -> None:
    """The next write onto a deal gets no answer; it is worked on (`after`), or never arrives."""
    rule = {"kind": "reset", "when": when, "times": 1, "contains": "CrmBridge_"}
    play.box.sales.faults({**rule, "route": "PATCH composite/sobjects*"})


def edited(play: Play, **fields: Any) -> None:
    """Somebody edits the one deal."""
    (deal,) = play.sf("Opportunity")
    play.box.sales.act("edit", object="Opportunity", id=deal["Id"], fields=fields)


@pytest.mark.parametrize("read", READ)
@pytest.mark.parametrize("hand", HAND)
@pytest.mark.parametrize("when", ANSWERS)
def test_what_somebody_enters_while_nobody_knows_the_outcome_stays(
    play: Play, when: str, hand: str, read: str
) -> None:
    """The first campaign is corrected, the answer is lost, and a person edits the deal."""
    sold(play, **{SHOP: "Workshop"})
    version = told(play)[-1]
    joins_late(play)
    lose(play, when)
    play.later(minutes=5)
    turn(play.company, sleep=lambda _s: None)
    assert fired(play)[0] == 1
    assert [one.state for one in ops_of(play)] == [State.DONE, State.UNKNOWN]
    edited(play, **HAND[hand])
    if read == "read":
        play.later(minutes=5)
        turn(play.company, sleep=lambda _s: None)
        assert State.UNKNOWN in [one.state for one in ops_of(play)]
    age(play.company.ledger)
    later(play)
    names = ("Sourced", "First_Campaign")
    right = dict(zip(names, ("sourced", "Spring fair"), strict=True))
    right |= {name: HAND[hand].get(f"CrmBridge_{name}__c", right[name]) for name in names}
    assert told(play) == [*right.values(), "Workshop", version]
    assert not kinds(play)
    before = play.written()
    later(play)
    assert play.written() == before
    assert rebuilds_equal(play)


@pytest.mark.parametrize("when", ANSWERS)
def test_a_write_that_arrived_is_not_sent_again_and_one_that_did_not_is(
    play: Play, when: str
) -> None:
    sold(play, **{SHOP: "Workshop"})
    joins_late(play)
    lose(play, when)
    later(play)
    assert fired(play)[0] == 1
    assert told(play)[1] == "Spring fair"
    last = ops_of(play)[-1]
    assert (last.state, last.attempts) == (State.DONE, {"before": 2, "after": 1}[when])
    assert writes(play) == 2
    assert rebuilds_equal(play)


def test_the_first_values_of_a_deal_are_read_back_too(play: Play) -> None:
    lose(play, "after")
    sold(play, **{FAIR: "Spring fair"})
    assert fired(play)[0] == 1
    assert told(play)[:3] == ["sourced", "Spring fair", "Spring fair"]
    assert [one.attempts for one in ops_of(play)] == [1]


def test_a_deal_that_is_deleted_meanwhile_ends_it(play: Play) -> None:
    made = sold(play, **{SHOP: "Workshop"})
    joins_late(play)
    lose(play, "before")
    turn(play.company, sleep=lambda _s: None)
    play.box.sales.act("delete", object="Opportunity", id=made["opportunityId"])
    later(play)
    assert writes(play) == 1
    assert not kinds(play)
