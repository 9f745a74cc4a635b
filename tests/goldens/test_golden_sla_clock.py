"""The golden cases of business calendars, clocks of the hand-off, and ISO weeks."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from crmbridge.policy.sla.calendar import week_before
from tests.goldens.shape import only
from tests.goldens.shape_sla import calendar, expected, outcome


@pytest.fixture
def calendars(golden):
    doc = golden("sla_clock.json")
    only(doc, {"topic", "calendars", "rules", "cases"}, "file")
    return doc["calendars"]


def test_a_calendar_counts_open_time(sla_case, calendars):
    found, expect = outcome(sla_case, calendar(calendars[sla_case["cal"]])), expected(sla_case)
    if isinstance(expect, dict):
        found = {name: found[name] for name in expect}
    assert found == expect


def test_every_part_of_a_calendar_and_a_clock_is_understood(sla_case, calendars):
    given = calendars[sla_case["cal"]]
    with pytest.raises(AssertionError, match="mood"):
        outcome(sla_case | {"mood": "sunny"}, calendar(given))
    for odd in (given | {"mood": []}, given | {"week": {"mood": []}}):
        with pytest.raises(AssertionError, match="mood"):
            calendar(odd)


def test_a_digest_covers_the_week_that_is_over(iso_week):
    only(iso_week, {"tz", "run", "expect"}, "week")
    expect = iso_week["expect"]
    key, start, end = week_before(datetime.fromisoformat(iso_week["run"]), ZoneInfo(iso_week["tz"]))
    hours = (end - start).total_seconds() / 3600
    ends = [datetime.fromisoformat(expect[name]) for name in ("from", "to")]
    assert (key, start, end, hours) == (expect["key"], *ends, expect["hours"])
