"""`crmbridge consent` as somebody types it: what it refuses, with which words."""

from __future__ import annotations

import pytest

from tests.stages.line import Desk, Line
from tests.stages.places import JO


def test_a_consent_of_nobody_is_refused(bare: Line) -> None:
    said = bare.run("consent", "jo@buyer.example", "--given", "--evidence", "a form")
    assert said.code == 1
    assert "no lead is known by this e-mail address" in said.err
    assert "jo@" not in said.err


@pytest.mark.parametrize(
    "more", [("--evidence", "a form"), ("--at", "2026-03-02"), ("--by", "ann")], ids=lambda x: x[0]
)
def test_what_belongs_to_a_consent_wants_one(bare: Line, more: tuple[str, str]) -> None:
    said = bare.run("consent", "jo@buyer.example", *more)
    assert said.code == 1
    assert f"{more[0]} says something of a consent, and --given is missing" in said.err


def test_a_time_that_is_none_is_refused(bare: Line) -> None:
    said = bare.run(
        "consent", "jo@buyer.example", "--given", "--evidence", "a form", "--at", "3/3/2026"
    )
    assert said.code == 1
    assert "'3/3/2026' is no time" in said.err


def test_who_kept_a_no_at_a_split_is_said(desk: Desk) -> None:
    desk.keen(JO)
    desk.armed()
    fields = {"LastName": "Two", "Company": "B", "Email": JO}
    made = desk.box.sales.act("create", object="Lead", fields=fields)
    desk.box.marketing.act("opt_out", email=JO)
    desk.later(minutes=20)
    desk.ok("sync")
    record = f"sales:Lead:{made['id']}"
    former = desk.json("explain", JO)["lead"]
    desk.ok("identity", "split", JO, record, "--why", "two people")
    said = desk.ok("consent", record).out
    assert f"kept from lead {former[:8]}, of which this one was parted: says no" in said
    assert "crmbridge says no" not in said
