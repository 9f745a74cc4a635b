"""What a person reads when a version, a signature, a team or a whole file of theirs is wrong."""

from __future__ import annotations

import pytest

from tests.agreement.stage import (
    AGREEMENT,
    TEAMS,
    broken,
    lines_of,
    sign,
)
from tests.stages.agreement import next_version
from tests.stages.line import Line


def test_a_definition_that_nobody_signed_is_planned_with_and_never_written(draft: Line) -> None:
    said = draft.ok("validate")
    assert (
        "look: agreement.toml: signed: nobody in sales has signed version 1; until both sides "
        'have, it is only planned. To sign: crmbridge agreement approve --side sales --name "…"'
    ) in lines_of(draft, said)
    assert "draft: nobody has signed it" in draft.ok("agreement", "show").out


def test_a_weight_of_zero_of_a_rep_says_how_to_give_them_nothing(bare: Line) -> None:
    said = broken(bare, TEAMS, "weight     = 2", "weight     = 0")
    assert said.code == 1
    assert lines_of(bare, said) == [
        "teams.toml: teams #1 'dach'.reps #1 'ann'.weight: it must be greater than 0; a rep who "
        "shall get nothing has `on = false`"
    ]


def test_a_rep_in_no_team_is_named_with_where_they_belong(bare: Line) -> None:
    dach = '[[teams]]\nid       = "dach"'
    zoe = '[[reps]]\nid = "zoe"\nemail = "zoe@acme.example"\nopen_limit = 3'
    said = broken(bare, TEAMS, dach, f"{zoe}\n\n{dach}")
    assert said.code == 1
    assert lines_of(bare, said) == [
        "teams.toml: the file: reps in no team: zoe. Put each under the [[teams]] it belongs to, "
        "as [[teams.reps]]"
    ]


def test_overlapping_hours_are_told_with_their_calendar_and_both_windows(bare: Line) -> None:
    said = broken(bare, TEAMS, '"13:15-17:30"', '"12:00-17:30"')
    assert said.code == 1
    assert lines_of(bare, said) == [
        "teams.toml: calendars.berlin: the hours 08:30-12:30 and 12:00-17:30 overlap: make one "
        "window of them"
    ]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Germany", "there is no holiday calendar 'Germany'; did you mean 'DE'?"),
        ("DE-Augsberg", "the holiday calendar 'DE' has no part 'AUGSBERG'; did you mean 'DE-Aug"),
        ("DE-XX", "the holiday calendar 'DE' has no part 'XX'; known: Augsburg, BB, BE, BW, BY"),
        ("England", "there is no holiday calendar 'England'; write the ISO 3166 code of a country"),
    ],
)
def test_a_holiday_calendar_that_does_not_exist_is_told_with_one_that_does(
    bare: Line, name: str, words: str
) -> None:
    said = broken(bare, TEAMS, '"DE-BE"', f'"{name}"')
    (line,) = lines_of(bare, said)
    assert line.startswith(f"teams.toml: calendars.berlin.holidays: {words}")
    assert said.code == 1


def test_two_versions_for_one_day_are_told_with_what_to_do(bare: Line) -> None:
    next_version(bare.file(""), 2, "2026-01-01")
    said = bare.run("validate")
    assert said.code == 1
    assert lines_of(bare, said) == [
        "agreement.toml: versions 1 and 2 both take effect on 2026-01-01: give one of them another "
        "day, or set `withdrawn = true`"
    ]


def test_a_later_version_with_an_earlier_day_is_mentioned(bare: Line) -> None:
    next_version(bare.file(""), 2, "2025-07-01")
    assert (
        "look: agreement.toml: version 2 takes effect on 2025-07-01, before version 1 does "
        "(2026-01-01), which then takes its place: give the newer version the later day"
    ) in lines_of(bare, bare.run("validate"))


def test_a_company_whose_every_version_was_withdrawn_is_told_so(bare: Line) -> None:
    said = broken(bare, AGREEMENT, "\nversion ", "\nwithdrawn = true\nversion ")
    assert lines_of(bare, said) == [
        "look: agreement.toml: every version was withdrawn, so that nothing is written: make a new "
        "one"
    ]


# R1.13: calendars
@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("mon-thu =", "mon-fry =", "hours: no day 'mon-fry'; did you mean 'fri'? A range is"),
        ("mon-thu =", "thu-mon =", "hours: the days 'thu-mon' run backwards: write two ranges"),
        ("mon-thu =", "mon-fri =", "hours: fri stands in 'mon-fri' and in 'fri': keep one"),
        ('"08:30-15:00"', '"8-15"', "hours.fri #1: no hours '8-15': write them as \"09:00-17:00\""),
        ('"08:30-15:00"', '"08:30-25:00"', "hours.fri #1: no such time of day in '08:30-25:00'"),
        ('fri = ["08:30-15:00"]', 'fri = "08:30-15:00"', "hours.fri: it must be a list; write"),
        ('"Europe/Berlin"', '"Berlin"', "zone: no time zone 'Berlin'; write it as in 'Europe"),
        ("[2026-12-24, 2026-12-31]", '["Christmas"]', "closed #1: it must be a valid date"),
        (
            "closed   = [2026-12-24, 2026-12-31]",
            'special = { 2026-12-23 = ["09:00-12:00", "11:00-13:00"] }',
            "2026-12-23: the hours 09:00-12:00 and 11:00-13:00 overlap: make one window of them",
        ),
    ],
)
def test_a_calendar_that_cannot_be_meant_is_refused(
    bare: Line, before: str, after: str, message: str
) -> None:
    said = broken(bare, TEAMS, before, after)
    (line,) = lines_of(bare, said)
    where, _, what = line.partition("calendars.berlin")
    assert (where, said.code) == ("teams.toml: ", 1)
    assert what.lstrip(".: ").startswith(message)


