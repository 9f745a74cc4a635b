"""Business calendars: open time, clock changes, holidays by name, and files that make no sense."""

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from crmbridge.agreement import problems
from crmbridge.agreement.sla.calendars import Absence, BusinessCalendar, Window, holiday_calendar
from crmbridge.policy.sla.calendar import Calendar, calendar_of, week_of, weekdays

START = datetime(2024, 1, 1, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = {"zone": "Europe/Berlin", "hours": {"mon-fri": ["09:00-17:00"]}}
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]


def made(**changes):
    return calendar_of(BusinessCalendar.model_validate(OFFICE | changes))


def at(text):
    return datetime.fromisoformat(text)


def wrong(**changes):
    with pytest.raises(ValidationError) as caught:
        BusinessCalendar.model_validate(OFFICE | changes)
    return "\n".join(problems(caught.value))


minutes = st.integers(0, 1439)
windows = st.lists(st.builds(Window, start=minutes, end=st.integers(0, 1440)), max_size=3)
instants = st.integers(0, 1460 * 86_400 * 1000).map(lambda n: START + timedelta(milliseconds=n))


@st.composite
def calendars(draw):
    week = [tuple(draw(windows)) for _ in range(7)]
    week[draw(st.integers(0, 6))] += (Window(start=600, end=660),)
    starts = draw(st.lists(instants, max_size=3))
    return Calendar(
        zone=ZoneInfo(draw(st.sampled_from(ZONES))),
        week=tuple(week),
        holidays=frozenset(draw(st.lists(st.dates(date(2024, 1, 1), date(2028, 1, 1))))),
        special={
            day: tuple(draw(windows))
            for day in draw(st.lists(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=3))
        },
        absences=tuple((one, one + timedelta(hours=draw(st.integers(1, 200)))) for one in starts),
    )


@settings(max_examples=60, deadline=None)
@given(calendars(), instants, st.integers(0, 400_000))
def test_time_added_is_time_passed(calendar, start, seconds):
    end = calendar.add(start, seconds)
    assert calendar.diff(start, end) == seconds
    assert calendar.diff(end, start) == -seconds
    if seconds:
        before = end - timedelta(microseconds=1)
        assert calendar.is_open(before)
        assert calendar.diff(start, before) < seconds


@settings(max_examples=40, deadline=None)
@given(calendars(), instants, instants, instants)
def test_stretches_of_time_add_up_to_the_second(calendar, one, two, three):
    # an absence may begin within a second, and each stretch counts whole ones
    parts = calendar.diff(one, two) + calendar.diff(two, three)
    assert abs(parts - calendar.diff(one, three)) <= 1


@settings(max_examples=40, deadline=None)
@given(calendars(), instants)
def test_the_next_opening_is_open_and_nothing_before_it_is(calendar, start):
    opening = calendar.next_open(start)
    assert calendar.is_open(opening)
    assert calendar.diff(start, opening) == 0
    assert (opening == start) is calendar.is_open(start)


def test_a_window_is_open_from_its_start_up_to_its_end():
    calendar = made()
    assert calendar.is_open(at("2026-03-02T09:00:00+01:00"))
    assert calendar.is_open(at("2026-03-02T16:59:59+01:00"))
    assert not calendar.is_open(at("2026-03-02T17:00:00+01:00"))


def test_a_night_has_nine_hours_in_autumn_and_seven_in_spring():
    calendar = made(hours={"sat": ["22:00-06:00"]})
    assert calendar.diff(at("2026-10-24T12:00:00Z"), at("2026-10-25T12:00:00Z")) == 9 * 3600
    assert calendar.diff(at("2026-03-28T12:00:00Z"), at("2026-03-29T12:00:00Z")) == 7 * 3600


def test_a_window_inside_the_hour_that_spring_takes_has_no_time():
    calendar = made(hours={"sun": ["02:10-02:50"], "mon": ["09:00-10:00"]})
    assert calendar.next_open(at("2026-03-29T00:00:00+01:00")) == at("2026-03-29T03:10:00+02:00")
    assert calendar.diff(at("2026-03-29T00:00:00Z"), at("2026-03-30T00:00:00Z")) == 2400


def test_a_day_may_last_until_24_o_clock():
    calendar = made(hours={"mon": ["20:00-24:00"]})
    assert calendar.diff(at("2026-03-02T00:00:00+01:00"), at("2026-03-04T00:00:00+01:00")) == 14400


def test_a_named_calendar_closes_the_holidays_of_a_part_of_a_country():
    berlin, bavaria = made(holidays="DE-BE"), made(holidays="de-by")
    epiphany, unity_day = at("2026-01-06T11:00:00Z"), at("2025-10-03T11:00:00Z")
    assert berlin.is_open(epiphany)
    assert not bavaria.is_open(epiphany)
    assert not berlin.is_open(unity_day)
    assert not made(closed=["2026-01-07"]).is_open(at("2026-01-07T11:00:00Z"))


