"""Explain, history, reports and status, on weeks of work."""

import re
from datetime import timedelta
from typing import Any

import pytest

from tests.stages.line import Desk
from tests.stages.places import START


def leaves(node: dict[str, Any]) -> dict[str, dict[str, Any]]:
    if "of" not in node:
        return {node["id"]: node}
    return {name: one for child in node["of"] for name, one in leaves(child).items()}


def test_a_lead_is_found_by_id_prefix_address_record_and_vendor_id(story: Desk) -> None:
    ident = story.json("explain", "JO@buyer.example ")["lead"]
    record = story.lead("jo@buyer.example")["Id"]
    for text in (ident, ident[:10], f"sales:Lead:{record}", record):
        assert story.json("explain", text)["lead"] == ident


@pytest.mark.parametrize(
    "text", ["nobody@buyer.example", "sales:Lead:00Q000000000000", "feedfeedfeed", "ab", ""]
)
def test_an_unknown_lead_is_an_error_that_repeats_no_address(story: Desk, text: str) -> None:
    said = story.run("explain", text)
    assert said.code == 1
    assert "no lead is known" in said.err
    assert "nobody@" not in said.err
    assert said.out == ""


def test_explain_tells_each_criterion_with_value_source_and_time(story: Desk) -> None:
    told = story.json("explain", "em@buyer.example")
    assert told["stage"] == "known"
    assert told["ready"]["result"] == "false"
    found = leaves(told["ready"]["criteria"])
    assert found["email"]["value"] == "em@buyer.example"
    assert found["email"]["source"] == "marketing"
    assert found["email"]["at"].startswith("2026-03-02T09:00:00")
    assert found["engaged"]["result"] == "false"
    flip = told["ready"]["flip"]
    assert flip["possible"]
    assert flip["steps"] == [{"criterion": "engaged", "do": "change"}]
    assert flip["needs"] == {"engaged": "35.0000"}


def test_explain_tells_a_return_with_its_row_and_the_end_of_its_cool_off(story: Desk) -> None:
    told = story.json("explain", "jo@buyer.example")
    assert told["stage"] == "nurture"
    (back,) = told["returns"]
    assert (back["reason"], back["row"]["cool_off_days"]) == ("bad_timing", 90)
    assert back["until"].startswith("2026-05-30T22:00:00")
    assert told["ready"]["may_go"] == "wait_cool_off"
    text = story.ok("explain", "jo@buyer.example").out
    assert "cool-off ends 2026-05-31 00:00:00 CEST" in text
    assert "may go again from 2026-05-31 00:00:00 CEST, then with 20 points" in text


def test_explain_tells_decisions_with_their_agreement_and_writes_with_their_answers(
    story: Desk,
) -> None:
    told = story.json("explain", "jo@buyer.example")
    assert [one["type"] for one in told["decisions"]][:2] == ["ready", "assigned"]
    assert all(one["agreement"].startswith("v1:") for one in told["decisions"])
    handoff = next(one for one in told["writes"] if one["action"] == "handoff")
    assert handoff["state"] == "done"
    assert handoff["answers"][-1]["ref"].startswith("sales:Lead:")
    assert {"field", "before", "after", "rule"} == handoff["changes"][0].keys()


def test_explain_tells_the_second_at_which_a_ready_lead_stops_being_ready(desk: Desk) -> None:
    desk.contact("jo@buyer.example", lastname="Kern")
    desk.form("jo@buyer.example", "https://acme.example/contact")
    desk.ok("sync")
    told = desk.json("explain", "jo@buyer.example")["ready"]
    # 30 points are too few; the raised hand counts for 7 days to the second
    assert (told["result"], told["until"]) == ("true", "2026-03-09T09:00:01.000000Z")
    desk.later(days=7)
    assert desk.json("explain", "jo@buyer.example")["ready"]["result"] == "true"
    desk.later(seconds=1)
    told = desk.json("explain", "jo@buyer.example")["ready"]
    assert (told["result"], told["until"]) == ("false", "")


def test_explain_as_of_an_instant_knows_only_what_was_known_then(story: Desk) -> None:
    first = (START + timedelta(hours=1)).isoformat()
    told = story.json("explain", "jo@buyer.example", "--as-of", first)
    assert told["stage"] == "handed"
    assert told["returns"] == []
    assert told["as_of"].startswith("2026-03-02T10:00:00")
    assert story.json("explain", "al@buyer.example")["stage"] == "customer"
    later = story.json("explain", "al@buyer.example", "--as-of", "2026-03-03")
    assert later["stage"] == "accepted"


