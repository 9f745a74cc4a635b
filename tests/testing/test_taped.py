"""The contract recorded at a server with people in it: it plays alone, and nobody is in it."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crmbridge.testing import taped
from crmbridge.testing.recorded import Recording
from crmbridge.testing.stand import FILE, Stand
from tests.stages.line import Line
from tests.testing.example_server import PEOPLE, TRUE, AtServer, server

ACCOUNT = "tests.testing.example_server:opened_at"
WORDS = "find_gives or hard_texts or makes_a_new_one"
PLACE = taped.Place(name="odoo", module="tests.testing.example_server", opener="opened_at")
"""The connector is that of the scaffold; a name is needed for the fields of persons alone."""


@contextmanager
def away(stand: Stand) -> Iterator[AtServer]:
    """An account that nobody can open."""
    raise OSError("nobody home")
    yield AtServer(stand)


def command(home: Path, url: str = "", *words: str, account: str = ACCOUNT) -> tuple[str, ...]:
    """The words of a recording into a folder."""
    told = ("connector", "record", "odoo", "--account", account, "--out", str(home), "-k", WORDS)
    return (*told, *(("--server", url) if url else ()), *words)


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Line:
    return Line(tmp_path_factory.mktemp("line"), {"CRMBRIDGE_TRY__SALES__TOKEN": TRUE})


@pytest.fixture(scope="module")
def recorded(line: Line) -> tuple[Path, str]:
    """A folder with a recording, and what the command said of it."""
    home = line.home / "recordings"
    with server() as url:
        return home, line.ok(*command(home, url)).out


def texts(home: Path) -> Iterator[str]:
    """All that a recording holds: its lines as they lie there, and every text of every call."""
    with gzip.open(home / FILE, "rt", encoding="utf-8") as file:
        lines = file.read().splitlines()
    yield from lines
    for text in json.loads(lines[0]):
        yield text
        yield json.dumps(json.loads(text), ensure_ascii=False) if text.startswith("{") else text


def test_a_recording_plays_where_there_is_no_server(recorded: tuple[Path, str], line: Line) -> None:
    home, said = recorded
    assert "Masked: 9 values of persons, found in" in said
    assert said.count("0 failed.") == 2  # at the server, and played
    play = ("connector", "prove", "odoo", "--account", ACCOUNT, "--recordings", str(home))
    again = line.ok(*play, "-k", WORDS).out
    passed = re.search(r"(\d+) tests of the contract passed, 0 failed", again)
    assert passed is not None
    assert int(passed[1]) > 1
    assert passed[0] in said


def test_nobody_is_in_a_recording(recorded: tuple[Path, str]) -> None:
    home, _ = recorded
    whole = "\n".join(texts(home)).casefold()
    bare = re.sub(r"[\s()./+-]", "", whole)
    assert "seen_by" in whole  # what had them is there
    assert "called person" in whole
    for name, email, phone in PEOPLE:
        for one in (email, phone):
            assert one.casefold() not in whole
        for word in re.findall(r"\w{3,}", name):
            assert re.search(rf"(?<!\w){word.casefold()}(?!\w)", whole) is None
        assert re.sub(r"\D", "", phone) not in bare
    assert '"li"' not in whole
    assert TRUE not in whole


def test_a_folder_with_recordings_is_not_written_over(
    recorded: tuple[Path, str], line: Line
) -> None:
    home, _ = recorded
    before = (home / FILE).read_bytes()
    said = line.run(*command(home, "http://127.0.0.1:9"))
    assert said.code == 1
    assert FILE in said.err
    assert "--force" in said.err
    assert (home / FILE).read_bytes() == before


def test_one_scene_recorded_anew_leaves_the_others(
    recorded: tuple[Path, str], line: Line, tmp_path: Path
) -> None:
    old = Recording.load(recorded[0] / FILE)
    (tmp_path / FILE).write_bytes((recorded[0] / FILE).read_bytes())
    words = ("-k", "makes_a_new_one", "--force")
    with server() as url:
        line.ok(*command(tmp_path, url, *words))
    assert Recording.load(tmp_path / FILE).scenes.keys() == old.scenes.keys()


def test_a_test_without_a_scene_is_left_out_and_says_so(
    recorded: tuple[Path, str], tmp_path: Path
) -> None:
    scenes = dict(Recording.load(recorded[0] / FILE).scenes)
    del scenes["test_hard_texts_read_back_as_they_were_written"]
    Recording(scenes=scenes).save(tmp_path / FILE)
    found = taped.play(PLACE, tmp_path, "hard_texts or makes_a_new_one")
    assert found.passed == 1
    (why,) = found.untold
    assert "no scene of this test was recorded" in why


def test_a_contract_that_does_not_hold_is_not_kept(line: Line, tmp_path: Path) -> None:
    words = command(tmp_path / "none", "http://127.0.0.1:9", account=f"{__name__}:away")
    said = line.run(*words)
    assert said.code == 1
    assert "Nothing was kept" in said.out
    assert not (tmp_path / "none").exists()


def test_without_credentials_the_variables_are_named(tmp_path: Path) -> None:
    said = Line(tmp_path, {}).run(*command(tmp_path / "none"))
    assert said.code == 1
    assert "CRMBRIDGE_TRY__SALES__API_KEY" in said.err
    assert "CRMBRIDGE_TRY__SALES__BASE_URL" in said.err


def test_a_folder_without_a_recording_says_how_to_make_one(line: Line, tmp_path: Path) -> None:
    said = line.run(
        *("connector", "prove", "odoo", "--account", ACCOUNT, "--recordings", str(tmp_path))
    )
    assert said.code == 1
    assert "connector record odoo" in said.err
