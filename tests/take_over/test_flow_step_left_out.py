"""A step of sales that the lifecycle leaves out moves nobody: marketing's stage stays as found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crmbridge.files import CompanyFiles
from tests.stages.places import REASON
from tests.stages.play import Play, begun
from tests.stages.rest import edit, rest
from tests.take_over.test_flow import go_live, life, person

OPEN, WORKING, LOST = "Open - Not Contacted", "Working - Contacted", "Closed - Not Converted"


@pytest.fixture
def past(acme: CompanyFiles, tmp_path: Path) -> Iterator[Play]:
    """A company that nobody armed."""
    with begun(acme, tmp_path) as play:
        yield play


@pytest.mark.parametrize("stage", ["marketingqualifiedlead", "salesqualifiedlead", "opportunity"])
@pytest.mark.parametrize("steps", [(OPEN,), (WORKING,), (WORKING, LOST)])
def test_who_was_out_and_is_taken_up_keeps_the_stage_that_marketing_shows(
    past: Play, stage: str, steps: tuple[str, ...]
) -> None:
    email = person(past, "jo", stage, "competitor")
    go_live(past)
    assert past.person(email)["lifecyclestage"] == stage
    for status in steps:
        edit(past, email, Status=status, **{REASON: "Bad timing" if status == LOST else None})
        past.later(hours=1)
        rest(past)
        assert life(past, email).stage == "disqualified"
        assert past.person(email)["lifecyclestage"] == stage
        assert not past.person(email)["lists"]


def test_a_step_that_was_allowed_moves_the_stage_as_ever(past: Play) -> None:
    email = person(past, "jo", "marketingqualifiedlead", "open")
    go_live(past)
    edit(past, email, Status=WORKING)
    past.later(hours=1)
    rest(past)
    assert past.person(email)["lifecyclestage"] == "salesqualifiedlead"
    edit(past, email, Status=LOST, **{REASON: "Competitor"})
    past.later(hours=1)
    rest(past)
    assert past.person(email)["lifecyclestage"] == "other"
