"""How days are written, cut and compared."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbridge.errors import ConfigError
from crmbridge.report.frame.period import (
    COMPARISONS,
    CUTS,
    Period,
    begin,
    buckets,
    compared,
    following,
    period_of,
    span,
)

TODAY = date(2026, 3, 2)  # a Monday
APRIL = (4, 6)
DAY = timedelta(days=1)


def between(first: str, last: str) -> Period:
    return Period(date.fromisoformat(first), date.fromisoformat(last) + DAY)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-03-02", "2026-03-02", "2026-03-02"),
        ("2024-02-29", "2024-02-29", "2024-02-29"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2025-02", "2025-02-01", "2025-02-28"),
        ("2000-02", "2000-02-01", "2000-02-29"),
        ("2100-02", "2100-02-01", "2100-02-28"),
        ("2025-12", "2025-12-01", "2025-12-31"),
        ("2026-Q1", "2026-01-01", "2026-03-31"),
        ("2025-q4", "2025-10-01", "2025-12-31"),
        ("2026", "2026-01-01", "2026-12-31"),
        ("FY2026", "2026-01-01", "2026-12-31"),
        ("2026-W01", "2025-12-29", "2026-01-04"),
        ("2020-W53", "2020-12-28", "2021-01-03"),
        ("2021-W01", "2021-01-04", "2021-01-10"),
        (" 2026-01 ", "2026-01-01", "2026-01-31"),
        ("this-week", "2026-03-02", "2026-03-08"),
        ("last-week", "2026-02-23", "2026-03-01"),
        ("this-month", "2026-03-01", "2026-03-31"),
        ("Last-Month", "2026-02-01", "2026-02-28"),
        ("this-quarter", "2026-01-01", "2026-03-31"),
        ("last-quarter", "2025-10-01", "2025-12-31"),
        ("this-year", "2026-01-01", "2026-12-31"),
        ("last-year", "2025-01-01", "2025-12-31"),
    ],
)
def test_a_text_names_its_days(text: str, first: str, last: str) -> None:
    assert span(text, TODAY) == between(first, last)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2025", "2025-04-06", "2026-04-05"),
        ("FY2025", "2025-04-06", "2026-04-05"),
        ("2025-Q1", "2025-04-06", "2025-07-05"),
        ("fy2025-q4", "2026-01-06", "2026-04-05"),
        ("this-year", "2025-04-06", "2026-04-05"),
        ("last-year", "2024-04-06", "2025-04-05"),
        ("this-quarter", "2026-01-06", "2026-04-05"),
        ("last-quarter", "2025-10-06", "2026-01-05"),
        ("this-month", "2026-03-01", "2026-03-31"),
        ("2026-03", "2026-03-01", "2026-03-31"),
    ],
)
def test_quarters_and_years_are_the_companys_own(text: str, first: str, last: str) -> None:
    assert span(text, TODAY, APRIL) == between(first, last)


def test_a_fiscal_year_that_begins_at_a_months_end_has_four_quarters_of_whole_days() -> None:
    parts = [span(f"2025-Q{n}", TODAY, (5, 31)) for n in (1, 2, 3, 4)]
    assert parts == [
        between("2025-05-31", "2025-08-30"),
        between("2025-08-31", "2025-11-29"),
        between("2025-11-30", "2026-02-27"),
        between("2026-02-28", "2026-05-30"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-13", "there is no month 13"),
        ("2026-00", "there is no month 0"),
        ("2026-13-01", "there is no month 13"),
        ("2025-02-29", "2025-02 has 28 days"),
        ("2026-04-31", "2026-04 has 30 days"),
        ("2026-01-00", "2026-01 has 31 days"),
        ("2026-Q5", "Q1 to Q4"),
        ("2026-Q0", "Q1 to Q4"),
        ("2026-W54", "2026 has 53 weeks"),
        ("2025-W53", "2025 has 52 weeks"),
        ("2026-W00", "2026 has 53 weeks"),
        ("1969", "nothing before 1970"),
        ("0000-01-01", "nothing before 1970"),
        ("yesterday", "is no period"),
        ("next-month", "is no period"),
        ("2026-3", "is no period"),
        ("20260302", "is no period"),
        ("2026-03-02T09:00", "is no period"),
        ("٢٠٢٦", "is no period"),
        ("-2026", "is no period"),
        ("2026-", "is no period"),
    ],
)
def test_a_text_that_names_no_days_says_why_and_what_to_write(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match="last-month") as error:
        period_of(text, "", TODAY)
    assert said in str(error.value)
    assert str(error.value).startswith("--since ")


def test_both_ends_count_as_they_are_written() -> None:
    assert period_of("2025-11", "2026-02", TODAY) == between("2025-11-01", "2026-02-28")
    assert period_of("2026-03-02", "2026-03-02", TODAY) == between("2026-03-02", "2026-03-02")
    assert period_of("", "", TODAY) == Period()
    assert period_of("last-month", "", TODAY) == Period(date(2026, 2, 1), None)
    assert period_of("", "2025", TODAY) == Period(None, date(2026, 1, 1))


def test_what_has_begun_may_go_on_past_today() -> None:
    assert period_of("2026-Q1", "this-year", TODAY) == between("2026-01-01", "2026-12-31")


@pytest.mark.parametrize(("since", "until"), [("2026-03-03", ""), ("", "2026-04"), ("2027", "")])
def test_what_has_not_begun_is_refused_with_todays_date(since: str, until: str) -> None:
    with pytest.raises(ConfigError, match="has not begun: today is 2026-03-02"):
        period_of(since, until, TODAY)


def test_an_end_before_the_beginning_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"ends before it begins \(2026-01-31 comes before 2026"):
        period_of("2026-02", "2026-01", TODAY)
    with pytest.raises(ValueError, match="no day"):
        Period(TODAY, TODAY)


@pytest.mark.parametrize(
    ("period", "words"),
    [
        (Period(), "all days"),
        (Period(TODAY), "from 2026-03-02 on"),
        (Period(None, TODAY), "up to 2026-03-01"),
        (between("2026-01-01", "2026-03-31"), "2026-01-01 to 2026-03-31"),
        (Period(TODAY, TODAY + DAY), "2026-03-02"),
    ],
)
def test_a_period_is_told_with_its_last_day(period: Period, words: str) -> None:
    assert str(period) == words


def test_open_ends_are_closed_by_the_first_day_that_is_known_and_by_today() -> None:
    first = date(2025, 6, 1)
    assert Period().closed(first, TODAY) == between("2025-06-01", "2026-03-02")
    assert Period(TODAY).closed(first, TODAY) == between("2026-03-02", "2026-03-02")
    assert span("this-year", TODAY).closed(first, TODAY) == between("2026-01-01", "2026-03-02")
    assert Period(None, date(2025, 1, 1)).closed(first, TODAY) == between(
        "2024-12-31", "2024-12-31"
    )


def test_a_period_is_cut_where_weeks_months_quarters_and_years_begin() -> None:
    found = buckets(between("2025-11-15", "2026-02-10"), "month")
    assert [(one.label, str(one.period)) for one in found] == [
        ("2025-11", "2025-11-15 to 2025-11-30"),
        ("2025-12", "2025-12-01 to 2025-12-31"),
        ("2026-01", "2026-01-01 to 2026-01-31"),
        ("2026-02", "2026-02-01 to 2026-02-10"),
    ]
    period = between("2020-12-27", "2021-01-05")
    assert [one.label for one in buckets(period, "week")] == ["2020-W52", "2020-W53", "2021-W01"]
    assert [one.label for one in buckets(period, "quarter")] == ["2020-Q4", "2021-Q1"]
    assert [one.label for one in buckets(period, "year", APRIL)] == ["FY2020"]
    assert [
        one.label for one in buckets(between("2026-04-05", "2026-04-06"), "quarter", APRIL)
    ] == [
        "FY2025-Q4",
        "FY2026-Q1",
    ]


def test_what_cannot_be_cut_or_compared_says_what_is_missing() -> None:
    with pytest.raises(ConfigError, match=r"--by 'day': write week, month, quarter or year"):
        buckets(between("2026-01-01", "2026-01-31"), "day")
    with pytest.raises(ConfigError, match="no first day: give --since and --until"):
        buckets(Period(), "month")
    with pytest.raises(ConfigError, match="no last day"):
        compared(Period(TODAY), "before")
    with pytest.raises(ConfigError, match=r"--compare 'budget': write before or year"):
        compared(between("2026-01-01", "2026-01-31"), "budget")


@pytest.mark.parametrize(
    ("first", "last", "before", "year"),
    [
        ("2026-03-01", "2026-03-31", "2026-02-01 to 2026-02-28", "2025-03-01 to 2025-03-31"),
        ("2026-01-01", "2026-03-31", "2025-10-01 to 2025-12-31", "2025-01-01 to 2025-03-31"),
        ("2026-01-01", "2026-02-10", "2025-11-21 to 2025-12-31", "2025-01-01 to 2025-02-10"),
        ("2026-03-02", "2026-03-02", "2026-03-01", "2025-03-02"),
        ("2025-02-01", "2025-02-28", "2025-01-01 to 2025-01-31", "2024-02-01 to 2024-02-29"),
        ("2024-02-01", "2024-02-29", "2024-01-01 to 2024-01-31", "2023-02-01 to 2023-02-28"),
        ("2024-02-29", "2024-02-29", "2024-02-28", "2023-02-28"),
        ("2024-02-28", "2024-02-28", "2024-02-27", "2023-02-28"),
    ],
)
def test_a_period_is_compared_with_one_as_long(
    first: str, last: str, before: str, year: str
) -> None:
    period = between(first, last)
    assert [str(compared(period, how)) for how in COMPARISONS] == [before, year]


DAYS = st.dates(date(1972, 1, 1), date(2120, 12, 31))
PERIODS = st.builds(
    lambda first, more: Period(first, first + timedelta(days=more)), DAYS, st.integers(1, 1500)
)
FISCAL = st.tuples(st.integers(1, 12), st.integers(1, 31)).filter(
    lambda one: one[1] <= {2: 28, 4: 30, 6: 30, 9: 30, 11: 30}.get(one[0], 31)
)


@given(PERIODS, st.sampled_from(CUTS), FISCAL)
def test_buckets_are_the_period_without_gap_or_overlap(
    period: Period, by: str, fiscal: tuple[int, int]
) -> None:
    found = buckets(period, by, fiscal)
    assert found[0].period.since == period.since
    assert found[-1].period.until == period.until
    for one, after in pairwise(found):
        assert one.period.until == after.period.since
    assert len({one.label for one in found}) == len(found)


@given(PERIODS, st.sampled_from(CUTS), FISCAL)
def test_a_buckets_label_names_the_days_it_lies_in(
    period: Period, by: str, fiscal: tuple[int, int]
) -> None:
    for one in buckets(period, by, fiscal):
        whole = span(one.label, TODAY, fiscal)
        assert whole.since is not None
        assert whole.until is not None
        assert one.period.since is not None
        assert one.period.last is not None
        assert whole.since <= one.period.since <= one.period.last < whole.until
    inner = buckets(period, by, fiscal)[1:-1]
    assert all(span(one.label, TODAY, fiscal) == one.period for one in inner)


@given(DAYS, st.sampled_from(CUTS), FISCAL)
def test_every_day_is_in_the_part_that_begins_before_it(
    day: date, cut: str, fiscal: tuple[int, int]
) -> None:
    first = begin(cut, day, fiscal)
    after = following(cut, first, fiscal)
    assert first <= day < after
    assert begin(cut, after - DAY, fiscal) == first
    assert begin(cut, after, fiscal) == after


@given(PERIODS)
def test_the_period_before_ends_where_this_one_begins(period: Period) -> None:
    found = compared(period, "before")
    assert found.until == period.since
    a, b = period.ends()
    if not a.day == b.day == 1:
        assert (b - a) == found.ends()[1] - found.ends()[0]
    compared(period, "year").ends()
