"""Cycles that were under way before go-live have no outcome that a backtest may learn from."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from crmbridge.files import CompanyFiles
from crmbridge.flows.backtest import backtest
from crmbridge.testing.emulator import iso
from tests.stages.places import START
from tests.stages.play import Play, at_work, begun

LAST_YEAR = iso(START - timedelta(days=250))


@pytest.mark.parametrize(
    "given",
    [
        {"Status": "Open - Not Contacted"},
        {"Status": "Working - Contacted"},
        {"Status": "Closed - Not Converted", "Rejection_Reason__c": "No budget"},
    ],
    ids=["open", "worked on", "given back"],
)
def test_what_sales_had_before_go_live_is_no_hand_off_of_ours(
    acme: CompanyFiles, tmp_path: Path, given: dict[str, str]
) -> None:
    with begun(acme, tmp_path) as play:
        person = {"Email": "old@old.example", "LastName": "Old", "Company": "Old"}
        stamps = {"CreatedDate": LAST_YEAR, "SystemModstamp": LAST_YEAR}
        play.box.sales.seed(Lead=[{**person, **given, **stamps}])
        play.go_live()
        assert _labels(play) == (0, 0)


def test_a_hand_off_after_go_live_is_one(acme: CompanyFiles, tmp_path: Path) -> None:
    with at_work(acme, tmp_path) as play:
        play.keen("jo@buyer.example")
        play.turn()
        play.box.sales.act(
            "edit",
            object="Lead",
            id=play.lead("jo@buyer.example")["Id"],
            fields={"Status": "Working - Contacted"},
        )
        play.later(minutes=5)
        play.turn()
        assert _labels(play) == (1, 1)


def _labels(play: Play) -> tuple[int, int]:
    """Cycles that were handed over, and those with an outcome, a year later."""
    play.later(days=60)
    today = play.company.now().date()
    found = backtest(play.company, play.company.agreement, START.date(), today)
    return found.report.handed, found.report.known
