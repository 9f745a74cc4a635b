"""The report and the explanation as a person reads them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.nurture.stage import DEMO, PAPER, WEBINAR, written_in
from tests.stages.line import Desk, Line, opened
from tests.stages.places import AL, JO


@pytest.fixture
def busy(bare: Line) -> Iterator[Desk]:
    """A company with rules that went live, and two people who read and came since."""
    written_in(Path(bare.env["CRMBRIDGE_CONFIG"]))
    with opened(bare) as desk:
        desk.armed()
        for email in (JO, AL):
            desk.contact(email, lastname="Kern", company="Buyer")
            desk.form(email, PAPER)
        desk.form(JO, WEBINAR)
        desk.later(minutes=5)
        desk.ok("sync")
        yield desk


def test_the_report_shows_each_track(busy: Desk) -> None:
    told = busy.json("report", "nurture", "--within", "30")
    assert told["within_days"] == 30
    rows = {one["track"]: one for one in told["tracks"]}
    assert rows["buy"]["rule"] == "buyers"
    assert (rows["buy"]["on"], rows["learn"]["on"], rows["timing"]["entered"]) == (1, 1, 0)
    shown = busy.ok("report", "nurture").out
    assert "paper readers" in shown
    assert "who came back" in shown
    assert "too few for a share" in shown


def test_an_explanation_says_on_which_track_since_when_and_what_takes_it_off(busy: Desk) -> None:
    shown = " ".join(busy.ok("explain", JO).out.split())
    assert "The rule 'buyers' put it on buy on 2026-03-02" in shown
    assert (
        "when sales has it, when it opts out or is out, or when 'evaluates' holds no more" in shown
    )
    assert "without new activity that may be on 2026-05-01" in shown
    told = busy.json("explain", JO)["nurture"]
    assert (told["track"], told["rule"], told["ready"]) == ("buy", "buyers", False)
    assert "on the nurture track buy, by the rule buyers" in busy.ok("history", JO).out
    busy.form(JO, DEMO)
    busy.later(minutes=5)
    busy.ok("sync")
    assert busy.json("explain", JO)["nurture"] is None
    line = "off the nurture track buy: with sales"
    assert line in busy.ok("history", JO).out


def test_a_plan_names_the_rule_of_each_line(bare: Line) -> None:
    folder = written_in(Path(bare.env["CRMBRIDGE_CONFIG"]))
    path = folder / "agreement.toml"
    assert "[[nurture]]" in path.read_text("utf-8")
    with opened(bare) as desk:
        desk.armed()
        desk.ok("disarm")
        desk.contact(JO, lastname="Kern", company="Buyer")
        desk.form(JO, PAPER)
        desk.later(minutes=5)
        desk.ok("sync")
        saved = desk.json("plan")
        lines = [
            (one["action"], change["field"], change["after"], change["rule"])
            for one in saved["writes"]
            for change in one["changes"]
            if "track" in change["field"]
        ]
        assert lines == [
            (
                "update",
                "crmbridge_track",
                "learning",
                "mapping.toml marketing.lead.fields.track (way = out); "
                "agreement.toml: nurture rule 'paper readers'",
            ),
            ("enroll", "nurture track", "learn", "agreement.toml: nurture rule 'paper readers'"),
        ]
