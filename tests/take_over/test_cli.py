"""What the command line says of people whom crmbridge only found as they are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from crmbridge.testing.emulator import iso
from tests.stages.line import Desk
from tests.stages.places import START

LAST_YEAR = iso(START - timedelta(days=250))
OLD = "jo@jo.example"
STAMPS = {"CreatedDate": LAST_YEAR, "SystemModstamp": LAST_YEAR, "LastModifiedDate": LAST_YEAR}
GIVEN_BACK = {"Status": "Closed - Not Converted", "Rejection_Reason__c": "No budget"}
OUT = {"Status": "Closed - Not Converted", "Rejection_Reason__c": "Competitor"}
OPEN = {"Status": "Open - Not Contacted"}
WORKED = {"Status": "Working - Contacted"}
KEEN_OF_OLD = {
    "company": "Jo",
    "country": "Germany",
    "jobtitle": "Head of Marketing",
    "numberofemployees": "250",
    "industry": "MACHINERY",
}


def contact(desk: Desk, email: str = OLD, **more: str) -> None:
    told = {"email": email, "lastname": "Old", "lifecyclestage": "marketingqualifiedlead"} | more
    row = {"properties": told, "createdAt": LAST_YEAR, "updatedAt": LAST_YEAR}
    desk.box.marketing.seed(contacts=[row])


def lead(desk: Desk, **fields: str) -> str:
    who = {"LastName": "Old", "Company": "Jo", "Email": OLD}
    ann = next(one["Id"] for one in desk.sf("User") if one["Email"].startswith("ann."))
    desk.box.sales.seed(Lead=[who | {"OwnerId": ann} | STAMPS | fields])
    return str(desk.lead(OLD)["Id"])


@pytest.mark.parametrize("fit", [{}, KEEN_OF_OLD], ids=["little", "all"])
def test_who_is_ready_by_marketings_word_is_in_no_line_before_somebody_judged_them(
    desk: Desk, fit: dict[str, str]
) -> None:
    for n in range(3):
        contact(desk, f"p{n}@jo.example", **fit)
    desk.ok("sync")
    shown = desk.json("capacity", "show")
    assert (shown["line"], shown["not_judged"]) == ([], 3)
    assert [team["waiting"] for team in shown["teams"]] == [0] * len(shown["teams"])
    assert (
        "3 more, ready as marketing has it, are not judged yet" in desk.ok("capacity", "show").out
    )
    assert "3 of the ready are not judged yet (`crmbridge plan`)" in desk.ok("status").out
    assert "Nothing for ann" in desk.ok("capacity", "pull", "--rep", "ann").out
    desk.armed()
    shown = desk.json("capacity", "show")
    assert shown["not_judged"] == 0
    assert "not judged yet" not in desk.ok("status").out


@pytest.mark.parametrize(
    ("fields", "stage"), [(OPEN, "handed"), (WORKED, "accepted")], ids=["open", "worked"]
)
@pytest.mark.parametrize("past", [False, True])
def test_who_was_taken_over_was_not_handed_over_at_that_instant(
    desk: Desk, fields: dict[str, str], stage: str, past: bool
) -> None:
    ident = lead(desk, **fields)
    desk.ok("sync")
    more = ("--as-of", iso(START + timedelta(days=1))) if past else ()
    said = desk.ok("explain", OLD, *more).out
    assert f" as {stage}: sales:Lead:{ident} showed it so." in said
    assert "It was taken over on 2026-03-02" in said
    for word in ("handed over 2026", "accepted 2026", "  handed 2026", "  accepted 2026"):
        assert word not in said
    (told,) = desk.json("explain", OLD, *more)["taken_over"]
    assert (told["record"], told["stage"]) == (f"sales:Lead:{ident}", stage)


def test_what_came_after_the_first_look_has_its_own_day(desk: Desk) -> None:
    ident = lead(desk, **OPEN)
    desk.ok("sync")
    desk.later(days=1)
    desk.box.sales.act("edit", object="Lead", id=ident, fields=WORKED)
    desk.later(minutes=20)
    desk.ok("sync")
    said = desk.ok("explain", OLD).out
    assert "taken over on 2026-03-02" in said
    assert "It was accepted 2026-03-03" in said


def test_a_return_that_was_only_found_is_not_of_that_day(desk: Desk) -> None:
    lead(desk, **GIVEN_BACK)
    desk.armed()
    said = desk.ok("explain", OLD).out
    assert "Sales had given it back before we came: no_budget" in said
    assert "found on 2026-03-02" in said
    assert "Came back from sales" not in said


def test_of_somebody_who_is_out_it_says_first_how_that_ends(desk: Desk) -> None:
    lead(desk, **OUT)
    desk.ok("sync")
    told: Any = desk.json("explain", OLD)
    assert told["stage"] == "disqualified"
    said = desk.ok("explain", OLD).out
    command = f"crmbridge reinstate {told['lead'][:8]} --why"
    assert "before we came: competitor; found on 2026-03-02" in said
    assert said.index(command) < said.index("smallest change")
    desk.ok("reinstate", told["lead"][:8], "--why", "asked again")
    assert "crmbridge reinstate" not in desk.ok("explain", OLD).out


def test_a_backfill_counts_those_in_line_too(desk: Desk) -> None:
    desk.armed()
    for rep in desk.json("capacity", "show")["teams"]:
        desk.ok("capacity", "pause", rep["team"])
    for name in ("al", "bo"):
        desk.keen(f"{name}@{name}.example")
    desk.later(minutes=5)
    desk.ok("sync")
    assert len(desk.json("capacity", "show")["line"]) == 2
    report = desk.json("backfill", "--since", "2026-01-01")
    assert (report["ready"], report["judged"]) == (2, 2)
