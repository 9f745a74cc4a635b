"""Contribution: whether each target is met, and what the days that are still to come can change."""

from __future__ import annotations

from datetime import date

import pytest

from crmbridge.report.credit.contribution import contribution_report
from crmbridge.web.board.pages.contribution import answers
from tests.revenue.small_world import eur, small
from tests.web.site import Caller


@pytest.mark.parametrize(
    ("share", "last", "said", "more"),
    [
        ("0.25", date(2025, 12, 31), "is met.", "500.00 EUR above what was agreed."),
        (
            *("0.25", date(2026, 12, 31), "is met so far."),
            "184 days are still to come: it is lost once other deals bring 2,000.00 EUR more, and "
            "marketing's none.",
        ),
        (
            *("0.9", date(2026, 7, 1), "is not met so far."),
            "1 day is still to come: it is reached with 8,000.00 EUR more from marketing, and "
            "none beside.",
        ),
    ],
)
def test_a_target_says_what_is_still_to_come(share: str, last: date, said: str, more: str) -> None:
    """Of 20 equal deals of 100.00 ten are marketing's: a half, of which chance takes a quarter."""
    target = {"measure": "revenue", "share": share, "from": date(2025, 1, 1), "to": last}
    with small(targets=[target]) as world:
        for n in range(20):
            world.person(f"p{n}")
            if n < 10:
                world.handed(f"p{n}", "02-01")
            world.deal(f"D{n}", eur(100), f"p{n}", won="05-30")
        world.post()
        (one,) = answers(world.ask(contribution_report))
    assert one.text.endswith(f": {said}")
    assert one.more.endswith(more)


def test_the_page_says_why_no_team_and_no_source_is_chosen(director: Caller) -> None:
    page = director.get("/c/acme/contribution?days=all&team=dach").text
    assert 'name="team"' not in page
    assert 'name="source"' not in page
    assert "These figures are of the whole company, as its targets are" in page
