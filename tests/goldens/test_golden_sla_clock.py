"""The golden cases of business calendars, clocks of the hand-off, and ISO weeks."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from crmbridge.agreement.calendars import WEEK, window
from crmbridge.policy import sla
from crmbridge.policy.calendar import Calendar, week_before


@pytest.fixture
def calendars(golden):
    return {name: calendar(given) for name, given in golden("sla_clock.json")["calendars"].items()}


def calendar(given):
    return Calendar(
        zone=ZoneInfo(given["tz"]),
        week=tuple(windows(given["week"].get(day, [])) for day in WEEK),
        holidays=frozenset(map(date.fromisoformat, given.get("holidays", []))),
        special={
            date.fromisoformat(day): windows(found)
            for day, found in given.get("special", {}).items()
        },
        absences=tuple((instant(one), instant(other)) for one, other in given.get("absences", [])),
    )


def windows(pairs):
    return tuple(window("-".join(pair)) for pair in pairs)


def instant(text):
    return datetime.fromisoformat(text) if text else None


def test_a_calendar_counts_open_time(sla_case, calendars):
    case, cal = sla_case, calendars[sla_case["cal"]]
    start = instant(case["start"])
    match case["op"]:
        case "add":
            assert cal.add(start, case["seconds"]) == instant(case["expect"])
        case "diff":
            assert cal.diff(start, instant(case["end"])) == case["expect_seconds"]
        case "sla":
            found = sla.read(
                cal,
                start,
                case["limit_seconds"],
                event=instant(case["event"]),
                now=instant(case["now"]),
            )
            expect = dict(case["expect"])
            assert found.due == instant(expect.pop("due"))
            told = {"status": found.status, "used_seconds": found.used}
            assert {name: told[name] for name in expect} == expect
        case unknown:
            pytest.fail(f"no such operation: {unknown}")


def test_a_digest_covers_the_week_that_is_over(iso_week):
    expect = iso_week["expect"]
    key, start, end = week_before(instant(iso_week["run"]), ZoneInfo(iso_week["tz"]))
    assert (key, start, end) == (expect["key"], instant(expect["from"]), instant(expect["to"]))
    assert (end - start).total_seconds() == expect["hours"] * 3600
