"""The recycle table against the rules written a second time, over cases as the golden ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.goldens.shape_recycle import outcome
from tests.recycle import rules as recycle_rules

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Africa/Cairo", "Asia/Beirut", "UTC")
START = datetime(2026, 1, 1, tzinfo=UTC)
QUICK = settings(max_examples=300, deadline=None)


def row(class_: str, days: int | None, loops: int, counts: int, **more: Any) -> dict[str, Any]:
    """A row of the table; its bar is 20 where it has a cool-off."""
    found = {"class": class_, "track": "general", "cool_off_days": days, "max_loops": loops}
    found |= {"bar": None if days is None else 20, "rep": "any", "contact": "nurture"}
    return found | {"counts_loop": counts, "refund_fairness": 0} | more


TABLE = {
    "bad_timing": row("returns", 90, 3, 1, rep="prefer"),
    "unresponsive": row("returns", 45, 2, 1, rep="avoid", bar=25),
    "lost_to_competitor": row("returns", 270, 2, 1, contact="content_only"),
    "missing_reason": row("returns", 30, 3, 1),
    "stale_untouched": row("returns", 0, 2, 0, track="keep", bar=0),
    "one_day": row("returns", 1, 9, 1),
    "wrong_territory": row("fix_data", 0, 99, 0, track="reroute", bar=0),
    "inaccurate_data": row("fix_data", 0, 99, 0, track="repair", bar=0),
    "duplicate": row("fix_data", 0, 99, 0, track="merge", bar=0),
    "existing_opportunity": row("fix_data", 0, 1, 1, track="attach", bar=0),
    "no_fit": row("out", None, 0, 0, track=None, contact="none"),
}


def later(most: int) -> st.SearchStrategy[timedelta]:
    """A time after something: to the second, or around midnight of a far day."""
    exact = st.integers(0, most * 86_400).map(lambda n: timedelta(seconds=n))
    edges = st.integers(0, most * 24).map(lambda n: timedelta(hours=n) - timedelta(seconds=1))
    return exact | edges | st.integers(0, most * 24).map(lambda n: timedelta(hours=n))


@st.composite
def inputs(draw: st.DrawFn) -> dict[str, Any]:
    back = START + draw(later(400))
    times = {"returned_at": back, "at": back + abs(draw(later(500)))}
    for name in ("hand_raise_at", "data_fixed_at"):
        if draw(st.booleans()):
            times[name] = back + draw(st.sampled_from([-1, 1])) * draw(later(400))
    found: dict[str, Any] = {name: at.isoformat() for name, at in times.items()}
    flags = ("closed_lost", "deal_open", "merged")
    found |= {name: True for name in flags if draw(st.booleans())}
    if draw(st.integers(0, 9)) == 0:
        found["permission"] = False
    return found | {
        "reason": draw(st.sampled_from([*TABLE, "", None, "Kein Interesse mehr"])),
        "ready": draw(st.booleans()),
        "engagement_since": draw(st.sampled_from([0, 19.9999, 20, 20.5, 24.9, 25, 50])),
        "earlier_counted_loops": draw(st.integers(0, 5)),
    }


@QUICK
@given(inputs(), st.sampled_from(ZONES), st.sampled_from([0, 90]), st.sampled_from([60, 365]))
def test_a_return_is_read_as_the_rules_say(
    found: dict[str, Any], zone: str, least: int, most: int
) -> None:
    doc = {
        "tz": zone,
        "table": TABLE,
        "closed_lost_min_days": least,
        "cool_off_cap_days": most,
    }
    assert outcome(found, doc) == recycle_rules.expected(found, doc)


def test_data_that_is_corrected_only_later_is_not_corrected_yet() -> None:
    doc = {"tz": "UTC", "table": TABLE, "closed_lost_min_days": 90, "cool_off_cap_days": 365}
    times = {"returned_at": "2026-01-15T12:00:00Z", "data_fixed_at": "2026-02-02T00:00:00Z"}
    given_ = {"reason": "inaccurate_data", "ready": True, "engagement_since": 0} | times
    assert outcome(given_ | {"at": "2026-02-01T00:00:00Z"}, doc)["decision"] == "wait_data"
    assert outcome(given_ | {"at": "2026-02-02T00:00:00Z"}, doc)["decision"] == "reenter"
