"""A company goes live between two systems that have lived: all is taken over as it stands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.hubspot.lifecycle import ORDER
from crmbridge.files import CompanyFiles
from crmbridge.flows.operate.plan import apply, plan
from crmbridge.flows.operate.turn import turn
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lifecycle import Lifecycle
from crmbridge.testing.emulator import iso
from tests.stages.places import START
from tests.stages.play import Play, begun
from tests.stages.rest import rebuilds_equal, rest

LAST_YEAR = iso(START - timedelta(days=250))
STAGES = ("", *ORDER, "2891734")
"""HubSpot's own stages, none, and one of the portal's own."""
SALES: dict[str, dict[str, Any]] = {
    "none": {},
    "open": {"Status": "Open - Not Contacted"},
    "working": {"Status": "Working - Contacted"},
    "no budget": {"Status": "Closed - Not Converted", "Rejection_Reason__c": "No budget"},
    "competitor": {"Status": "Closed - Not Converted", "Rejection_Reason__c": "Competitor"},
    "no reason": {"Status": "Closed - Not Converted"},
    "contact": {},
    "open deal": {"StageName": "Qualification"},
    "won deal": {"StageName": "Closed Won"},
    "lost deal": {"StageName": "Closed Lost"},
}
"""What sales has of a person."""
OURS = {
    "": "known",
    "subscriber": "known",
    "lead": "known",
    "marketingqualifiedlead": "engaged",  # who does not meet what both sides signed is not ready
    "salesqualifiedlead": "qualified",
    "opportunity": "opportunity",
    "customer": "customer",
    "evangelist": "customer",
    "other": "known",
    "2891734": "known",
}
"""In which stage a person is taken over of whom sales has nothing."""


@pytest.fixture
def past(acme: CompanyFiles, tmp_path: Path) -> Iterator[Play]:
    """A company that nobody armed."""
    with begun(acme, tmp_path) as play:
        yield play


def person(play: Play, name: str, stage: str = "", sales: str = "none") -> str:
    """Somebody of last year; returns the address."""
    email = f"{name}@{name}.example"
    told = {"email": email, "lastname": "Old", "company": name, "lifecyclestage": stage or None}
    row = {"properties": told, "createdAt": LAST_YEAR, "updatedAt": LAST_YEAR}
    play.box.marketing.seed(contacts=[row])
    if sales != "none":
        _at_sales(play, name, email, sales)
    return email


def _at_sales(play: Play, name: str, email: str, sales: str) -> None:
    seed, fields = play.box.sales.seed, SALES[sales]
    old = {"CreatedDate": LAST_YEAR, "SystemModstamp": LAST_YEAR, "OwnerId": ann(play)}
    who = {"LastName": "Old", "Email": email}
    if "Status" in fields:
        seed(Lead=[who | {"Company": name} | old | fields])
        return
    seed(Account=[{"Name": name}])
    (account,) = [one["Id"] for one in play.sf("Account") if one["Name"] == name]
    seed(Contact=[who | {"AccountId": account} | old])
    if not fields:
        return
    (contact,) = [one["Id"] for one in play.sf("Contact") if one["Email"] == email]
    deal = {"Name": name, "Amount": 100, "CloseDate": LAST_YEAR[:10], "AccountId": account}
    seed(Opportunity=[deal | old | fields])
    (made,) = [one["Id"] for one in play.sf("Opportunity") if one["Name"] == name]
    seed(OpportunityContactRole=[{"OpportunityId": made, "ContactId": contact}])


def ann(play: Play) -> str:
    """A rep of ours, as sales knows her."""
    return str(next(one["Id"] for one in play.sf("User") if one["Email"].startswith("ann.")))


def quiet(_seconds: float) -> None:
    pass


def go_live(play: Play) -> list[dict[str, Any]]:
    """Look, plan and apply, and go on for some hours; returns the lines of the plan."""
    turn(play.company, sleep=quiet)
    made = plan(play.company).to_json()
    apply(play.company, made, sleep=quiet)
    for _ in range(3):
        play.later(hours=1)
        rest(play)
    return list(made["writes"])


def life(play: Play, email: str) -> Lifecycle:
    """How somebody stands with us."""
    with play.company.ledger.read() as tx:
        return Scene.open(play.company, tx).work.lifecycle(play.person(email)["crmbridge_id"])


def step(stage: str | None) -> int:
    """How far one of HubSpot's own stages is; none is before all."""
    return ORDER.index(stage) if stage in ORDER else -1


