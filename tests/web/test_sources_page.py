"""Which source to stop: the page answers what the meeting answers, and says where it cannot."""

from __future__ import annotations

from tests.revenue.test_reports_of_quality import crowd
from tests.stages.line import Line
from tests.web.site import Caller, caller, happening, served

DAYS = "days=2025-03-10..2025-03-10"


def test_days_without_a_verdict_show_the_answer_of_longer_days_beside_it(bare: Line) -> None:
    with happening(bare) as world:
        crowd(world, "WEBINAR", taken=30, refused=5, wins=12, losses=18)
        crowd(world, "LISTS", taken=4, refused=16, wins=0, losses=4)
        for n in range(20):
            name = f"early{n}"
            world.person(name, "01-02", source="LISTS")
            world.touch(name, "01-03", "lists")
            world.handed(name, "01-10")
            world.rejected(name, "01-12")
        world.post()
    with served(bare) as url, caller(url) as somebody:
        page = somebody.text(f"/c/acme/sources?{DAYS}")
        whole = somebody.text("/c/acme/sources?days=all")
        link = somebody.get(f"/c/acme/sources?{DAYS}").text
    first = page.index("Of all days: Look at LISTS: worse than the rest")
    assert first < page.index(
        "In the chosen days alone: nothing can be told yet of LISTS: 20 decided, 30 are needed; it"
    )
    assert "See these days" in page
    assert "/c/acme/sources?days=all" in link
    assert "Look at LISTS" in whole
    assert "Of all days" not in whole


def test_costs_are_no_part_of_what_is_chosen(director: Caller) -> None:
    whole = director.text("/c/acme/sources?days=all")
    chosen = director.text("/c/acme/sources?days=all&source=paid+search")
    assert "Costs are those of all leads" not in whole
    assert "Costs are those of all leads" in chosen
    assert "Counted are cycles that were handed to sales in the period: 30." in chosen


def test_of_one_source_alone_no_verdict_is_given_but_that_of_all(director: Caller) -> None:
    for of in ("sources", "campaigns"):
        said = director.text(f"/c/acme/sources?days=all&of={of}&source=paid+search")
        assert "Of all sources, not of paid search alone: " in said
        assert "What should we stop?" not in said


def test_a_team_with_one_source_has_nothing_to_hold_it_against(bare: Line) -> None:
    with happening(bare) as world:
        crowd(world, "WEBINAR", taken=12, refused=3, wins=2, losses=3)
        world.post()
    with served(bare) as url, caller(url) as somebody:
        said = somebody.text("/c/acme/sources?days=all")
    assert "there is no other source to hold one against" in said
    assert "Nothing, by these figures" not in said


def test_a_source_to_stop_is_named_with_what_it_cost_and_brought(bare: Line) -> None:
    with happening(bare) as world:
        crowd(world, "WEBINAR", taken=30, refused=5, wins=12, losses=18)
        crowd(world, "LISTS", taken=9, refused=31, wins=1, losses=8)
        world.spend("2025-03", ("Lists", "EUR", 60_000))
        world.post()
    with served(bare) as url, caller(url) as somebody:
        page = somebody.text("/c/acme/sources?days=all")
    assert "Look at LISTS: worse than the rest" in page
    assert (
        "It cost 600.00 EUR, and its leads brought 100.00 EUR so far. People look at why before "
        "they stop anything; no figure tells a cause."
    ) in page
