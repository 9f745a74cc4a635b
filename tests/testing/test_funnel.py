"""The real funnel: 8,000 leads and their 842 wins, played under acme's whole agreement."""

from __future__ import annotations

import os
import warnings
from datetime import date
from pathlib import Path

import pytest

from crmbridge.testing.funnel import DEALS, check, play_funnel, read, recounted
from crmbridge.testing.pair import Pair
from tests.stages.late import ALL
from tests.stages.pairs import PAIRS, named
from tests.stages.places import ROOT

FOLDER = (
    Path(os.environ.get("CRMBRIDGE_TEST_DATA") or ROOT.parent / "shared" / "data") / "olist-funnel"
)
SHARE = (date(2018, 3, 5), date(2018, 3, 9), date(2018, 3, 31))
"""A week in which sales began one lead itself, and who of it was won within three weeks: what each
build plays, with each pair. With CRMBRIDGE_TEST_ALL the first pair plays all 8,000, which takes a
quarter of an hour."""
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


@pytest.mark.filterwarnings("default::pytest.PytestWarning")
def test_the_real_funnel_is_read_whole() -> None:
    funnel = read(_data())
    assert len(funnel.leads) == 8000
    assert funnel.wins_by_origin() == WINS


@pytest.mark.slow
@pytest.mark.filterwarnings("default::pytest.PytestWarning")
@pytest.mark.parametrize("pair", PAIRS, ids=named)
def test_the_real_funnel_ends_as_its_files_say(pair: Pair, tmp_path: Path) -> None:
    whole = read(_data())
    funnel = whole if ALL and pair == PAIRS[0] else whole.between(*SHARE)
    early = sum(one.early for one in funnel.leads)
    assert early == 1
    with play_funnel(funnel, tmp_path / "ledger.db", pair=pair) as played:
        assert check(played) == []
        spigot = recounted(played)
        assert spigot.given == len(funnel.leads) - early  # all but the one that sales began
        reasons = (
            {"no_capacity", "outside_hours", "team_limit"} if funnel is whole else {"no_capacity"}
        )
        assert reasons <= spigot.waited.keys()