@pytest.mark.slow
def test_nothing_of_a_living_company_is_moved_that_stood_before(past: Play) -> None:
    """Every stage of marketing with everything that sales may have of a person."""
    people = {
        person(past, f"p{n}x{m}", stage, sales): (stage, sales)
        for n, stage in enumerate(STAGES)
        for m, sales in enumerate(SALES)
    }
    before = {one["Id"]: one for one in past.sf()}
    lines = go_live(past)
    assert {one["action"] for one in lines} <= {"update", "deal"}
    for email, (stage, _sales) in people.items():
        found = past.person(email)
        now = found.get("lifecyclestage")
        assert step(now) >= step(stage), (email, stage, now)
        assert now == stage or stage in ORDER or not stage
        assert not found["lists"]
    for ident, row in before.items():
        (now,) = [one for one in past.sf() if one["Id"] == ident]
        assert (now["Status"], now["OwnerId"]) == (row["Status"], row["OwnerId"])
    assert not past.sf("Task")
    assert rebuilds_equal(past)


@pytest.mark.parametrize(("stage", "expected"), OURS.items())
def test_a_person_of_marketing_begins_in_the_stage_that_marketing_shows(
    past: Play, stage: str, expected: str
) -> None:
    email = person(past, "jo", stage)
    lines = go_live(past)
    found = life(past, email)
    assert found.stage == expected
    assert (past.person(email).get("lifecyclestage") or "lead") == (stage or "lead")
    assert [one["action"] for one in lines] == ["update"]
    changed = {one["field"] for one in lines[0]["changes"]}
    assert ("lifecyclestage" in changed) is (not stage)


@pytest.mark.parametrize(
    ("sales", "stage", "outcome"),
    [
        ("open", "handed", ""),
        ("working", "accepted", ""),
        ("no budget", "nurture", "rejected"),
        ("no reason", "nurture", "rejected"),
        ("competitor", "disqualified", "rejected"),
        ("contact", "known", ""),
        ("open deal", "opportunity", ""),
        ("won deal", "customer", "won"),
        ("lost deal", "nurture", "lost"),
    ],
)
def test_what_sales_has_of_a_person_is_where_they_begin(
    past: Play, sales: str, stage: str, outcome: str
) -> None:
    email = person(past, "jo", "lead", sales)
    lines = go_live(past)
    found = life(past, email)
    assert found.stage == stage
    assert found.cycles[0].outcome == outcome
    assert {one["action"] for one in lines} - {"deal"} == {"update"}
    assert not past.person(email)["lists"]


def test_the_clock_of_an_old_lead_begins_when_the_company_goes_live(past: Play) -> None:
    email = person(past, "jo", "lead", "open")
    go_live(past)
    assert life(past, email).current.kind == "adopted"
    past.later(days=6)
    rest(past)
    found = life(past, email)
    assert (found.stage, found.cycles[0].outcome) == ("nurture", "stale_untouched")
    # what goes back now goes back like any other lead
    assert past.person(email)["crmbridge_outcome"] == "stale_untouched"
    assert past.person(email)["lists"]


def test_who_is_no_customer_any_more_is_none_here(past: Play) -> None:
    email = person(past, "jo", "customer")
    go_live(past)
    assert life(past, email).stage == "customer"
    past.box.marketing.act(
        "edit", object="contacts", id=past.person(email)["id"], properties={"lifecyclestage": ""}
    )
    past.box.marketing.act(
        "edit",
        object="contacts",
        id=past.person(email)["id"],
        properties={"lifecyclestage": "lead"},
    )
    rest(past)
    assert life(past, email).stage == "known"
    assert past.person(email)["lifecyclestage"] == "lead"
    assert rebuilds_equal(past)


def test_a_customer_who_comes_later_is_one_from_the_first_look(past: Play) -> None:
    go_live(past)
    past.contact("new@late.example", lastname="Late", lifecyclestage="customer")
    past.contact("mql@late.example", lastname="Late", lifecyclestage="marketingqualifiedlead")
    rest(past)
    assert life(past, "new@late.example").stage == "customer"
    # whether somebody new is ready is decided here, and their stage is left as it is
    assert life(past, "mql@late.example").stage == "known"
    assert past.person("mql@late.example")["lifecyclestage"] == "marketingqualifiedlead"


STAMPS = {
    "crmbridge_definition": "v1:abc",
    "crmbridge_outcome": "returned",
    "crmbridge_reason": "bad_timing",
    "crmbridge_returned_at": "2025-11-03T10:00:00.000Z",
    "crmbridge_loops": "3",
    "crmbridge_trips": "2025-11-03 returned, bad timing",
}


@pytest.mark.parametrize("sales", ["no budget", "contact"])
def test_what_an_earlier_ledger_wrote_is_kept(past: Play, sales: str) -> None:
    email = person(past, "jo", "lead", sales)
    ident = past.person(email)["id"]
    past.box.marketing.act("edit", object="contacts", id=ident, properties=STAMPS)
    go_live(past)
    found = past.person(email)
    assert {name: found[name] for name in STAMPS} == STAMPS
