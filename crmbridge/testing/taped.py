"""Records the contract of a connector at the real server, and plays what was recorded."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from crmbridge.errors import ConfigError
from crmbridge.registry import connector
from crmbridge.settings import credentials
from crmbridge.testing.persons import fields_of
from crmbridge.testing.prove import Proof, run
from crmbridge.testing.recorded import Cut, Recording
from crmbridge.testing.stand import FILE, Tape

TRY = "try"
"""Stands for a company in the names of the credentials of a connector that no company has yet."""
OPENER = "opened_at"
_NOTE = "masked.txt"
_RECORD = '''"""The contract at the real server; written by `crmbridge connector record`."""

from pathlib import Path

import pytest

from crmbridge.testing.contract import ConnectorContract
from crmbridge.testing.taped import taping
from {module} import {opener} as opened

TAPE = taping({module!r}, {name!r}, {side!r}, {secrets!r}, {url!r})


@pytest.fixture(scope="module", autouse=True)
def kept():
    yield
    Path({out!r}, {note!r}).write_text(TAPE.save(Path({out!r}, {file!r})), encoding="utf-8")


class TestConnector(ConnectorContract):
    @pytest.fixture
    def account(self, request):
        with TAPE.served(opened, request.node.name) as found:
            yield found
'''
_PLAY = '''"""The contract of a connector as recorded; written by `crmbridge connector prove`."""

from pathlib import Path

import pytest

from crmbridge.testing.contract import ConnectorContract
from crmbridge.testing.recorded import Recording
from crmbridge.testing.stand import replayed
from crmbridge.testing.taped import cuts_of
from {module} import {opener} as opened

RECORDING = Recording.load(Path({path!r}), cuts_of({module!r}))


class TestConnector(ConnectorContract):
    @pytest.fixture
    def account(self, request):
        with replayed(opened, RECORDING, request.node.name) as found:
            yield found
'''


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The account of a connector `name`: `opener` of `module` opens it at a stand."""

    name: str
    module: str
    opener: str


def cuts_of(module: str) -> Sequence[Cut]:
    """Return what is cut out of all texts of a recording: `CUTS` of the account's module."""
    found: Sequence[Cut] = getattr(import_module(module), "CUTS", ())
    return found


def taping(module: str, name: str, side: str, secrets: str, url: str) -> Tape:
    """Return the tape of a run; `secrets` is the folder of credentials, or empty."""
    true = credentials(TRY, side, Path(secrets) if secrets else None)
    return Tape(url, true, fields_of(connector(name).info.default_map), cuts_of(module))


def held(folder: Path) -> list[str]:
    """Return the names of the recordings that lie in a folder, which need not be there."""
    return sorted(one.name for one in folder.glob("*.jsonl.gz"))


def record(
    place: Place,
    folder: Path,
    *,
    side: str,
    secrets: str,
    url: str,
    words: str = "",
    verbose: bool = False,
) -> tuple[Proof, str]:
    """Run the contract at a server and keep its calls; return the proof, and what was masked.

    `words` choose tests; the scenes of others that were recorded before stay. Nothing is written
    where a test fails.
    """
    with tempfile.TemporaryDirectory() as made:
        own = {"side": side, "secrets": secrets, "url": url, "name": place.name}
        own |= {"module": place.module, "opener": place.opener}
        text = _RECORD.format(**own, out=made, file=FILE, note=_NOTE)
        proof = run(text, words, verbose=verbose)
        if not proof.holds:
            return proof, ""
        scenes = Recording.load(Path(made, FILE)).scenes
        if words and (folder / FILE).exists():
            scenes = {**Recording.load(folder / FILE).scenes, **scenes}
        folder.mkdir(parents=True, exist_ok=True)
        Recording(scenes=scenes).save(folder / FILE)
        return proof, Path(made, _NOTE).read_text(encoding="utf-8")


def play(place: Place, folder: Path, words: str = "", *, verbose: bool = False) -> Proof:
    """Run the contract on a recording; a test without a scene is left out, with its reason.

    Raises:
        ConfigError: the folder holds no recording of a contract.
    """
    path = (folder / FILE).absolute()
    if not path.exists():
        raise ConfigError(
            f"{folder} holds no {FILE}: make it with `crmbridge connector record {place.name}`"
        )
    text = _PLAY.format(module=place.module, opener=place.opener, path=str(path))
    return run(text, words, verbose=verbose)
