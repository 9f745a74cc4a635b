"""A person takes back that a lead is out, and it may buy after all."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest

from crmbridge.errors import CrmBridgeError
from crmbridge.flows.explain import explain
from crmbridge.flows.recycle.reinstate import reinstate
from crmbridge.model.codec import instant
from crmbridge.model.lifecycle import Stage
from crmbridge.report.explain.history import history
from crmbridge.report.explain.whole import text
from crmbridge.store import events, leads
from crmbridge.store.projection import Workspace
from crmbridge.store.table import Tx
from tests.stages.places import JO
from tests.stages.play import Play
from tests.stages.rest import edit, look, ready, rebuilds_equal, rest

T = TypeVar("T")


def out(play: Play, reason: str = "No need") -> str:
    """A lead that sales gave back for good; its id."""
    ready(play, "jo")
    edit(play, JO, Rejection_Reason__c=reason)
    play.box.sales.act("reject", id=play.lead(JO)["Id"])
    play.later(minutes=5)
    rest(play)
    (lead,) = known(play, lambda tx: list(leads.ids(tx)))
    return lead


def known(play: Play, read: Callable[[Tx], T]) -> T:
    with play.company.ledger.read() as tx:
        return read(tx)


def back(play: Play, lead: str) -> int:
    with play.company.moment():
        return reinstate(play.company, lead, by="Dana", why="they have a budget since June")


def stage(play: Play, lead: str) -> Stage:
    return known(play, lambda tx: Workspace(tx).lifecycle(lead).stage)


def test_a_lead_that_was_out_is_marketings_again_and_goes_to_sales_when_it_is_ready(
    play: Play,
) -> None:
    lead = out(play)
    assert stage(play, lead) is Stage.DISQUALIFIED
    play.form(JO, "https://acme.example/demo/again")
    play.later(hours=1)
    rest(play)
    assert stage(play, lead) is Stage.DISQUALIFIED
    assert play.person(JO)["crmbridge_contact"] == "content_only"
    assert back(play, lead) == 2
    play.form(JO, "https://acme.example/demo/third")
    play.later(minutes=5)
    rest(play)
    assert stage(play, lead) is Stage.HANDED
    assert not play.person(JO).get("crmbridge_contact")
    given = known(play, lambda tx: [one for one in events.of_types(tx, ["assigned"])])
    assert [one.content.json["cycle"] for one in given] == [1, 2]
    lines = [one["line"] for one in known(play, lambda tx: history(tx, lead))]
    assert "out no more, says Dana: they have a budget since June" in lines
    assert rebuilds_equal(play)
    assert play.turn().writes == 0


def test_an_opt_out_outlasts_it(play: Play) -> None:
    lead = out(play)
    edit(play, JO, HasOptedOutOfEmail=True)
    play.later(minutes=5)
    rest(play)
    back(play, lead)
    play.form(JO, "https://acme.example/demo/again")
    play.later(minutes=5)
    rest(play)
    assert stage(play, lead) not in (Stage.READY, Stage.HANDED)


def test_who_is_not_out_cannot_be_taken_back_and_a_reason_is_asked_for(play: Play) -> None:
    ready(play, "jo")
    (lead,) = known(play, lambda tx: list(leads.ids(tx)))
    with pytest.raises(CrmBridgeError, match="is not out but handed: there is nothing to take"):
        back(play, lead)
    with pytest.raises(CrmBridgeError, match="say why they are no longer out"):
        reinstate(play.company, lead, by="Dana", why=" ")


def test_another_word_of_sales_on_the_trip_before_takes_no_hand_off_back(play: Play) -> None:
    lead = out(play)
    back(play, lead)
    with play.company.moment():
        newest = known(play, lambda tx: explain(play.company, tx, lead))["decision"]
    assert newest["type"] == "reinstated"
    play.later(days=1)
    play.form(JO, "https://acme.example/demo/again")
    play.later(minutes=5)
    look(play)
    edit(play, JO, Rejection_Reason__c="No fit")
    play.later(minutes=5)
    rest(play)
    assert stage(play, lead) is Stage.HANDED
    assert known(play, lambda tx: list(events.of_types(tx, ["unassigned"]))) == []
    assert rebuilds_equal(play)


def test_what_sales_says_of_the_fit_stands_above_the_points_until_it_is_taken_back(
    play: Play,
) -> None:
    ready(play, "jo")
    (lead,) = known(play, lambda tx: list(leads.ids(tx)))
    before = known(play, lambda tx: explain(play.company, tx, lead))
    edit(play, JO, Rejection_Reason__c="No fit")
    play.box.sales.act("reject", id=play.lead(JO)["Id"])
    rest(play)
    closed = known(play, lambda tx: Workspace(tx).lifecycle(lead).cycles[0].closed)
    assert closed is not None
    now = known(play, lambda tx: explain(play.company, tx, lead))
    assert (now["score"]["counts_as"], now["score"]["fit_denied"]) == ("D", True)
    assert before["score"]["counts_as"] != "D"
    assert now["score"]["fit"] == before["score"]["fit"]
    (said,) = [one for one in now["facts"] if one["fact"] == "no_fit"]
    assert (said["value"], said["source"], said["at"]) == (True, "sales", instant(closed))
    assert any("because sales said no fit" in line for line in text(now))
    back(play, lead)
    again = known(play, lambda tx: explain(play.company, tx, lead))
    assert again["score"]["counts_as"] == before["score"]["counts_as"]
