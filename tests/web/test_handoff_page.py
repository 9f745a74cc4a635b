"""The hand-off's page: who is late and why, which clocks ran out, who had what, and fairness."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from crmbridge.flows.reps.overdue import HELD
from crmbridge.flows.scene.scene import Scene
from crmbridge.model import payload
from crmbridge.model.codec import instant
from tests.revenue.small_world import Small, at
from tests.stages.line import Line
from tests.web.browser import PHONE, window
from tests.web.site import Caller, caller, happening, served
from tests.web.test_leads_behind import cells, listed


def _late(world: Small, who: str, rep: str, clock: str, due: str) -> None:
    """What crmbridge holds when a clock is over."""
    with world.company.ledger.write("test") as tx:
        scene = Scene.open(world.company, tx)
        detail = {"clock": clock, "rep": rep, "due": instant(at(due))}
        scene.hold(HELD, world.leads[who], f"{clock}:1", "Ask the rep.", **detail)
        scene.work.flush()


def _desk(world: Small) -> None:
    """Five leads of two reps and of nobody we know: answered in time, late, and not at all."""
    for n, rep in enumerate(("ann", "ann", "bob", "stranger", "ann")):
        who = f"p{n}"
        world.person(who, "02-01", last_name=f"Person {n}")
        world.tell(who, "02-03 09:00", payload.Handed(kind="pushed", rep=rep))
    world.accepted("p0", "02-03 09:30")
    world.accepted("p2", "03-03 09:30")
    _late(world, "p1", "ann", "answer", "02-05")
    _late(world, "p4", "ann", "first_touch", "02-04")
    _late(world, "p4", "ann", "answer", "02-05")


@pytest.fixture
def manager(bare: Line) -> Iterator[Caller]:
    """The manager of sales, at the dashboard of that company."""
    with happening(bare) as world:
        _desk(world)
    with served(bare) as url, caller(url) as found:
        yield found


def test_the_first_line_says_who_is_late_and_why(manager: Caller) -> None:
    said = manager.text("/c/acme/handoff?days=all")
    assert "2 leads are late: 2 with Ann Becker." in said
    assert "Over longest: since 2025-02-04 13:00." in said
    assert "Who is late right now" in said
    assert said.index("2 leads are late") < said.index("Clocks by team")


def test_who_is_late_is_listed_with_the_clock(manager: Caller) -> None:
    found = listed(manager, "/c/acme/leads?what=late")
    assert len(found) == 3
    assert sum("First touch: over since then" in line for line in found) == 1
    assert sum("Accept it or give it back: over since then" in line for line in found) == 2


def test_nobody_late_is_good_news(empty: Caller) -> None:
    assert "Nobody is late right now." in empty.text("/c/acme/handoff")
    assert "Nothing was handed over in these days." in empty.text("/c/acme/handoff")


@pytest.mark.parametrize("of", ["", "reps", "fairness"])
def test_each_count_leads_to_its_leads(manager: Caller, of: str) -> None:
    found = cells(manager, f"/c/acme/handoff?days=all&of={of}")
    assert found or of == "fairness"
    for href, number in found:
        assert len(listed(manager, href)) == number, href


def test_clocks_that_ran_out_are_counted_first(manager: Caller) -> None:
    said = manager.text("/c/acme/handoff?days=all")
    assert "First touch, of what was handed over in these days: 4 of 5 clocks ran out." in said
    assert "Accept it or give it back, of what was handed over in these days: 4 of 5 clocks" in said


def test_whom_most_clocks_ran_out_with_is_said_also_where_nobody_is_late_now(
    manager: Caller,
) -> None:
    said = manager.text("/c/acme/handoff?days=all")
    assert (
        "Most clocks ran out with Ann Becker (4 of 6), Bob Lindner (2 of 2), stranger (2 of 2)."
        in said
    )
    assert "Why: left lying (" in said


def test_a_team_is_shown_alone(manager: Caller) -> None:
    teams = [one.split('"')[0] for one in manager.get("/c/acme/handoff").text.split('value="')]
    team = next(one for one in teams if one in manager.text("/c/acme/handoff?days=all").split())
    for href, number in cells(manager, f"/c/acme/handoff?days=all&team={team}"):
        assert f"team={team}" in href
        assert len(listed(manager, href)) == number


def test_a_team_that_is_not_there_is_said_in_a_sentence(manager: Caller) -> None:
    answer = manager.get("/c/acme/handoff?team=nobody")
    assert answer.status_code == 400
    assert "There is no team" in answer.text


def test_turns_and_waits_lead_to_their_leads(bare: Line) -> None:
    with happening(bare) as world:
        _desk(world)
        team = world.company.teams.teams[0]
        rep = team.reps[0].id
        for who in ("p0", "p1"):
            world.tell(who, "02-02", payload.read("waits", {"reason": "no_capacity"}))
            told = {"team": team.id, "rep": rep, "cycle": 1, "definition": "v1"}
            world.tell(who, "02-03", payload.read("assigned", told))
        world.tell("p1", "02-04", payload.read("unassigned", {"rep": rep}))
    with served(bare) as url, caller(url) as found:
        figures = cells(found, "/c/acme/handoff?days=all&of=fairness")
        assert sorted(n for _, n in figures) == [1, 1, 2]
        for href, number in figures:
            assert len(listed(found, href)) == number, href


def test_a_chart_names_teams_as_people_do(manager: Caller) -> None:
    page = manager.get("/c/acme/handoff?days=all").text
    drawn = re.search(r'id="causes-figure">(.*?)</script>', page, re.DOTALL)
    assert drawn
    names = json.loads(drawn[1])["layout"]["xaxis"]["ticktext"]
    assert not any(one.startswith("dach") for one in names)
    assert any("Germany, Austria, Switzerland".startswith(one.rstrip("…")) for one in names)
    assert len(set(json.loads(drawn[1])["data"][0]["customdata"])) == len(names)


OVERLAPS = """
() => {
  const boxes = [...document.querySelectorAll(".chart .xtick text")].map(
    one => { const box = one.getBoundingClientRect(); return [box.left, box.right, one] })
  const flat = one => !/rotate\\((?!0)/.test(one.getAttribute("transform") || "")
  return boxes.slice(1).filter(
    ([left, , one], n) => left < boxes[n][1] - 1 && flat(one)).length
}
"""
"""How many names below a chart's axis lie flat over the one before them."""


def test_names_below_a_chart_do_not_lie_over_each_other_on_a_phone(
    browser: Browser, bare: Line
) -> None:
    with happening(bare) as world:
        _desk(world)
    with served(bare) as url, window(browser, url, size=PHONE) as seen:
        seen.go("/c/acme/handoff?days=all")
        assert seen.page.locator(".chart .xtick text").count() > 1
        assert seen.page.evaluate(OVERLAPS) == 0
