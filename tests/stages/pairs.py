"""The pairs of connectors that the loop is played with, by the emulators that they ship."""

from __future__ import annotations

import shutil
from pathlib import Path

from crmbridge.testing.pair import Pair
from tests.stages.places import ACME, MAPPINGS

PAIRS = (Pair.shipped(), Pair(marketing="hubspot", sales="hubspot"))


def named(pair: Pair) -> str:
    """The pair's name in a test's name."""
    return f"{pair.marketing}-{pair.sales}"


def config_of(pair: Pair, folder: Path) -> Path:
    """A folder of companies in which the worked example works with a pair."""
    if pair == Pair.shipped():
        return MAPPINGS
    home = folder / "mappings" / "acme"
    shutil.copytree(ACME, home)
    mapping = home / "mapping.toml"
    mapping.write_text(pair.mapping(mapping.read_text("utf-8")), "utf-8")
    return home.parent