def test_a_version_changed_after_it_was_signed_is_refused_with_what_changed(bare: Line) -> None:
    path = next_version(bare.file(""), 2, "2036-07-01")
    sign(bare, path)
    text = path.read_text(encoding="utf-8")
    text = text.replace('op = "ge", value = 35', 'op = "ge", value = 30')
    path.write_text(text.replace("idle_days      = 14", "idle_days      = 21"), encoding="utf-8")
    said = bare.run("validate")
    assert said.code == 1
    assert lines_of(bare, said) == [
        "agreements/v2.toml: version 2 was changed after marketing and sales had signed it. "
        "Changed: definition.of #5.of 'engaged'.value (35, now 30); stale.idle_days (14, now 21). "
        "Put back what was signed; or make it a new version: raise `version`, set "
        "`effective_from`, take the lines under `signed` away, and let both sides sign again with "
        "`crmbridge agreement approve`."
    ]


def test_a_version_changed_where_no_copy_was_kept_is_refused_all_the_same(bare: Line) -> None:
    said = broken(bare, AGREEMENT, 'op = "ge", value = 35', 'op = "ge", value = 30')
    (line,) = lines_of(bare, said)
    assert line.startswith(
        "agreement.toml: version 1 was changed after marketing and sales had signed it. "
    )
    assert said.code == 1


def test_a_name_that_somebody_wrote_into_the_file_is_no_signature(bare: Line) -> None:
    path = next_version(bare.file(""), 2, "2036-07-01")
    sign(bare, path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"sales", name = "Priya Raman"', '"sales", name = "Bo Nobody"'))
    said = lines_of(bare, bare.run("validate"))
    assert (
        "look: agreements/v2.toml: signed: a signature for sales is no owner's of that side, and "
        "does not count: the name must stand under owners.sales"
    ) in said
    assert any("nobody in sales has signed version 2" in one for one in said)
    assert "for sales: ____" in bare.ok("agreement", "show", "--version", "2").out


def test_one_person_does_not_sign_for_both_sides(bare: Line) -> None:
    path = next_version(bare.file(""), 2, "2036-07-01")
    text = path.read_text(encoding="utf-8")
    text = text.replace('sales     = ["Priya Raman"]', 'sales = ["Priya Raman", "dana  ortiz"]')
    path.write_text(text, encoding="utf-8")
    words = ("agreement", "approve", str(path))
    bare.ok(*words, "--side", "marketing", "--name", "Dana Ortiz")
    said = bare.run(*words, "--side", "sales", "--name", "dana  ortiz")
    assert said.code == 1
    assert said.err == (
        "Not signed:\n'dana  ortiz' signed for marketing already: the other side signs by itself\n"
    )


# Files as editors leave them
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"# nothing\n\n", "the file says nothing: every line of it is empty or a comment"),
        (b"", "the file says nothing: every line of it is empty or a comment"),
        ("company = 'ä'".encode("utf-16"), "this is not UTF-8: save it in your editor as UTF-8"),
        (
            b"company = acme\n",
            "this is not TOML: Invalid value (at line 1, column 11); a text stands in quotes, a "
            "day does not: 2026-07-01",
        ),
        (
            b'company = "acme"\ncompany = "acme"\n',
            "this is not TOML: Cannot overwrite a value (at line 2, column 17); the same key or "
            "table stands there twice",
        ),
        (
            b"definition = " + b"[" * 5000 + b"]" * 5000,
            "its tables lie in each other too deep to be read",
        ),
    ],
)
def test_a_file_that_cannot_be_read_says_so(bare: Line, content: bytes, message: str) -> None:
    bare.file(AGREEMENT).write_bytes(content)
    said = bare.run("validate")
    assert lines_of(bare, said) == [f"agreement.toml: {message}"]
    assert said.code == 1


def test_a_file_with_a_byte_order_mark_and_windows_line_ends_is_read_and_signed(
    bare: Line,
) -> None:
    path = next_version(bare.file(""), 2, "2036-07-01")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert bare.run("validate").code == 0
    sign(bare, path)
    assert path.read_bytes().count(b"\r\n") == path.read_bytes().count(b"\n")
    assert bare.json("agreement", "show", "--version", "2")["status"] == "approved"


def test_two_files_with_one_number_are_told(bare: Line) -> None:
    next_version(bare.file(""), 1, "2026-07-01")
    assert lines_of(bare, bare.run("validate")) == [
        "agreement.toml: 2 files say version = 1: number them apart (agreement.toml, "
        "agreements/*.toml)"
    ]
