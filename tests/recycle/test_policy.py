"""Recycling where the golden cases do not look."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbridge.agreement import Recycle
from crmbridge.policy.recycle import Situation, cool_off_end, reentry, returned

ZONE = ZoneInfo("Europe/Berlin")
AT = datetime(2026, 1, 15, 14, 30, tzinfo=UTC)
LATER = AT + timedelta(days=400)
TABLE = Recycle.model_validate(
    {
        "reasons": {
            "missing_reason": {
                "class": "returns", "track": "general", "cool_off_days": 30, "bar": 20,
                "max_loops": 3, "counts_loop": 1,
            },
            "inaccurate_data": {"class": "fix_data", "track": "repair", "max_loops": 99},
            "duplicate": {"class": "fix_data", "track": "merge", "max_loops": 99},
            "existing_opportunity": {"class": "fix_data", "track": "attach", "max_loops": 99},
            "wrong_territory": {"class": "fix_data", "track": "reroute", "max_loops": 99},
            "spam": {"class": "out"},
        }
    }
)  # fmt: skip
READY = Situation(ready=True, engagement_since=Decimal(50))


def back(reason="missing_reason", **kwargs):
    return returned(reason, TABLE, AT, ZONE, **kwargs)


def decided(reason="missing_reason", now=LATER, **changes):
    return reentry(back(reason), now, replace(READY, **changes)).decision


def test_a_return_without_a_reason_takes_the_row_for_it_and_warns_of_nothing():
    assert (back("").row, back("").warning) == ("missing_reason", "")


def test_a_text_that_the_table_lacks_takes_the_same_row_and_a_warning():
    assert (back("nope").row, back("nope").warning) == ("missing_reason", "unmapped:nope")


@pytest.mark.parametrize("reason", ["missing_reason", "inaccurate_data", "spam"])
def test_permission_comes_before_everything(reason):
    assert decided(reason, permitted=False, hand_raise_at=LATER) == "no_permission"


def test_a_lead_below_the_bar_waits_for_new_interest():
    assert decided(engagement_since=Decimal("19.99")) == "wait_bar"
    assert decided(engagement_since=Decimal(20)) == "reenter"


def test_a_lead_over_all_bars_still_has_to_meet_the_definition():
    assert decided(ready=False) == "wait_not_ready"
    assert decided(ready=False, hand_raise_at=LATER) == "wait_not_ready"


def test_a_raised_hand_of_the_future_breaks_nothing():
    early = AT + timedelta(days=3)
    assert decided(now=early, hand_raise_at=early + timedelta(seconds=1)) == "wait_cool_off"
    assert decided(now=early, hand_raise_at=early) == "reenter"


@pytest.mark.parametrize(
    ("reason", "waits", "repaired"),
    [
        ("inaccurate_data", "wait_data", {"data_fixed_at": AT}),
        ("duplicate", "wait_merge", {"merged": True}),
        ("existing_opportunity", "reenter", {}),
        ("wrong_territory", "reenter", {}),
    ],
)
def test_a_repair_lets_the_lead_straight_on(reason, waits, repaired):
    assert decided(reason, now=AT, engagement_since=Decimal(0)) == waits
    assert decided(reason, now=AT, engagement_since=Decimal(0), **repaired) == "reenter"


def test_data_that_was_fixed_before_the_return_is_not_fixed():
    assert decided("inaccurate_data", data_fixed_at=AT - timedelta(days=1)) == "wait_data"


def test_loops_stretch_the_cool_off_up_to_four_times():
    days = [back(earlier_loops=n).cool_off_days for n in range(6)]
    assert days == [30, 60, 90, 120, 120, 120]


@given(
    at=st.integers(0, 10 * 365 * 86_400).map(lambda s: AT + timedelta(seconds=s)),
    days=st.integers(1, 365),
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC"]),
)
def test_a_cool_off_ends_when_a_company_day_begins(at, days, zone):
    end = cool_off_end(at, days, ZoneInfo(zone))
    local = end.astimezone(ZoneInfo(zone))
    assert (local.hour, local.minute, local.second) == (0, 0, 0)
    assert (local.date() - at.astimezone(ZoneInfo(zone)).date()).days == days
