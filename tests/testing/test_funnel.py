"""The real funnel: 8,000 leads and their 842 wins, played under acme's whole agreement."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import pytest

from crmbridge.testing.funnel import DEALS, check, play_funnel, read, recounted
from tests.stages.places import ROOT

FOLDER = (
    Path(os.environ.get("CRMBRIDGE_TEST_DATA") or ROOT.parent / "shared" / "data") / "olist-funnel"
)
WINS = {
    "organic search": 271,
    "paid search": 195,
    "unknown": 179,
    "social": 75,
    "direct traffic": 56,
    "referral": 24,
    "email": 15,
    "": 14,
    "display": 6,
    "other": 4,
    "other publicities": 3,
}


def _data() -> Path:
    if (FOLDER / DEALS).is_file():
        return FOLDER
    what = f"THE REAL FUNNEL DID NOT RUN: no data in {FOLDER}; set CRMBRIDGE_TEST_DATA"
    if os.environ.get("CI"):
        pytest.fail(what)
    warnings.warn(pytest.PytestWarning(what), stacklevel=1)
    pytest.skip(what)


@pytest.mark.slow
@pytest.mark.filterwarnings("default::pytest.PytestWarning")
def test_the_real_funnel_ends_as_its_files_say(tmp_path: Path) -> None:
    funnel = read(_data())
    assert len(funnel.leads) == 8000
    assert funnel.wins_by_origin() == WINS
    with play_funnel(funnel, tmp_path / "ledger.db") as played:
        assert check(played) == []
        spigot = recounted(played)
        assert spigot.given == 7999  # all but the one that sales began
        assert {"no_capacity", "outside_hours", "team_limit"} <= spigot.waited.keys()
