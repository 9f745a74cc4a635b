"""Why leads come back: by reason, whether recycling pays, and definitions that drift."""

import pytest

from crmbridge.policy.intervals import Measured
from crmbridge.policy.reasons import Judged, Return, Trend, drift, reasons


def judged(version, accepted, **rejected):
    return Judged(version=version, accepted=accepted, rejected=rejected)


def test_no_returns_have_no_reasons():
    found = reasons([])
    assert (found.returns, list(found.rows), found.missing) == (0, [], Measured(0, 0, None, None))


def test_the_most_frequent_reason_comes_first_and_none_is_a_reason_of_its_own():
    found = reasons([Return(), *[Return(reason="no_budget_now")] * 2, Return(reason="bad_timing")])
    assert [(one.reason, one.returns, one.share) for one in found.rows] == [
        ("no_budget_now", 2, 0.5),
        ("bad_timing", 1, 0.25),
        ("missing_reason", 1, 0.25),
    ]
    assert (found.missing.k, found.missing.n) == (1, 4)


def test_what_nobody_knows_yet_counts_on_no_side():
    rows = [
        *[Return(reason="bad_timing", again=True, accepted=True, won=None)] * 6,
        *[Return(reason="bad_timing", again=True, accepted=False, won=False)] * 4,
        *[Return(reason="bad_timing", again=False)] * 10,
        *[Return(reason="bad_timing")] * 5,
    ]
    (row,) = reasons(rows).rows
    assert (row.returns, row.again.k, row.again.n, row.again.rate) == (25, 10, 20, 0.5)
    assert (row.accepted.k, row.accepted.n, row.accepted.rate) == (6, 10, 0.6)
    assert row.won == Measured(0, 4, None, None)


def test_no_versions_do_not_drift():
    assert drift([]) == []


def test_a_version_with_more_misfits_is_seen():
    found = drift(
        [
            judged("1", 90, no_fit=5, needs_nurture=5, bad_timing=10),
            judged("2", 60, no_fit=30, wrong_territory=10),
            judged("3", 90, no_fit=3),
        ]
    )
    assert [one.trend for one in found] == [Trend.FIRST, Trend.RISING, Trend.FALLING]
    assert (found[0].difference, found[0].of_rejected) == (None, 0.5)
    assert (found[1].misfits.k, found[1].misfits.n) == (30, 100)
    assert found[1].difference == pytest.approx(0.3 - 10 / 110)
    assert found[1].interval.low > 0


def test_versions_alike_do_not_drift():
    found = drift([judged("1", 90, no_fit=10), judged("2", 88, no_fit=12)])
    assert found[1].trend is Trend.NO_DIFFERENCE


@pytest.mark.parametrize(
    ("decided", "trend"),
    [(0, Trend.TOO_FEW), (9, Trend.TOO_FEW), (10, Trend.LOW_SAMPLE), (29, Trend.LOW_SAMPLE)],
)
def test_a_small_version_gets_no_verdict_and_gives_none(decided, trend):
    large, small = judged("1", 100), judged("2", 0, no_fit=decided)
    assert drift([large, small])[1].trend is trend
    assert drift([small, large])[1].trend is trend


def test_the_verdict_of_one_definition_wants_thirty_leads():
    assert drift([judged("1", 100), judged("2", 0, no_fit=30)])[1].trend is Trend.RISING


@pytest.mark.parametrize("odd", [judged("2", -1), judged("2", 5, no_fit=-1)])
def test_counts_below_nothing_are_refused(odd):
    with pytest.raises(ValueError, match="version 2: a count is negative"):
        drift([judged("1", 10), odd])
