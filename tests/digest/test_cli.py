"""`crmbridge digest show` and `crmbridge report meeting`, on weeks of work and on bad input."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from crmbridge.store import events, held, outbox
from tests.stages.line import Desk, Line

LINES = """
[[digest]]
person   = "ann"
audience = "rep"
channel  = ["file"]
"""


def named(line: Line) -> None:
    """Ann is sent hers beside Mia and Dana."""
    path: Path = line.file("teams.toml")
    path.write_text(path.read_text("utf-8") + LINES, "utf-8")


def nobody(line: Line) -> None:
    path: Path = line.file("teams.toml")
    text = path.read_text("utf-8")
    first, last = text.index("[[digest]]"), text.index("# ---", text.index("[[digest]]"))
    path.write_text(text[:first] + text[last:], "utf-8")


def test_without_digests_it_says_that_nobody_is_sent_one(bare: Line) -> None:
    nobody(bare)
    assert "Nobody is sent a digest" in bare.ok("digest", "show").out
    assert bare.json("digest", "show")["digests"] == []


def test_an_empty_ledger_has_no_open_items_and_nothing_is_sent(bare: Line) -> None:
    named(bare)
    out = bare.ok("digest", "show").out
    assert out.count("No open items.") == 3
    assert out.count("not sent yet") == 3
    with bare.ledger() as ledger, ledger.read() as tx:
        assert (events.count(tx), outbox.pending(tx, "messages.file")) == (0, 0)


@pytest.mark.parametrize("person", ["ann", "Ann Becker", "ann.becker@acme.example"])
def test_one_person_is_found_by_any_of_their_names(bare: Line, person: str) -> None:
    named(bare)
    (one,) = bare.json("digest", "show", "--person", person)["digests"]
    assert (one["person"], one["audience"], one["ways"]) == ("ann", "rep", ["file"])


def test_a_wrong_person_and_a_wrong_week_are_errors_with_advice(bare: Line) -> None:
    named(bare)
    assert "did you mean 'Mia Roth'" in bare.run("digest", "show", "--person", "Mia Rot").err
    assert "write it as 2026-W13" in bare.run("digest", "show", "--week", "12").err
    assert "is not over" in bare.run("digest", "show", "--week", "2999-W01").err
    assert "is not over" in bare.run("report", "meeting", "--week", "2999-W01").err


def test_the_meeting_comes_in_every_form(bare: Line, tmp_path: Path) -> None:
    assert "No open items." in bare.ok("report", "meeting").out
    assert list(bare.json("report", "meeting")["sheets"]) == ["open", "over"]
    assert bare.ok("report", "meeting", "--csv").out
    page = tmp_path / "meeting.html"
    bare.ok("report", "meeting", "--html", str(page))
    assert "half-hour" in page.read_text("utf-8")


def test_an_open_item_has_a_name_against_it(bare: Line) -> None:
    with bare.ledger() as ledger, ledger.write("test") as tx:
        held.put(tx, "conflict", op="x", advice="", detail={}, at=datetime(2026, 1, 1, tzinfo=UTC))
    (row,) = bare.json("report", "meeting")["sheets"]["open"]["rows"]
    assert (row["about"], row["owner"]) == ("What needs attention", "the operators")
    assert (row["number"], row["changed"]) == ("1 waits to be looked at", "not known")
    assert row["action"] == "Answer each by its advice"
    named(bare)
    out = bare.ok("digest", "show", "--person", "dana.ortiz@acme.example").out
    assert "1. What needs attention: 1 waits to be looked at (agreed: none)" in out


def test_where_no_daemon_runs_sync_sends_what_is_due_and_once(desk: Desk) -> None:
    desk.armed()
    desk.box.set_time(datetime(2026, 3, 9, 6, 1, tzinfo=UTC))
    first = desk.json("sync")["delivered"]
    assert first["messages.file"]["done"] == 2
    assert not desk.json("sync")["delivered"]["messages.file"].get("done")
    told = desk.json("digest", "show")["digests"]
    assert [one["state"] for one in told] == ["sent", "sent"]
    assert all("2026-03-02 to 2026-03-08" in one["text"] for one in told)
    assert desk.json("digest", "show", "--week", "2026-W10")["digests"] == told