def test_a_special_day_has_its_own_hours_even_on_a_holiday():
    calendar = made(holidays="DE", special={"2026-12-25": ["10:00-12:00"], "2026-12-23": []})
    assert calendar.is_open(at("2026-12-25T10:30:00+01:00"))
    assert not calendar.is_open(at("2026-12-25T12:30:00+01:00"))
    assert not calendar.is_open(at("2026-12-23T10:30:00+01:00"))


def test_absences_are_taken_out_and_days_include_the_last():
    holiday = Absence.model_validate({"from": date(2026, 6, 2), "to": date(2026, 6, 3)})
    rep = made().without([holiday.span(BERLIN)])
    assert rep.diff(at("2026-06-01T16:00:00+02:00"), at("2026-06-04T10:00:00+02:00")) == 7200
    assert made().diff(at("2026-06-02T00:00:00+02:00"), at("2026-06-03T00:00:00+02:00")) == 28800


def test_a_calendar_that_never_opens_says_so():
    calendar = Calendar(zone=BERLIN, week=((),) * 7)
    with pytest.raises(ValueError, match="never open after 2026-03-02"):
        calendar.add(at("2026-03-02T00:00:00Z"), 1)
    with pytest.raises(ValueError, match="no negative time"):
        calendar.add(at("2026-03-02T00:00:00Z"), -1)


def test_years_of_business_time_are_counted_in_milliseconds():
    calendar = made(holidays="DE")
    calendar.diff(at("2020-01-01T00:00:00Z"), at("2031-01-01T00:00:00Z"))
    start = time.perf_counter()
    for n in range(1000):
        calendar.add(at("2021-01-01T00:00:00Z") + timedelta(hours=n), 8 * 3600)
    assert time.perf_counter() - start < 0.5


def test_weekdays_are_whole_days():
    calendar = weekdays(BERLIN)
    friday = at("2026-01-09T15:00:00+01:00")
    assert calendar.add(friday, 10 * 86_400) == at("2026-01-23T15:00:00+01:00")


def test_a_week_is_named_by_its_monday():
    assert week_of(at("2026-01-01T00:00:00Z"), ZoneInfo("UTC"))[0] == "2026-W01"
    assert week_of(at("2024-12-30T00:00:00Z"), ZoneInfo("UTC"))[0] == "2025-W01"


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("XX", "there is no holiday calendar 'XX'; write the ISO 3166 code"),
        ("Germany", "there is no holiday calendar 'Germany'; did you mean 'DE'?"),
        ("UK", "did you mean 'GB'?"),
        ("DEU", "did you mean 'DE'?"),
        ("united states", "did you mean 'US'?"),
        ("DE-ZZ", "the holiday calendar 'DE' has no part 'ZZ'; known: "),
        ("DE-BER", "did you mean 'DE-BE'?"),
    ],
)
def test_a_holiday_calendar_that_does_not_exist_is_refused_with_advice(name, advice):
    with pytest.raises(ValueError, match="holiday calendar") as caught:
        holiday_calendar(name)
    assert advice in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "advice"),
    [
        ({"hours": {"mon": ["09:00-12:00", "11:00-17:00"]}}, "09:00-12:00 and 11:00-17:00 overlap"),
        ({"hours": {"sun": ["22:00-06:00"], "mon": ["05:00-09:00"]}}, "overlap"),
        ({"hours": {"mon": ["9-17"]}}, 'write them as "09:00-17:00"'),
        ({"hours": {"mon": ["09:00-25:00"]}}, "hours end at 24:00"),
        ({"hours": {"monday": ["09:00-17:00"]}}, "no day 'monday'; did you mean 'mon'?"),
        ({"hours": {"fri-mon": ["09:00-17:00"]}}, "run backwards"),
        ({"hours": {"mon-fri": ["09:00-17:00"], "wed": []}}, "wed stands in 'mon-fri' and in"),
        ({"hours": {"mon": []}}, "nobody would ever be there"),
        ({"zone": "Berlin"}, "no time zone 'Berlin'"),
        ({"holidays": "XX"}, "there is no holiday calendar 'XX'"),
        ({"special": {"2026-12-24": ["09:00-12:00", "10:00-11:00"]}}, "2026-12-24: the hours"),
        ({"holliday": "DE"}, "unknown key; did you mean 'holidays'?"),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused_with_advice(changes, advice):
    assert advice in wrong(**changes)


def test_an_absence_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValidationError, match="swap from and to"):
        Absence.model_validate({"from": date(2026, 6, 3), "to": date(2026, 6, 1)})
