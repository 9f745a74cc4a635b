"""A second record of sales that stood at the first look is taken over as it stood then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from crmbridge.files import CompanyFiles
from crmbridge.flows.operate.parting import split_lead
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lifecycle import Lifecycle
from crmbridge.report.qualify import funnel
from crmbridge.testing.emulator import iso
from tests.stages.places import REASON, START
from tests.stages.play import Play, begun
from tests.stages.rest import rebuilds_equal, rest
from tests.take_over.test_flow import SALES, ann, go_live, life, person

LATER = iso(START - timedelta(days=100))
FOUND = {"open": "handed", "working": "accepted", "no budget": "nurture"}


@pytest.fixture
def past(acme: CompanyFiles, tmp_path: Path) -> Iterator[Play]:
    """A company that nobody armed."""
    with begun(acme, tmp_path) as play:
        yield play


def _second(play: Play, email: str, sales: str, made: str = LATER) -> str:
    """A further record of the same person at sales; returns its id."""
    known = {row["Id"] for row in play.sf()}
    stamps = {"CreatedDate": made, "SystemModstamp": made, "LastModifiedDate": made}
    who = {"LastName": "Old", "Company": "jo", "Email": email, "OwnerId": ann(play)}
    play.box.sales.seed(Lead=[who | SALES[sales] | stamps])
    return next(str(row["Id"]) for row in play.sf() if row["Id"] not in known)


def _pass(play: Play) -> None:
    play.later(hours=1)
    rest(play)


def _of(play: Play, lead: str) -> Lifecycle:
    with play.company.ledger.read() as tx:
        return Scene.open(play.company, tx).work.lifecycle(lead)


def _counted(play: Play) -> dict[str, int]:
    with play.company.ledger.read() as tx:
        steps = funnel(tx)["steps"]
    return {name: n for name, n in steps.items() if name != "known"}


@pytest.mark.parametrize("first", ["no budget", "contact"])
@pytest.mark.parametrize("second", ["open", "working", "no budget"])
def test_when_the_first_is_deleted_the_second_begins_where_it_stood(
    past: Play, first: str, second: str
) -> None:
    email = person(past, "jo", "lead", first)
    obj = "Contact" if first == "contact" else "Lead"
    old = str(past.sf(obj)[0]["Id"])
    _second(past, email, second)
    go_live(past)
    before = _counted(past)
    past.box.sales.act("delete", object=obj, id=old)
    _pass(past)
    found = life(past, email)
    assert found.stage == FOUND[second]
    assert {one.kind for one in found.cycles if one.milestones} <= {"adopted"}
    assert _counted(past) == before
    assert not past.person(email)["lists"]
    assert rebuilds_equal(past)


@pytest.mark.parametrize("second", ["open", "working", "no budget"])
def test_when_it_is_split_off_it_begins_where_it_stood(past: Play, second: str) -> None:
    email = person(past, "jo", "lead", "no budget")
    ident = _second(past, email, second)
    go_live(past)
    done = split_lead(past.company, past.person(email)["crmbridge_id"], [ident], by="a", why="two")
    _pass(past)
    found = _of(past, done.lead)
    assert found.stage == FOUND[second]
    assert {one.kind for one in found.cycles if one.milestones} <= {"adopted"}
    assert rebuilds_equal(past)


def test_a_second_record_that_a_rep_makes_after_go_live_is_handed_by_that_rep(past: Play) -> None:
    email = person(past, "jo", "lead", "no budget")
    old = str(past.sf()[0]["Id"])
    go_live(past)
    _second(past, email, "open", iso(past.company.now()))
    _pass(past)
    past.box.sales.act("delete", id=old)
    _pass(past)
    found = life(past, email)
    assert (found.stage, found.current.kind) == ("handed", "override")


def test_who_is_out_is_not_thrown_out_in_marketing_by_a_second_record(past: Play) -> None:
    email = person(past, "jo", "lead", "competitor")
    old = str(past.sf()[0]["Id"])
    works = _second(past, email, "open")
    go_live(past)
    assert past.person(email)["lifecyclestage"] == "lead"
    past.box.sales.act("delete", id=old)
    _pass(past)
    past.box.sales.act("set_status", id=works, status="Working - Contacted")
    _pass(past)
    past.box.sales.act("reject", id=works, reason="Bad timing", reason_field=REASON)
    _pass(past)
    assert past.person(email)["lifecyclestage"] == "lead"
    found = life(past, email)
    assert found.stage == "disqualified"
    assert found.cycles[0].reason == "competitor"
