"""A company's files that are wrong, missing or unreadable, and a credential that is not there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from crmbridge.clock import FixedClock
from crmbridge.company import build
from crmbridge.errors import ConfigError
from crmbridge.files import CompanyFiles, load
from tests.stages.ledgers import ledger_at
from tests.stages.places import ACME, START
from tests.stages.texts import change


def folder(tmp_path: Path, file: str, old: str, new: str) -> Path:
    """A copy of the worked example with one text of a file replaced."""
    home = tmp_path / "acme"
    home.mkdir()
    for name in ("mapping.toml", "agreement.toml", "teams.toml"):
        shutil.copy(ACME / name, home)
    change(home / file, old, new)
    return tmp_path


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("mapping.toml", "format   = 1", "format   = 1\nfromat = 2", ("fromat", "format")),
        ("mapping.toml", "Europe/Berlin", "Europe/Berlim", ("zone", "Europe/Berlim")),
        ("mapping.toml", 'via = "boolean"', 'via = "bool"', ("bool", "boolean")),
        ("mapping.toml", 'first_name = "firstname"', 'frist_name = "firstname"', ("frist_name",)),
        ("mapping.toml", '"Bad timing" = "bad_timing"', '"Bad timing" = "bad_tim"', ("bad_tim",)),
        ("mapping.toml", "[sales.lead]", "[sales.lead", ("not TOML", "mapping.toml")),
        ("teams.toml", "open_limit = 25", 'open_limit = "many"', ("open_limit", "teams.toml")),
        ("agreement.toml", 'track = "timing"', 'track = "timings"', ("timings", "tracks")),
    ],
)
def test_a_wrong_file_is_refused_with_what_and_where(
    tmp_path: Path, file: str, old: str, new: str, words: tuple[str, ...]
) -> None:
    with pytest.raises(ConfigError) as caught:
        load(folder(tmp_path, file, old, new), "acme")
    assert all(word in str(caught.value) for word in (*words, file.split(".")[0]))


def test_a_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    (folder(tmp_path, "teams.toml", "acme", "acme") / "acme" / "teams.toml").unlink()
    with pytest.raises(ConfigError, match=r"teams\.toml: no such file.*crmbridge init"):
        load(tmp_path, "acme")


def test_a_file_in_another_encoding_is_no_crash(tmp_path: Path) -> None:
    home = folder(tmp_path, "teams.toml", "acme", "acme") / "acme" / "teams.toml"
    home.write_bytes(home.read_text().encode("utf-16"))
    with pytest.raises(ConfigError, match="teams"):
        load(tmp_path, "acme")


def test_a_missing_credential_names_its_variable(acme: CompanyFiles, tmp_path: Path) -> None:
    ledger = ledger_at(tmp_path / "l.db")
    with pytest.raises(ConfigError) as caught:
        build(acme, ledger, FixedClock(START), lambda side: {})
    ledger.close()
    assert "access_token" in str(caught.value).lower()
