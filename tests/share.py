"""Draws what a run leaves out of tests that stand many times over, where it is asked for a share.

The tests that `many.txt` names have many cases that are alike: values times vendors, seeds, points
of death. With `CRMBRIDGE_TEST_SHARE=3` a third of each one's cases runs, at least one. Which ones
follows from the commit: the same for every run of it, others for the next. Without it all run.
"""

from __future__ import annotations

import os
import subprocess
from collections import defaultdict
from hashlib import sha256
from pathlib import Path

import pytest

SHARE = "CRMBRIDGE_TEST_SHARE"
SEED = "CRMBRIDGE_TEST_SEED"
"""Draws as another commit would."""


def many() -> frozenset[str]:
    """The tests of `many.txt`, as `file::function`: those whose cases took six seconds and more."""
    lines = (Path(__file__).parent / "many.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def share() -> int:
    """One of how many runs; 1 for all."""
    said = os.environ.get(SHARE, "1")
    if not said.isdecimal() or not int(said):
        raise pytest.UsageError(f"{SHARE}={said}: give a whole number; 3 runs a third")
    return int(said)


def seed() -> str:
    """What the draw follows from: the commit, where nothing else is said."""
    if SEED in os.environ:
        return os.environ[SEED]
    told = subprocess.run(
        ["git", "rev-parse", "HEAD"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout.strip()[:12] or "none"


def drawn(items: list[pytest.Item], part: int, by: str) -> list[pytest.Item]:
    """Return the cases that are left out, in their order."""
    alike: dict[str, list[pytest.Item]] = defaultdict(list)
    names = many()
    for item in items:
        if (name := item.nodeid.partition("[")[0]) in names:
            alike[name].append(item)
    kept = {
        item.nodeid
        for cases in alike.values()
        for item in sorted(cases, key=lambda one: _rank(one, by))[: -(-len(cases) // part)]
    }
    return [one for cases in alike.values() for one in cases if one.nodeid not in kept]


def _rank(item: pytest.Item, by: str) -> str:
    return sha256(f"{by} {item.nodeid}".encode()).hexdigest()
