"""A backtest from the command line: its answer, its document, and every wrong word."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stages.line import Desk, Line

Edit = Callable[..., Path]


@pytest.fixture
def draft(bare: Line) -> Edit:
    """The next version as a file, with one text replaced."""

    def draft(before: str = "", after: str = "") -> Path:
        text = bare.file("agreement.toml").read_text("utf-8")
        assert before in text
        path = bare.home / "draft.toml"
        path.write_text(text.replace(before, after, 1), "utf-8")
        return path

    return draft


def refused(line: Line, *words: str) -> str:
    said = line.run("agreement", "backtest", *words)
    assert (said.code, said.out) == (1, "")
    return said.err


def test_the_answer_names_who_changes_side_and_the_money(story: Desk) -> None:
    path = story.home / "next.toml"
    text = story.file("agreement.toml").read_text("utf-8")
    path.write_text(text.replace("version        = 1", "version        = 2"), "utf-8")
    words = ("agreement", "backtest", str(path), "--from", "2026-03-01")
    told = story.json(*words)
    assert [side["name"] for side in told["sides"]] == ["v1", "v2"]
    assert (told["verdict"], told["cycles"], told["handed"]) == ("same", 5, 2)
    assert told["won"] == ["12500.50 EUR", "12500.50 EUR"]
    assert told["hindsight"] is False
    out = story.ok(*words).out
    assert out.startswith("No lead changes side")
    assert "won by those that were handed: 12500.50 EUR" in out
    assert "Judged by what was known then." in out
    assert "Judged by what had happened then." in story.ok(*words, "--hindsight").out


def test_the_version_to_compare_with_may_be_a_number_or_a_file(story: Desk) -> None:
    path = str(story.file("agreement.toml"))
    for against in ("1", path):
        told = story.json("agreement", "backtest", path, "--against", against)
        assert told["sides"][0]["name"] == "v1 to compare with"
    assert "there is no version 7 to compare with; there are: 1" in refused(
        story, path, "--against", "7"
    )
    assert "no such file" in refused(story, path, "--against", "elsewhere.toml")


def test_a_file_that_is_none_is_refused(bare: Line, tmp_path: Path) -> None:
    assert "no such file" in refused(bare, str(tmp_path / "none.toml"))
    assert "cannot be read" in refused(bare, str(tmp_path))
    (tmp_path / "odd.toml").write_bytes(b"\xff\xfe")
    assert "odd.toml" in refused(bare, str(tmp_path / "odd.toml"))


def test_another_companys_file_and_one_with_faults_are_refused(bare: Line, draft: Edit) -> None:
    theirs = refused(bare, str(draft('company        = "acme"', 'company        = "globex"')))
    assert "is an agreement of globex, and this is the history of acme" in theirs
    wrong = refused(bare, str(draft('field = "email_domain"', 'field = "email_domian"')))
    assert "did you mean" in wrong


def test_a_time_that_has_no_past_in_it_is_refused(bare: Line, draft: Edit) -> None:
    path = str(draft())
    turned = refused(bare, path, "--from", "2026-03-01", "--to", "2026-02-01")
    assert "ends before it begins: give the earlier day first" in turned
    future = refused(bare, path, "--from", "2999-01-01", "--to", "2999-02-01")
    assert "nothing has happened yet" in future
    assert "'soon' is no day" in refused(bare, path, "--to", "soon")


def test_a_time_without_leads_says_so(bare: Line, draft: Edit) -> None:
    out = bare.ok("agreement", "backtest", str(draft()), "--from", "2020-01-01").out
    assert out.startswith("Nothing to look back on: no lead was on its way from 2020-01-01")
    assert "crmbridge backfill" in out
