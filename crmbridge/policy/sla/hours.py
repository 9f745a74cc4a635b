"""When teams and reps work: their calendars, zones and absences, as teams.toml names them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from crmbridge.agreement import Rep, Team, Teams
from crmbridge.agreement.sla.calendars import BusinessCalendar
from crmbridge.policy.sla.calendar import Calendar, calendar_of, weekdays

Spans = tuple[tuple[datetime, datetime], ...]


def zone_of(teams: Teams, team: Team, company: ZoneInfo) -> ZoneInfo:
    """Return the zone of a team's days and weeks: its own, its calendar's, the company's."""
    if team.zone:
        return ZoneInfo(team.zone)
    return teams.calendars[team.calendar].tz if team.calendar else company


def absent(teams: Teams, team: Team, rep: Rep, at: datetime, company: ZoneInfo) -> bool:
    """Whether a rep is away at an instant."""
    return any(start <= at < end for start, end in absences(teams, team, rep, company))


def in_hours(teams: Teams, team: Team, rep: Rep, at: datetime) -> bool:
    """Whether an instant is working time of a rep; always, for who has no calendar."""
    hours = hours_of(teams, team, rep)
    return hours is None or hours.is_open(at)


def hours_of(teams: Teams, team: Team, rep: Rep) -> Calendar | None:
    """Return a rep's working time whether absent or not; `None` for who has no calendar."""
    name = rep.calendar or team.calendar
    return _calendar(teams.calendars[name]) if name else None


def calendar_of_team(teams: Teams, team: Team | None, company: ZoneInfo) -> Calendar:
    """Return a team's business time; weekdays in the company's zone where none is named."""
    if team is None or not team.calendar:
        zone = company if team is None else zone_of(teams, team, company)
        return _weekdays(zone.key, ())
    return _calendar(teams.calendars[team.calendar])


def business_days(teams: Teams, company: ZoneInfo) -> Calendar:
    """Return Monday to Friday of the company, whole days, but for the days off of its first team.

    It counts days, such as those until a hand-off that nobody accepted counts as one (R3.12).
    """
    days = weekdays(company)
    named = [team.calendar for team in teams.teams if team.calendar]
    return replace(days, holidays=teams.calendars[named[0]].days_off) if named else days


def calendar_of_rep(teams: Teams, team: Team, rep: Rep, company: ZoneInfo) -> Calendar:
    """Return a rep's business time without their absences."""
    away = absences(teams, team, rep, company)
    name = rep.calendar or team.calendar
    if not name:
        return _weekdays(zone_of(teams, team, company).key, away)
    return _calendar(teams.calendars[name], away)


def absences(teams: Teams, team: Team, rep: Rep, company: ZoneInfo) -> Spans:
    """Return when a rep is away, in the zone of their hours; the ends are left out."""
    name = rep.calendar or team.calendar
    zone = teams.calendars[name].tz if name else zone_of(teams, team, company)
    return tuple(one.span(zone) for one in rep.absences)


def _calendar(shape: BusinessCalendar, away: Spans = ()) -> Calendar:
    return _built(shape.model_dump_json(), away)


@lru_cache(maxsize=256)
def _built(shape: str, away: Spans) -> Calendar:
    # by content: a calendar works out whole years, and a file that is read anew is another object
    return calendar_of(BusinessCalendar.model_validate_json(shape), away)


@lru_cache(maxsize=256)
def _weekdays(zone: str, away: Spans) -> Calendar:
    return weekdays(ZoneInfo(zone)).without(away)
