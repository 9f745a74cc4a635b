"""What a rep was given in 60 minutes, a day and an ISO week, counted slowly in the team's zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from crmbridge.flows.reps.rotation import HOUR, Turn

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Sydney", "Pacific/Auckland", "UTC")
START = datetime(2026, 3, 20, tzinfo=UTC)
steps = st.lists(
    st.sampled_from([0, 1, 59, 60, 61, 600, 1439, 1440, 4000, 20_000]), min_size=1, max_size=25
)


@settings(max_examples=200, deadline=None)
@given(steps, st.sampled_from(ZONES), st.integers(0, 300))
def test_counts_are_those_of_the_hour_the_day_and_the_week_of_the_team(
    minutes: list[int], name: str, day: int
) -> None:
    zone, now, turn = ZoneInfo(name), START + timedelta(days=day), Turn()
    given_at: list[datetime] = []
    for step in minutes:
        now += timedelta(minutes=step)
        today = now.astimezone(zone).date()
        days = [one.astimezone(zone).date() for one in given_at]
        assert turn.days.get(today.isoformat(), 0) == days.count(today)
        week = [one for one in days if one.isocalendar()[:2] == today.isocalendar()[:2]]
        assert turn.week(today) == len(week)
        last = [one for one in given_at if (now - one).total_seconds() < 3600]
        assert sum(now - one < HOUR for one in turn.hour) == len(last)
        turn.given(now, today, Fraction(1))
        turn = Turn.of(turn.row())
        given_at.append(now)
