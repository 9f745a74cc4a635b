"""Values as people read them, and nothing that a terminal would obey."""

from contextvars import copy_context
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from crmbridge.report.explain.history import line
from crmbridge.report.text import age, read_in, shown, visible, when


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("plain Ünïcode “x”", "plain Ünïcode “x”"),
        ("\x1b[31m", "\\x1b[31m"),
        ("a\nb\r\tc\x00", "a\\x0ab\\x0d\\x09c\\x00"),
        ("\x9b2J", "\\x9b2J"),
        ("abc\u202edef\u2066", "abc\\u202edef\\u2066"),
        ("\ud800", "\\ud800"),
        ("\u2028", "\\u2028"),
    ],
)
def test_what_steers_a_terminal_is_shown_instead(text: str, seen: str) -> None:
    assert visible(text) == seen


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        (None, "nothing"),
        (True, "yes"),
        (False, "no"),
        ("", '""'),
        (7, "7"),
        ({"$n": "12.50"}, "12.50"),
        ({"$d": "2026-03-02"}, "2026-03-02"),
        ({"$t": "2026-03-02T09:00:00.000000Z"}, "2026-03-02 09:00:00 UTC"),
        (["a", "b"], "a, b"),
        ([], "nothing"),
        ({"days": 7}, '{"days": 7}'),
        ("\x1b", "\\x1b"),
        ({"x": "\x9b"}, '{"x": "\\x9b"}'),
    ],
)
def test_a_value_is_shown_as_people_write_it(value: object, seen: str) -> None:
    assert shown(value) == seen


def test_times_and_ages_are_short() -> None:
    assert when(datetime(2026, 3, 2, 9, tzinfo=UTC)) == "2026-03-02 09:00:00 UTC"
    assert when("") == when(None) == "-"
    assert [age(one) for one in (0, 119, 120, 7200, 172_800)] == [
        "0 s", "119 s", "2 min", "2 h", "2 d",
    ]  # fmt: skip


def test_entries_without_words_of_their_own_show_their_name_and_reason() -> None:
    assert line("recalled", {"reason": "capacity"}) == "recalled: capacity"
    assert line("never_\x1bheard", {}) == "never \\x1bheard"


def test_a_correction_tells_what_was_told_before() -> None:
    changed = [
        [1, "handed", "2026-03-02T09:00:00.000000Z", None],
        [1, "outcome", "rejected", "won"],
    ]
    assert line("correction", {"changed": changed}) == (
        "corrected by a late entry: cycle 1 handed: 2026-03-02 09:00:00 UTC -> -; "
        "cycle 1 outcome: rejected -> won"
    )


def test_times_are_read_in_the_zone_that_was_said_and_only_there() -> None:
    berlin = copy_context()
    berlin.run(read_in, ZoneInfo("Europe/Berlin"))
    assert berlin.run(when, "2026-03-29T00:59:59.000000Z") == "2026-03-29 01:59:59 CET"
    assert berlin.run(when, "2026-03-29T01:00:00.000000Z") == "2026-03-29 03:00:00 CEST"
    assert when("2026-03-29T01:00:00.000000Z") == "2026-03-29 01:00:00 UTC"
