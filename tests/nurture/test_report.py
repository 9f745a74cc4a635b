"""The share of each track that becomes ready: counted as leads change, with how sure it is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from crmbridge.files import CompanyFiles
from crmbridge.report.nurture import share_told, tracks
from crmbridge.report.sheets.nurture import whose
from crmbridge.store import Ledger
from crmbridge.store.totals import Sums
from tests.nurture.stage import (
    DEMO,
    EVERYBODY,
    READERS,
    agreement_of,
    reader,
    row,
    tended,
)
from tests.recycle.stage import reject
from tests.stages.places import AL, JO
from tests.stages.rest import later, rebuilds_equal, rest

TODAY = date(2026, 6, 1)
"""Ninety days before it is the third of March."""


def kept(ledger: Ledger, **stays: int) -> None:
    """Stays on the track `learn`, by how they are counted."""
    with ledger.write("test") as tx:
        sums = Sums()
        sums.add({("entered", "learn", key.strip()): n for key, n in stays.items()})
        sums.write(tx)


def told(ledger: Ledger, within: int = 90) -> dict[str, object]:
    with ledger.read() as tx:
        found = tracks(tx, agreement_of(READERS), TODAY, within)
    return next(one for one in found if one["track"] == "learn")


def test_the_share_is_that_of_the_stays_that_are_old_enough(ledger: Ledger) -> None:
    kept(
        ledger,
        **{
            "2026-03-03": 13,  # never ready
            "2026-03-03 0": 3,
            "2026-01-10 90": 4,
            "2026-01-10 91": 5,  # ready, but too late
            "2026-03-04": 100,  # too young to tell
            "2026-03-04 1": 50,
        },
    )
    found = told(ledger)
    assert (found["entered"], found["ready"]) == (175, 62)
    assert (found["mature"], found["ready_in_time"], found["sample"]) == (25, 7, "interval")
    assert found["share"] == pytest.approx(0.28)
    # by hand: (p + z²/2n ± z·√(p(1-p)/n + z²/4n²)) / (1 + z²/n) for 7 of 25
    ends = found["interval"]
    assert isinstance(ends, dict)
    assert ends["low"] == pytest.approx(0.1428, abs=5e-5)
    assert ends["high"] == pytest.approx(0.4758, abs=5e-5)
    assert share_told(found) == "7 of 25: 28.0% [14.3%, 47.6%]"


def test_of_fewer_than_ten_only_counts_are_told(ledger: Ledger) -> None:
    kept(ledger, **{"2026-03-03": 8, "2026-03-03 5": 1})
    found = told(ledger)
    assert (found["share"], found["interval"], found["sample"]) == (None, None, "counts")
    assert share_told(found) == "1 of 9, too few for a share"
    assert told(ledger, within=91)["mature"] == 0


def test_a_track_of_the_agreement_that_nobody_was_on_is_shown_empty(ledger: Ledger) -> None:
    found = told(ledger)
    assert (found["on"], found["entered"], found["mature"]) == (0, 0, 0)
    assert (found["rule"], found["agreed"]) == ("paper readers", True)


def test_a_track_that_no_version_in_force_has_is_still_told(ledger: Ledger) -> None:
    kept(ledger, **{"2026-03-03": 12})
    with ledger.read() as tx:
        found = tracks(tx, agreement_of(EVERYBODY), TODAY)
    gone = next(one for one in found if one["track"] == "learn")
    assert (gone["entered"], gone["rule"], gone["agreed"]) == (12, "", False)
    assert whose(gone) == "nobody any more"


def test_who_comes_leaves_and_becomes_ready_is_counted(acme: CompanyFiles, tmp_path: Path) -> None:
    with tended(acme, tmp_path, READERS) as play:
        people = [JO, AL, "em@buyer.example"]
        for email in people:
            reader(play, email)
        rest(play)
        assert row(play, "learn")["on"] == 3
        play.later(days=5)
        play.form(JO, DEMO)
        play.box.marketing.act("opt_out", email=AL)
        later(play)
        found = row(play, "learn")
        assert (found["on"], found["entered"], found["left"], found["ready"]) == (1, 3, 2, 1)
        assert found["mature"] == 0
        play.later(days=90)
        rest(play)
        found = row(play, "learn")
        assert (found["mature"], found["ready_in_time"]) == (3, 1)
        assert row(play, "learn", within=4)["ready_in_time"] == 0
        assert rebuilds_equal(play)


def test_a_track_of_returns_is_counted_the_same_way(acme: CompanyFiles, tmp_path: Path) -> None:
    with tended(acme, tmp_path, EVERYBODY) as play:
        reader(play, JO)
        play.form(JO, DEMO)
        rest(play)
        reject(play, JO, "Bad timing")
        found = row(play, "timing")
        assert (found["on"], found["entered"], found["rule"]) == (1, 1, "")
        play.later(days=20)
        play.form(JO, DEMO + "/again")
        later(play)
        found = row(play, "timing")
        assert (found["on"], found["entered"], found["ready"]) == (0, 1, 1)
        assert row(play, "timing", within=20)["ready_in_time"] == 1
        assert row(play, "timing", within=19)["ready_in_time"] == 0
