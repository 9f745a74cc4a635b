"""When crmbridge takes a lead back that sales leaves lying (domain.md 1.4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from crmbridge.agreement.shape import Agreement, Stale
from crmbridge.model.lifecycle import OPEN_WORK, Lifecycle, Stage
from crmbridge.policy.sla.calendar import Calendar, weekdays


class Deadline(NamedTuple):
    """From when on a lead is stale, and the outcome that the cycle then has."""

    at: datetime
    outcome: str


def stale_at(
    lifecycle: Lifecycle,
    last_activity: datetime | None,
    agreement: Agreement,
    calendar: Calendar | None = None,
    *,
    since: datetime | None = None,
) -> Deadline | None:
    """Return when a lead that is with sales goes stale; `None` where none can.

    `last_activity` is the newest thing that sales did with the person, also before the hand-off.
    Days are calendar days of the company: the same local time so many days later; business hours
    are those of `calendar`, else weekdays. A handed lead that sales touched and did not accept
    has `idle_days` from that touch. No silence counts before `since`. Of teams in a row the one
    that has the lead counts, from when it got it, under the times for who was handed on.
    """
    if lifecycle.stage not in OPEN_WORK:
        return None
    marks = lifecycle.current.in_hand
    times = agreement.stale.of_handed_on if lifecycle.current.was_handed_on else agreement.stale
    handed = marks["handed"]
    touches = [marks.get("first_sales_touch"), last_activity]
    touched = [at for at in touches if at is not None and at >= handed]
    begun = [since] if since is not None else []
    if lifecycle.stage is Stage.HANDED:
        if not touched:
            left = max(handed, since or handed)
            at = _untouched(left, times, agreement.tz, calendar)
            return Deadline(at, "stale_untouched")
        at = _later(max([*touched, *begun]), times.idle_days, agreement.tz)
        return Deadline(at, "stale_untouched")
    told = (marks.get(name) for name in ("accepted", "qualified"))
    steps = [at for at in told if at is not None]
    newest = max([handed, *steps, *touched, *begun])
    return Deadline(_later(newest, times.idle_days, agreement.tz), "stale_idle")


def _untouched(
    handed: datetime, times: Stale, zone: ZoneInfo, calendar: Calendar | None
) -> datetime:
    if times.untouched_days is not None:
        return _later(handed, times.untouched_days, zone)
    return (calendar or weekdays(zone)).add(handed, times.untouched_seconds)


def _later(at: datetime, days: int, zone: tzinfo) -> datetime:
    return (at.astimezone(zone) + timedelta(days=days)).astimezone(UTC)
