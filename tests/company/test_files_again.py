"""Files read again: what is right counts, of what is wrong the one from before stays."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from crmbridge.files import CompanyFiles, load, load_again
from tests.stages.places import ACME, START
from tests.stages.texts import change

Edit = Callable[[str, str, str], None]
SIGNED = "signed = ["


@pytest.fixture
def before(tmp_path: Path) -> CompanyFiles:
    shutil.copytree(ACME, tmp_path / "acme")
    return load(tmp_path, "acme")


@pytest.fixture
def edit(tmp_path: Path, before: CompanyFiles) -> Edit:
    return lambda file, old, new: change(tmp_path / "acme" / file, old, new, times=-1)


def again(before: CompanyFiles) -> tuple[CompanyFiles, str]:
    files, faults = load_again(before.folder.parent, "acme", before, START)
    return files, "\n".join(faults)


def unsign(folder: Path) -> None:
    """Take both signatures away, as whoever drafts the next version does."""
    path = folder / "acme" / "agreement.toml"
    text = path.read_text(encoding="utf-8")
    place = text.index(SIGNED)
    path.write_text(text[:place] + "signed = []" + text[text.index("\n]", place) + 2 :], "utf-8")


def test_files_that_did_not_change_are_the_same(before: CompanyFiles) -> None:
    assert again(before) == (before, "")


def test_each_file_that_is_right_counts(before: CompanyFiles, edit: Edit) -> None:
    edit("teams.toml", "open_limit = 20", "open_limit = 19")
    edit("mapping.toml", 'managers = ["file"]', "managers = []")
    files, faults = again(before)
    assert faults == ""
    assert files.teams != before.teams
    assert files.mapping.messages.managers == ()
    assert files.agreement == before.agreement


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("mapping.toml", "format   = 1", "fromat   = 1", "fromat"),
        ("mapping.toml", "[sales.lead]", "[sales.lead", "not TOML"),
        ("mapping.toml", '"Bad timing" = "bad_timing"', '"Bad timing" = "bad_tim"', "bad_tim"),
        ("mapping.toml", "Europe/Berlin", "Europe/Paris", "zone"),
        ("agreement.toml", "half_life_days = 30", "half_life_days = 31", "changed after"),
        ("agreement.toml", 'track = "timing"', 'track = "timings"', "timings"),
    ],
)
def test_one_wrong_file_keeps_no_right_one_from_counting(
    before: CompanyFiles, edit: Edit, file: str, old: str, new: str, said: str
) -> None:
    edit("teams.toml", "open_limit = 20", "open_limit = 19")
    edit(file, old, new)
    files, faults = again(before)
    assert said in faults
    assert files.teams != before.teams
    assert files.mapping == before.mapping
    assert files.agreement == before.agreement


def test_wrong_teams_stay_out_and_a_right_mapping_counts(before: CompanyFiles, edit: Edit) -> None:
    edit("teams.toml", "open_limit = 20", "open_limit = -1")
    edit("mapping.toml", 'managers = ["file"]', "managers = []")
    files, faults = again(before)
    assert "open_limit" in faults
    assert files.teams == before.teams
    assert files.mapping.messages.managers == ()


def test_where_all_is_wrong_all_stays(before: CompanyFiles, tmp_path: Path) -> None:
    for name in ("mapping.toml", "agreement.toml", "teams.toml"):
        (tmp_path / "acme" / name).unlink()
    files, faults = again(before)
    assert files == before
    assert faults.count("no such file") == 3


def test_an_unsigned_agreement_is_no_fault_and_the_one_in_force_stays(
    before: CompanyFiles, edit: Edit, tmp_path: Path
) -> None:
    unsign(tmp_path)
    edit("agreement.toml", "version        = 1", "version        = 2")
    edit("agreement.toml", "half_life_days = 30", "half_life_days = 31")
    edit("teams.toml", "open_limit = 20", "open_limit = 19")
    files, faults = again(before)
    assert faults == ""
    assert files.agreement == before.agreement
    assert files.teams != before.teams
    assert files.versions.why_not(START) == ""


def test_a_draft_beside_the_one_in_force_is_taken_in(before: CompanyFiles, tmp_path: Path) -> None:
    drafts = tmp_path / "acme" / "agreements"
    drafts.mkdir()
    shutil.copy(tmp_path / "acme" / "agreement.toml", drafts / "v2.toml")
    text = (drafts / "v2.toml").read_text("utf-8")
    place = text.index(SIGNED)
    text = text[:place] + "signed = []" + text[text.index("\n]", place) + 2 :]
    text = text.replace("version        = 1", "version        = 2", 1)
    (drafts / "v2.toml").write_text(text.replace("2026-01-01", "2026-06-01", 1), "utf-8")
    files, faults = again(before)
    assert faults == ""
    assert [one.version for one in files.versions.all] == [1, 2]
    assert files.versions.in_force(START).version == 1
    (drafts / "v2.toml").write_text("version = ", "utf-8")
    broken, faults = again(files)
    assert "v2.toml" in faults
    assert broken == files
