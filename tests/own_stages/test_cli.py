"""The company's stages on the command line: funnel, status, explain, history, replay."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.agreement.stage import lines_of, sign
from tests.own_stages.test_agreement import PART, write
from tests.stages.line import Desk, Line

STAGES = (
    PART.format(when='{ field = "touches", op = "ge", value = 2 }')
    + """
[stages.known]
name = "New"

[stages.nurture]
parts = [ { id = "asked", name = "Asked once", when = { field = "hand_raise_at", op = "is_set" } } ]
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
    assert set(new) - set(old) == {("engaged", "keen"), ("nurture", "asked")}
    assert new["known", ""]["name"] == "New"
    # Jo alone came back from sales, three hours after the first look
    assert old["nurture", ""]["now"] == new["nurture", "asked"]["now"] == 1
    assert (new["nurture", ""]["now"], new["nurture", ""]["ever"]) == (0, 0)
    assert (told["leads"], told["changed"], told["differ_now"]) == (3, 1, 1)
    jo = story.json("explain", "jo@buyer.example")
    (named,) = told["named"]
    assert named["lead"] == jo["lead"]
    assert named["from"] == told["first"] >= jo["cycles"][0]["closed"]
    assert told["last"] == told["until"]
    out = story.ok(*words).out
    assert "by version 1 and version 2" in out
    assert "1 changed stage at some time, 1 of them still at the end; first on" in out
    assert f"such as {jo['lead'][:8]} (" in out
    assert "  Asked once" in out
    assert "Judged by what was known then." in out


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


def test_all_that_people_read_speaks_in_the_company_s_stages(desk: Desk) -> None:
    write(
        desk,
        PART.format(when='{ field = "buying_stage", op = "at_least", value = "interest" }')
        + '\n[stages.known]\nname = "New"\n\n[stages.handed]\nname = "With a rep"\n'
        + '\n[stages.ready]\nname = "In the hot line"\n',
    )
    sign(desk)
    for name in ("jo", "al", "em"):
        desk.contact(f"{name}@buyer.example", lastname="Kern", company="Buyer GmbH")
    desk.form("jo@buyer.example", "https://acme.example/paper/one")
    desk.form("al@buyer.example")
    desk.armed()
    desk.later(minutes=5)
    desk.ok("sync")
    assert "leads: 1 New, 1 Talking (of them 1 Keen), 1 With a rep\n" in desk.ok("status").out
    (one,) = desk.json("status")["companies"]
    assert one["stages"] == {"engaged": 1, "handed": 1, "known": 1}
    engaged = one["own_stages"][1]
    assert (engaged["name"], engaged["parts"][0]["now"]) == ("Talking", 1)
    funnel = desk.ok("report", "funnel").out
    rows = [tuple(line.split()) for line in funnel.splitlines()]
    assert [row for row in rows if row[:1] == ("Keen",)] == [("Keen", "1", "1")]
    assert ("New", "3", "0") in rows
    assert ("With", "a", "rep", "1", "0") in rows
    assert ("With", "a", "rep", "1", "1") in rows
    steps = desk.json("report", "funnel")["steps"]
    assert (steps["known"], steps["engaged"], steps["handed"]) == (3, 2, 1)
    assert any("New" in line.split() for line in desk.ok("report", "sources").out.splitlines())
    explained = desk.ok("explain", "jo@buyer.example").out
    assert "\n    Talking 2026-03-02 10:0" in explained  # a step of the trip
    assert "With marketing, Keen (engaged), trip 1." in explained
    assert "With sales, With a rep (handed), trip 1; its rep is" in (
        desk.ok("explain", "al@buyer.example").out
    )
    assert "stage Keen, by version 1 of the agreement" in desk.ok("history", "jo@buyer.example").out
    assert "Stage In the hot line, trip 1." in desk.lead("al@buyer.example")["Description"]
    who = desk.ok("identity", "show", "jo@buyer.example").out
    assert who.splitlines()[0].endswith(": Keen (engaged)")


def test_a_name_that_the_system_s_field_does_not_have_is_told_with_its_place(desk: Desk) -> None:
    calls = 'calls = { marketing = "Keen" }\n'
    write(desk, PART.format(when='{ field = "touches", op = "ge", value = 2 }') + calls)
    sign(desk)
    assert desk.run("validate").code == 0
    said = desk.run("validate", "--online", "--detailed-exitcode")
    assert said.code == 2
    (line,) = [one for one in lines_of(desk, said) if "stages.engaged" in one]
    assert line == (
        "look: agreement.toml version 1 stages.engaged.parts 'keen'.calls.marketing: "
        "'lifecyclestage' does not allow 'Keen'; add 'Keen' to the field's choices"
    )


def test_a_plan_names_the_line_of_the_agreement_behind_a_stage(desk: Desk) -> None:
    calls = 'calls = { marketing = "evangelist" }\n'
    write(
        desk,
        PART.format(when='{ field = "buying_stage", op = "at_least", value = "interest" }') + calls,
    )
    sign(desk)
    desk.contact("jo@buyer.example", lastname="Kern")
    desk.form("jo@buyer.example", "https://acme.example/paper/one")
    desk.ok("sync")
    out = desk.ok("plan").out
    assert "agreement.toml stages.engaged.parts 'keen'.calls.marketing" in out
