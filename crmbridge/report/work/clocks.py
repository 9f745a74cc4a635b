"""The clocks of every hand-off as they stand, with why the breached ones were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from crmbridge.agreement import Teams
from crmbridge.agreement.sla.clocks import Sla
from crmbridge.model.codec import parse_instant
from crmbridge.policy.sla.calendar import Calendar, weekdays
from crmbridge.policy.sla.causes import Cause, cause_of
from crmbridge.policy.sla.clocks import Limits, Status
from crmbridge.policy.sla.hours import Spans, absences, calendar_of_rep, calendar_of_team
from crmbridge.policy.sla.kept import Clock
from crmbridge.report.work.hand_offs import HANDED_ON, HandOff
from crmbridge.store import desk
from crmbridge.store.table import Tx

FIRST_TOUCH, ANSWER = "first_touch", "answer"
NAMES = {FIRST_TOUCH: "first touch", ANSWER: "accept it or give it back"}
"""The clocks, in words."""
_STOPPED_BY = {FIRST_TOUCH: "first_sales_touch", ANSWER: "accepted"}


class Timed(NamedTuple):
    """One clock of a hand-off: which, on which company day it began, how it stands, and whose."""

    name: str
    day: date
    clock: Clock
    of: HandOff


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hours:
    """The business time of a rep and of their team, and when they are away; by the file of now."""

    rep: Calendar
    team: Calendar
    away: Spans = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """What clocks are read by: business time by rep, limits, breaches that were told, and now."""

    hours: Mapping[str, _Hours]
    nobody: _Hours
    limits: Limits | None
    limits_on: Limits | None
    """Those of a team that another one hands a lead on to."""
    told: Mapping[tuple[str, int, str], Sequence[Mapping[str, Any]]]
    now: datetime

    @classmethod
    def load(cls, tx: Tx, teams: Teams, sla: Sla | None, zone: ZoneInfo, now: datetime) -> Timing:
        """Read the breaches, and take business time from the teams' file."""
        plain = weekdays(zone)
        hours = {
            rep.id: _Hours(
                rep=calendar_of_rep(teams, team, rep, zone),
                team=calendar_of_team(teams, team, zone),
                away=absences(teams, team, rep, zone),
            )
            for team in teams.teams
            for rep in team.reps
        }
        told: dict[tuple[str, int, str], list[Mapping[str, Any]]] = {}
        for one in desk.noted(tx, "sla_breached"):
            key = (one.lead, one.said["cycle"], one.said["clock"])
            told.setdefault(key, []).append(one.said)
        return cls(
            hours=hours,
            nobody=_Hours(rep=plain, team=plain),
            limits=None if sla is None else Limits.of(sla),
            limits_on=None if sla is None else Limits.of(sla.of_handed_on),
            told=told,
            now=now,
        )

    def timed(self, made: Iterable[HandOff], *, on: bool = False) -> Iterator[Timed]:
        """Yield both clocks of each hand-off that we made, from the instant that sales had it.

        With `on` they are those of teams that another team handed the lead on to.
        """
        limits = self.limits_on if on else self.limits
        for one in made:
            start = one.cycle.data["milestones"].get("handed")
            if one.pushed and start is not None:
                begun, hours = _read(start), self.hours.get(one.rep, self.nobody)
                for name in NAMES:
                    clock = self._clock(one, name, begun, hours, limits)
                    yield Timed(name, one.day, clock, one)

    def _clock(
        self, one: HandOff, name: str, start: datetime, hours: _Hours, limits: Limits | None
    ) -> Clock:
        calendar = hours.rep if name == FIRST_TOUCH else hours.team
        stopped = stopped_at(one, name)
        at = stopped or self.now
        used = max(0, calendar.diff(start, at))
        over = self._over(one, name, start) if self.told else None
        status, cause = Status.MET if stopped else Status.RUNNING, ""
        if over is not None:
            status, cause = Status.BREACHED, self._cause(one, hours, calendar, start, over)
        elif limits is None:
            status = Status.RUNNING
        # most of what is not over is told from the time used alone, without looking for its end
        elif used >= (limit := _limit(limits, one, name)) and at > (
            due := calendar.add(start, limit)
        ):
            status, cause = Status.BREACHED, self._cause(one, hours, calendar, start, due)
        return Clock(status, used, stopped is not None, one.team, one.rep, cause)

    def _over(self, one: HandOff, name: str, start: datetime) -> datetime | None:
        """When a clock was over that sales was told of; that of another team's is not this one."""
        end = one.cycle.data["milestones"].get(HANDED_ON)
        until = _read(end) if end else one.cycle.closed
        for said in self.told.get((one.cycle.lead, one.cycle.n, name), ()):
            due = parse_instant(said["due"])
            if start <= due and (until is None or due <= until):
                return due
        return None

    def _cause(
        self, one: HandOff, hours: _Hours, calendar: Calendar, start: datetime, due: datetime
    ) -> str:
        if hours is self.nobody:
            return Cause.UNKNOWN.value
        away, own, full = hours.away, hours.rep, one.given.full
        found = cause_of(start, due, running=calendar, absences=away, own=own, full=full)
        return found.value


def _limit(limits: Limits, one: HandOff, name: str) -> int:
    if name == ANSWER:
        return limits.answer
    return limits.first_touch(one.given.rating, hand_raise=one.given.hand_raise)


def stopped_at(one: HandOff, name: str) -> datetime | None:
    """When a clock stopped, `None` while it runs: sales did what is asked, or the cycle is over."""
    marks, closed = one.cycle.data["milestones"], one.cycle.closed
    stops = [marks[mark] for mark in (_STOPPED_BY[name], HANDED_ON) if mark in marks]
    told = min(stops, default=None)
    if told is None:
        return closed
    stop = _read(told)
    return stop if closed is None or stop < closed else closed


_read = datetime.fromisoformat
"""As `parse_instant`, which remembers: here there are too many to meet one again."""
