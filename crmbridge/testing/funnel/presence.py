"""Who is at their desk at an instant, by the teams file and without the code of the spigot."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from crmbridge.agreement import Rep, Team, Teams
from crmbridge.agreement.sla.calendars import WEEK, BusinessCalendar


def away(teams: Teams, team: Team, rep: Rep, at: datetime) -> str:
    """Say why a rep cannot be given a lead at an instant: "absent", "outside hours", or empty."""
    calendar = teams.calendars.get(rep.calendar or team.calendar)
    zone = calendar.tz if calendar else ZoneInfo("UTC")
    if any(start <= at < end for start, end in (one.span(zone) for one in rep.absences)):
        return "absent"
    return "" if calendar is None or works(calendar, at) else "outside hours"


def days(team: Team, teams: Teams, at: datetime) -> tuple[date, tuple[int, int]]:
    """Return the day and the ISO year and week of an instant in a team's zone."""
    calendar = teams.calendars.get(team.calendar)
    zone = ZoneInfo(team.zone) if team.zone else calendar.tz if calendar else ZoneInfo("UTC")
    day = at.astimezone(zone).date()
    return day, day.isocalendar()[:2]


def works(calendar: BusinessCalendar, at: datetime) -> bool:
    """Say whether a calendar has work at an instant; its hours end on the day they began."""
    local = at.astimezone(calendar.tz)
    day = local.date()
    hours = calendar.special.get(day)
    if hours is None:
        hours = () if day in calendar.days_off else calendar.windows(WEEK[local.weekday()])
    minute = 60 * local.hour + local.minute
    return any(one.start <= minute < one.end for one in hours)
