"""The company's stages on the command line: funnel, status, explain, history, replay."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.own_stages.test_agreement import PART
from tests.stages.line import Desk, Line

STAGES = (
    PART.format(when='{ field = "touches", op = "ge", value = 2 }')
    + """
[stages.known]
name = "New"

[[stages.customer.parts]]
id   = "silent"
name = "Silent"
when = { op = "none", of = [ { id = "touched", field = "touches", op = "count_ge", value = { count = 1, days = 20 } } ] }
"""
)
Draft = Callable[[str], Path]


@pytest.fixture
def draft(story: Desk) -> Draft:
    """The next version as a file, with stages of its own."""

    def write(text: str) -> Path:
        path = story.home / "next.toml"
        old = story.file("agreement.toml").read_text("utf-8")
        path.write_text(old.replace("version        = 1", "version        = 2") + text, "utf-8")
        return path

    return write


def test_a_replay_says_who_would_have_stood_elsewhere(story: Desk, draft: Draft) -> None:
    words = ("agreement", "replay", str(draft(STAGES)), "--from", "2026-03-01")
    told = story.json(*words)
    assert [one["version"] for one in told["versions"]] == [1, 2]
    old, new = ({(s["stage"], s["id"]): s for s in one["stages"]} for one in told["versions"])
    assert set(new) - set(old) == {("engaged", "keen"), ("customer", "silent")}
    assert new["known", ""]["name"] == "New"
    # nobody is lost by a division, and the core stages are those that the leads had
    for core in ("engaged", "customer"):
        for count in ("then", "now"):
            divided = sum(one[count] for (stage, _), one in new.items() if stage == core)
            assert divided == old[core, ""][count]
    assert told["changed"] >= told["differ_now"]
    assert len(told["named"]) == min(10, told["changed"])
    out = story.ok(*words).out
    assert "by version 1 and version 2" in out
    assert "Judged by what was known then." in out
    assert "by version 2" in out


def test_a_replay_of_the_same_stages_moves_nobody(story: Desk, draft: Draft) -> None:
    words = ("agreement", "replay", str(draft("")), "--from", "2026-03-01", "--hindsight")
    told = story.json(*words)
    assert (told["changed"], told["differ_now"], told["named"]) == (0, 0, [])
    assert (told["first"], told["last"], told["hindsight"]) == ("", "", True)
    out = story.ok(*words).out
    assert "No lead is in another stage: only names differ, if anything." in out
    assert "Judged by what had happened then." in out


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--from", "2026-05-01", "--to", "2026-04-01"), "ends before it begins"),
        (("--from", "soon"), "'soon' is no day"),
        (("--against", "7"), "there is no version 7 to compare with"),
        (("--from", "2036-01-01", "--to", "2036-02-01"), "nothing has happened yet"),
    ],
)
def test_a_replay_of_no_time_or_version_is_refused(
    story: Desk, draft: Draft, more: tuple[str, ...], words: str
) -> None:
    said = story.run("agreement", "replay", str(draft(STAGES)), *more)
    assert (said.code, said.out) == (1, "")
    assert words in said.err


def test_a_replay_of_a_part_that_nobody_can_enter_is_refused(story: Desk, draft: Draft) -> None:
    path = draft(PART.format(when='{ field = "engagement", op = "gt", value = 100 }'))
    said = story.run("agreement", "replay", str(path))
    assert (said.code, said.out) == (1, "")
    assert "stages.engaged.parts 'keen': nobody can enter it" in said.err


def test_a_file_that_is_not_there_is_told(bare: Line) -> None:
    said = bare.run("agreement", "replay", "elsewhere.toml")
    assert said.code == 1
    assert "no such file" in said.err


def test_the_funnel_has_all_stages_in_order_whatever_they_are_called(story: Desk) -> None:
    told = story.json("report", "funnel")
    assert [row["stage"] for row in told["stages"]] == [
        *("known", "engaged", "nurture", "ready", "handed", "accepted", "qualified"),
        *("opportunity", "customer", "disqualified"),
    ]
    assert {row["stage"]: row["now"] for row in told["stages"] if row["now"]} == {
        stage: n
        for stage, n in story.json("status")["companies"][0]["stages"].items()
        if stage not in ("merged", "erased")
    }
    assert [row["name"] for row in told["stages"]] == [row["stage"] for row in told["stages"]]
    assert "leads now" not in story.ok("report", "funnel").out
