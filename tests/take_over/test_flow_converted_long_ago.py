"""A conversion of the past that led to no open deal is nobody's open work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crmbridge.files import CompanyFiles
from tests.stages.play import Play, begun
from tests.stages.rest import rebuilds_equal, rest
from tests.take_over.test_flow import LAST_YEAR, OURS, ann, go_live, life, person


@pytest.fixture
def past(acme: CompanyFiles, tmp_path: Path) -> Iterator[Play]:
    """A company that nobody armed."""
    with begun(acme, tmp_path) as play:
        yield play


def _converted(play: Play, stage: str, deal: Any = False) -> str:
    """Somebody whose lead a rep converted 200 days before go-live; returns the address."""
    email = person(play, "jo", stage)
    who = {"LastName": "Old", "Company": "jo", "Email": email, "OwnerId": ann(play)}
    play.box.sales.seed(Lead=[who | {"CreatedDate": LAST_YEAR, "SystemModstamp": LAST_YEAR}])
    play.box.sales.act("convert", id=play.sf()[0]["Id"], opportunity=deal)
    play.later(days=200)
    return email


@pytest.mark.parametrize("stage", ["lead", "marketingqualifiedlead", "customer", "opportunity"])
def test_it_gives_no_stage_and_is_taken_back_from_nobody(past: Play, stage: str) -> None:
    email = _converted(past, stage)
    go_live(past)
    assert life(past, email).stage == OURS[stage]
    for _ in range(3):
        past.later(days=8)
        rest(past)
    shown = past.person(email)
    if stage != "opportunity":  # who is with sales by that has a clock
        assert not shown["lists"]
        assert shown["lifecyclestage"] == stage
    assert rebuilds_equal(past)


def test_a_deal_that_is_open_still_is_what_it_is(past: Play) -> None:
    email = _converted(past, "lead", {"Amount": 100})
    go_live(past)
    assert life(past, email).stage == "opportunity"


def test_who_is_converted_after_go_live_is_qualified_as_ever(past: Play) -> None:
    email = person(past, "jo", "lead", "working")
    go_live(past)
    past.box.sales.act("convert", id=past.lead(email)["Id"], opportunity=False)
    past.later(hours=1)
    rest(past)
    assert life(past, email).stage == "qualified"
