"""Statuses that an automation of the CRM sets are nobody's word."""

from __future__ import annotations

from pathlib import Path

from tests.stages.owners import ANN, company, user
from tests.stages.places import JO
from tests.stages.play import Play, at_work
from tests.stages.rest import kinds, later, ready, rebuilds_equal, told

SALES = {"rep": {"automations": ["Nightly Flow"]}}
FLOW = "flow@else.example"


def _flow(play: Play) -> None:
    play.box.sales.seed(User=[{"Name": "Nightly Flow", "Email": FLOW, "IsActive": True}])


def _sets(play: Play, by: str, **fields: str) -> None:
    ident = play.lead(JO)["Id"]
    play.box.sales.act("edit", object="Lead", id=ident, by=user(play, by), fields=fields)


def test_an_automation_accepts_nothing_and_a_person_does(tmp_path: Path) -> None:
    with at_work(company(ANN, sales=SALES), tmp_path) as play:
        _flow(play)
        ready(play, "jo")
        _sets(play, FLOW, Status="Working - Contacted")
        assert later(play)["lifecyclestage"] == "marketingqualifiedlead"
        _sets(play, str(ANN["email"]), Status="Open - Not Contacted")
        later(play)
        _sets(play, str(ANN["email"]), Status="Working - Contacted")
        assert later(play)["lifecyclestage"] == "salesqualifiedlead"


def test_what_an_automation_closes_comes_back_and_nobody_is_asked_why(tmp_path: Path) -> None:
    with at_work(company(ANN | {"open_limit": 1}, sales=SALES), tmp_path) as play:
        _flow(play)
        ready(play, "jo")
        _sets(play, FLOW, Status="Closed - Not Converted")
        later(play)
        assert told(play, "rejected") == []
        assert [one["reason"] for one in told(play, "recalled")] == ["by_automation"]
        assert not kinds(play)
        assert rebuilds_equal(play)


def test_the_same_by_a_person_is_given_back_without_a_reason(tmp_path: Path) -> None:
    with at_work(company(ANN, sales=SALES), tmp_path) as play:
        _flow(play)
        ready(play, "jo")
        _sets(play, str(ANN["email"]), Status="Closed - Not Converted")
        later(play)
        assert [one["reason"] for one in told(play, "rejected")] == ["missing_reason"]


def test_a_record_that_an_automation_made_is_in_nobodys_hand(tmp_path: Path) -> None:
    with at_work(company(ANN, sales=SALES), tmp_path) as play:
        _flow(play)
        fields = {"LastName": "Kern", "Company": "B", "Email": JO}
        play.box.sales.act("create", object="Lead", by=user(play, FLOW), fields=fields)
        play.contact(JO, lastname="Kern")
        later(play)
        assert told(play, "handed") == []
