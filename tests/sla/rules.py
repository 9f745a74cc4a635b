"""R1.13 to R1.15 as the rules say them: open time as one long list of spans of UTC seconds."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
REACH = 60
Span = tuple[int, int]


def second(moment: datetime) -> int:
    """A UTC instant as whole seconds."""
    return int(moment.timestamp())


def wall(day: date, clock: str, zone: ZoneInfo) -> int:
    """A wall time of a day as UTC seconds, the first one where the clock shows it twice."""
    if clock == "24:00":
        day, clock = day + timedelta(days=1), "00:00"
    return second(datetime.combine(day, time.fromisoformat(clock), zone).astimezone(UTC))


def windows(cal: Json, day: date) -> list[list[str]]:
    """The windows that begin on a day: a special day says its own, a holiday has none."""
    if day.isoformat() in cal.get("special", {}):
        return list(cal["special"][day.isoformat()])
    if day.isoformat() in cal.get("holidays", []):
        return []
    return list(cal["week"].get(DAYS[day.weekday()], []))


def spans(cal: Json, start: datetime, end: datetime) -> list[Span]:
    """All open spans from a day before `start` to a day after `end`, absences cut out."""
    zone, found = ZoneInfo(cal["tz"]), []
    day = start.astimezone(zone).date() - timedelta(days=2)
    while day <= end.astimezone(zone).date() + timedelta(days=1):
        for opens, closes in windows(cal, day):
            last = day if closes > opens else day + timedelta(days=1)
            found.append((wall(day, opens, zone), wall(last, closes, zone)))
        day += timedelta(days=1)
    for gone, back in cal.get("absences", []):
        away = second(datetime.fromisoformat(gone)), second(datetime.fromisoformat(back))
        found = [part for span in found for part in without(span, away)]
    return joined([span for span in found if span[0] < span[1]])


def without(span: Span, away: Span) -> list[Span]:
    """A span less an absence: none, one or two spans."""
    (one, other), (gone, back) = span, away
    return [(one, min(other, gone)), (max(one, back), other)]


def joined(found: list[Span]) -> list[Span]:
    """Spans in order, those that touch made one."""
    whole: list[Span] = []
    for one, other in sorted(found):
        if whole and one <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(whole[-1][1], other))
        else:
            whole.append((one, other))
    return whole


def add(cal: Json, start: datetime, seconds: int) -> datetime:
    """R1.14: the first instant after some seconds of open time."""
    left, now = seconds, second(start)
    for one, other in spans(cal, start, start + timedelta(days=REACH)):
        if other <= now:
            continue
        begin = max(one, now)
        if (left == 0 and seconds == 0) or left <= other - begin:
            return datetime.fromtimestamp(begin + left, UTC)
        left -= other - begin
    raise AssertionError("a case reaches further than the reference looks")


def diff(cal: Json, start: datetime, end: datetime) -> int:
    """R1.14: open seconds between two instants, negative the other way round."""
    if end < start:
        return -diff(cal, end, start)
    low, high = second(start), second(end)
    return sum(max(0, min(other, high) - max(one, low)) for one, other in spans(cal, start, end))


def sla(cal: Json, case: Json) -> Json:
    """R1.15: due, state and open seconds used."""
    start, limit = datetime.fromisoformat(case["start"]), case["limit_seconds"]
    due = add(cal, start, limit)
    event = datetime.fromisoformat(case["event"]) if case["event"] else None
    seen = event or datetime.fromisoformat(case["now"])
    used = diff(cal, start, seen)
    if seen > due:
        status = "breached"
    elif event:
        status = "met"
    else:
        status = "due_soon" if 4 * (limit - used) <= limit else "running"
    return {"due": due, "status": status, "used_seconds": used}


def week_before(run: datetime, zone: ZoneInfo) -> tuple[str, datetime, datetime]:
    """R8.1: the ISO week, Monday to Monday in the zone, that was over at an instant."""
    day = run.astimezone(zone).date()
    while day.weekday():
        day -= timedelta(days=1)
    first = day - timedelta(days=7)
    year, week, _ = first.isocalendar()
    ends = [datetime.combine(one, time(), zone).astimezone(UTC) for one in (first, day)]
    return f"{year}-W{week:02}", ends[0], ends[1]
