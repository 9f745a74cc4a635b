"""Which days a report of work is asked for, and what it is held against."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from crmbridge.errors import ConfigError
from crmbridge.model.codec import instant
from crmbridge.report.frame.period import Period
from crmbridge.report.work.asked import Part, Question, known_team, spread
from crmbridge.report.work.days import Days

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
Q1 = Period(date(2026, 1, 1), date(2026, 4, 1))


def test_days_are_cut_and_the_days_before_come_last() -> None:
    asked = Question(now=NOW, zone=BERLIN, period=Q1, by="month", compare="before")
    assert [one.name for one in asked.parts(date(2026, 2, 3))] == [
        *("2026-01", "2026-02", "2026-03"),
        "2025-10-01 to 2025-12-31 (before)",
    ]


def test_without_a_cut_the_days_themselves_stand_beside_those_of_a_year_earlier() -> None:
    asked = Question(now=NOW, zone=BERLIN, period=Q1, compare="year")
    assert [one.name for one in asked.parts(None)] == [
        "2026-01-01 to 2026-03-31",
        "2025-01-01 to 2025-03-31 (a year earlier)",
    ]


def test_open_days_begin_with_the_first_that_has_anything_and_nothing_has_no_parts() -> None:
    asked = Question(now=NOW, zone=BERLIN, by="quarter", fiscal=(4, 1))
    assert [one.name for one in asked.parts(date(2026, 3, 31))] == ["FY2025-Q4", "FY2026-Q1"]
    assert asked.parts(None) == []


def test_things_are_spread_over_parts_and_may_be_in_two() -> None:
    parts = [Part("a", Period(None, date(2026, 1, 3))), Part("b", Period(date(2026, 1, 2)))]
    days = [date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3)]
    assert spread(days, lambda one: one, parts) == [("a", days[:2]), ("b", days[1:])]


def test_a_team_that_is_not_there_is_an_error_with_the_nearest() -> None:
    assert known_team("", ["dach"]) == ""
    with pytest.raises(ConfigError, match="did you mean 'dach'"):
        known_team("dahc", ["dach", "rest"])


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC"])
def test_a_day_told_by_a_text_is_the_day_of_the_instant(zone: str) -> None:
    days = Days(ZoneInfo(zone))
    for month in (1, 3, 10, 11):
        for number in range(1, 31, 3):
            for hour in range(24):
                for minute in (0, 29, 30):
                    at = datetime(2026, month, number, hour, minute, tzinfo=UTC)
                    assert days.told(instant(at)) == days.of(at)