def test_the_past_is_what_was_explained_then(story: Desk) -> None:
    now = story.json("explain", "al@buyer.example")
    then = story.json("explain", "al@buyer.example", "--as-of", now["as_of"])
    for name in ("facts", "records", "cycles", "returns", "ready", "score", "decisions", "stage"):
        assert then[name] == now[name]


def test_before_a_lead_was_known_there_is_nothing_to_explain(story: Desk) -> None:
    said = story.run("explain", "jo@buyer.example", "--as-of", "2026-03-01")
    assert said.code == 1
    assert "was not known" in said.err


def test_history_tells_every_entry_in_order(story: Desk) -> None:
    entries = story.json("history", "jo@buyer.example")["entries"]
    numbers = [one["seq"] for one in entries]
    assert numbers == sorted(numbers)
    types = [one["type"] for one in entries]
    for type_ in ("first_seen", "touch", "ready", "assigned", "write", "sent", "done", "handed"):
        assert type_ in types
    text = story.ok("history", "jo@buyer.example").out
    assert "came back (rejected): bad_timing, track timing" in text
    assert len(text.splitlines()) == len(entries)


@pytest.mark.parametrize("command", ["explain", "history"])
def test_escapes_and_markup_of_a_vendor_are_shown_and_do_nothing(story: Desk, command: str) -> None:
    text = story.ok(command, "em@buyer.example").out
    assert "\\x1b[31mRed\\x1b[0m [bold]x[/bold]" in text
    assert "\x1b" not in text
    assert "\x1b" not in story.ok(command, "em@buyer.example", "--json").out


def test_status_tells_stages_outbox_and_cursors_and_no_personal_data(story: Desk) -> None:
    (one,) = story.json("status")["companies"]
    assert one["armed"] is True
    assert one["stages"] == {"nurture": 1, "customer": 1, "known": 1}
    assert one["outbox"] == []
    assert one["writer"] is None
    assert {"Lead", "contacts"} <= {cursor["object"] for cursor in one["cursors"]}
    text = story.ok("status").out
    assert "writes to its systems: yes" in text
    assert "@" not in text


def test_quota_counts_the_calls_of_the_day(story: Desk) -> None:
    budgets = {(one["app"], one["name"]): one for one in story.json("quota")["budgets"]}
    assert budgets[("sales", "daily")]["used"] > 0
    assert budgets[("marketing", "ten_secondly")]["used"] is None
    assert "paced" in story.ok("quota").out


def test_the_funnel_counts_cycles_returns_and_waits(story: Desk) -> None:
    told = story.json("report", "funnel")
    # Jo's second trip and Al's as a customer have begun, Em has done nothing
    assert told["steps"]["handed"] == 2
    assert told["steps"]["accepted"] == 1
    assert told["steps"]["won"] == 1
    assert told["returns"] == {"rejected": {"bad_timing": 1}}
    assert told["waiting"] == {}
    assert "bad_timing" in story.ok("report", "funnel").out


def test_sources_tell_won_money_once_each_way(story: Desk) -> None:
    told = story.json("report", "sources")
    rows = {row["source"]: row for row in told["sources"]}
    assert rows["PAID_SEARCH"]["revenue"] == {"EUR": "12500.50"}
    assert rows["(unknown)"]["revenue"] == {}
    assert told["first_touch"] == {"PAID_SEARCH / /demo": {"EUR": "12500.50"}}
    assert "12,500.50 EUR" in story.ok("report", "sources").out


def test_deals_that_reach_nobody_are_listed_with_what_to_do(story: Desk) -> None:
    assert story.json("report", "unreached") == {"deals": []}
    assert story.ok("report", "unreached").out == "Every won deal reaches somebody.\n"


def test_reasons_tell_what_came_back_and_whether_it_went_again(story: Desk) -> None:
    told = story.json("report", "reasons")
    one = {"reason": "bad_timing", "count": 1, "again": 0, "outcomes": {"rejected": 1}}
    assert told["reasons"] == [one]
    assert told["won"]["total"] == {"deals": 1, "money": {"EUR": "12500.50"}}
    assert "bad_timing" in story.ok("report", "reasons").out


def test_every_command_prints_one_json_document_and_nothing_else(story: Desk) -> None:
    for words in ("status", "quota", "report funnel", "held list", "mapping show", "validate"):
        said = story.ok(*words.split(), "--json")
        assert re.match(r"\{", said.out)
        assert said.data
        assert said.err == ""
