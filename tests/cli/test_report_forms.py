"""Reports as tables, JSON, CSV and pages, as somebody asks for them on the command line."""

from __future__ import annotations

import csv
import json
from datetime import date
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import pytest

from crmbridge.cli.report.forms import CSV, HTML, JSON, TABLE, Form, form_of, tell
from crmbridge.cli.report.options import asked
from crmbridge.errors import ConfigError
from crmbridge.report.frame.as_csv import csv_of
from crmbridge.report.frame.period import Period
from tests.report.stage import HOSTILE, named, report, sheet
from tests.stages.line import Desk

EVERY = ("funnel", "sources", "reasons", "unreached", "nurture")
TODAY = date(2026, 3, 2)


def read(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text, newline=""), strict=True))


@pytest.mark.parametrize("name", EVERY)
def test_every_report_has_every_form(story: Desk, name: str, tmp_path: Path) -> None:
    printed = story.ok("report", name).out
    told = story.json("report", name)
    assert read(story.ok("report", name, "--csv").out)
    for ending, holds in (
        (".html", "<!doctype html>"),
        (".csv", ","),
        (".txt", ""),
        (".json", "{"),
    ):
        file = tmp_path / f"{name}{ending}"
        said = story.ok("report", name, "--out", str(file))
        assert holds in file.read_text("utf-8")
        assert str(file) in "".join(said.out.split("\n")) or ending == ".json"
    assert (tmp_path / f"{name}.txt").read_text("utf-8") == printed
    assert json.loads((tmp_path / f"{name}.json").read_text("utf-8")) == told
    page = tmp_path / "page"
    story.ok("report", name, "--html", str(page))
    text = page.read_text("utf-8")
    assert text == (tmp_path / f"{name}.html").read_text("utf-8")
    assert "http://" not in text
    assert "https://" not in text
    HTMLParser().feed(text)


def test_one_table_of_a_report_is_a_plain_file(story: Desk) -> None:
    rows = read(story.ok("report", "sources", "--csv", "--sheet", "sources").out)
    head = [*("source", "known", "ready", "handed", "accepted", "back", "opportunity", "won")]
    assert rows[0] == [*head, "revenue_eur"]
    assert dict(zip(rows[0], rows[1], strict=True))["source"]
    assert [row[8] for row in rows if row[0] == "PAID_SEARCH"] == ["12500.50"]
    steps = read(story.ok("report", "funnel", "--csv", "--sheet", "steps").out)
    assert next(row[:2] for row in steps if row[0] == "handed") == ["handed", "2"]
    won = read(story.ok("report", "reasons", "--csv", "--sheet", "won").out)
    assert won == [["reach", "deals", "revenue_eur"], ["won by people of ours", "1", "12500.50"]]


def test_what_sales_won_stands_below_and_adds_up(story: Desk) -> None:
    for name in ("funnel", "sources", "reasons"):
        lines = [" ".join(one.split()) for one in story.ok("report", name).out.splitlines()]
        assert "what sales won:" in lines
        assert "won by people of ours 1 12,500.50 EUR" in lines
        assert "all that sales won 1 12,500.50 EUR" in lines


def test_a_report_of_one_motion_says_so(story: Desk) -> None:
    said = story.ok("report", "funnel", "--motion", "expansion").out
    assert "Only cycles of the motion expansion are counted." in said
    assert story.run("report", "funnel", "--motion", "old").code == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--json", "--csv"), "--json and --csv are two forms"),
        (("--csv", "--html", "x.html"), "--csv and --html are two forms"),
        (("--html", "x.html", "--out", "y"), "--html and --out name two files"),
        (("--sheet", "won"), "--sheet won goes with --csv"),
        (("--csv", "--sheet", "wom"), "--sheet wom: this report has reasons, won"),
        (("--overwrite",), "--overwrite replaces a file"),
        (("--out", "no/such/folder/x.csv"), "there is no folder no/such/folder: make it first"),
    ],
)
def test_an_option_that_cannot_be_says_what_to_do(
    story: Desk, words: tuple[str, ...], said: str
) -> None:
    got = story.run("report", "reasons", *words)
    assert got.code == 1
    assert said in got.err
    assert got.out == ""


def test_a_file_that_is_there_stays_unless_somebody_says_overwrite(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    tell(report(), form_of(out=file))
    with pytest.raises(ConfigError, match=r"x.csv is there already: .* --overwrite"):
        form_of(out=file)
    late = Form(kind=CSV, file=file)
    with pytest.raises(ConfigError, match="is there already"):
        tell(report(named("later")), late)
    assert file.read_bytes().decode() == csv_of(report())
    tell(report(named("later")), form_of(out=file, overwrite=True))
    assert file.read_bytes().decode() == csv_of(report(named("later")))
    assert [one.name for one in tmp_path.iterdir()] == ["x.csv"]


def test_a_folder_or_a_device_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is a folder"):
        form_of(html=tmp_path)
    with pytest.raises(ConfigError, match="no file that could be replaced"):
        form_of(csv=True, out=Path("/dev/null"), overwrite=True)


def test_a_name_says_the_form_where_no_option_does(tmp_path: Path) -> None:
    def kind(name: str, **flags: bool) -> str:
        return form_of(out=tmp_path / name, **flags).kind  # type: ignore[arg-type]

    assert [kind(one) for one in ("a.csv", "a.JSON", "a.html", "a.htm", "a.txt", "a")] == [
        *(CSV, JSON, HTML, HTML, TABLE, TABLE),
    ]
    assert kind("a.txt", csv=True) == CSV
    assert form_of() == Form()


def test_hostile_names_do_nothing_in_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    tell(report(named(*HOSTILE)), Form())
    tell(report(named(*HOSTILE)), Form(kind=CSV))
    tell(report(named(*HOSTILE)), Form(kind=JSON))
    out = capsys.readouterr().out
    assert not {"\x1b", "\x07", "\u202e", "\u2066", "\u2028", "\x00"} & set(out)
    assert "[bold]x[/bold]" in out


def test_numbers_stand_to_the_right_and_notes_below(capsys: pytest.CaptureFixture[str]) -> None:
    since = Period(date(2026, 1, 1))
    tell(report(sheet(), sheet("campaigns"), period=since), Form())
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "What sources are worth, from 2026-01-01 on"
    assert lines[1].startswith("source     handed ")
    assert lines[2].startswith("webinar     1,234  298,900.00 EUR, -0.05 USD  33.3 %  45.5 % [40.2")
    assert lines[3].split() == ["(unknown)", *"-------"]
    assert lines[5:8] == ["A note.", "", "by campaigns:"]
    assert lines[-1] == "Last words."


def test_options_of_days_are_read_together() -> None:
    found = asked("2026-01", "last-month", "month", "before", TODAY)
    assert found.period == Period(date(2026, 1, 1), date(2026, 3, 1))
    assert (found.by, found.compare) == ("month", "before")
    assert asked("", "", "", "", TODAY).period == Period()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("2026-13", "", "", ""), "there is no month 13"),
        (("", "2026-04", "", ""), "--until '2026-04' has not begun"),
        (("2026-02", "2026-01", "", ""), "ends before it begins"),
        (("2026-02", "", "day", ""), "--by 'day': write week, month, quarter or year"),
        (("2026-02", "", "", "plan"), "--compare 'plan': write before or year"),
        (("", "2026-02", "", "year"), "--compare year needs a first day"),
    ],
)
def test_days_that_cannot_be_are_refused(words: tuple[str, str, str, str], said: str) -> None:
    with pytest.raises(ConfigError) as error:
        asked(*words, TODAY)
    assert said in str(error.value)
