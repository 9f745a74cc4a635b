"""Where the recordings of a real Odoo lie, and which server records anew."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crmbridge.testing import stand
from crmbridge.testing.recorded import Recording
from crmbridge.testing.stand import Stand
from tests.odoo.account import OdooAccount

URL = os.environ.get("CRMBRIDGE_ODOO", "")
KEY = os.environ.get("CRMBRIDGE_ODOO_KEY", "")
CUTS = ((re.compile(r'"debug": "(?:[^"\\]|\\.)*"'), '"debug": ""'),)
"""Odoo's errors come with a trace, which names files of the machine."""


def file_of(name: str) -> Path:
    """The file of a recording."""
    return Path(__file__).with_name(f"{name}.jsonl.gz")


def played(name: str) -> Recording:
    """A recording as it lies there; an empty one where there is none yet."""
    path = file_of(name)
    return Recording.load(path, CUTS) if path.exists() else Recording(CUTS)


def save(name: str, recording: Recording) -> None:
    """Keep the scenes of this run, where CRMBRIDGE_RECORD asks for it; others stay as they are."""
    if os.environ.get("CRMBRIDGE_RECORD") and recording.scenes:
        Recording(CUTS, {**played(name).scenes, **recording.scenes}).save(file_of(name))


@contextmanager
def opened_at(at: Stand) -> Iterator[OdooAccount]:
    """The account on a server or on a recording, for `crmbridge connector record` too."""
    account = OdooAccount(at.upstream, at.secrets.get("API_KEY", "no key"), at.aside)
    with account.proxy:
        yield account


@contextmanager
def served(recording: Recording, scene: str) -> Iterator[OdooAccount]:
    """The account on the real server, recorded as a scene."""
    with stand.served(opened_at, URL, {"API_KEY": KEY}, recording, scene) as account:
        yield account


@contextmanager
def replayed(recording: Recording, scene: str) -> Iterator[OdooAccount]:
    """The account on a scene that was recorded; without one the test is left out, and says so."""
    with stand.replayed(opened_at, recording, scene) as account:
        yield account
