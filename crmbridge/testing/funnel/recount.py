"""What reps were given and hold, counted anew from the ledger's entries and the teams file."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction

from crmbridge.agreement import Rep, Team, Teams
from crmbridge.model.event import Event, said
from crmbridge.model.payload import (
    Accepted,
    Assigned,
    FirstSeen,
    Handed,
    Opportunity,
    Recalled,
    RecordSeen,
    Rejected,
    Returned,
    Stale,
    Unassigned,
)
from crmbridge.testing.funnel.presence import away, days

HOUR = timedelta(hours=1)
_MOVES = (
    *(Assigned, Unassigned, Handed, Accepted, FirstSeen, RecordSeen),
    *(Opportunity, Stale, Rejected, Returned, Recalled),
)
MOVES = frozenset(one.type for one in _MOVES)
"""Types of entries by which a lead comes to a rep or leaves one."""


@dataclass(slots=True)
class Given:
    """Leads that a rep or a team was given, by day and week, and the instants of the last hour."""

    day: Counter[date] = field(default_factory=Counter)
    week: Counter[tuple[int, int]] = field(default_factory=Counter)
    hour: list[datetime] = field(default_factory=list)

    def last_hour(self, at: datetime) -> int:
        """How many in the 60 minutes before an instant."""
        self.hour = [one for one in self.hour if at - one < HOUR]
        return len(self.hour)


class Recount:
    """Judges every hand-off by the limits and hours in force, before it is counted.

    `wrong` counts hand-offs by what is wrong with them. `free` names the reps of the team who
    could have had the last lead, `given` counts hand-offs.
    """

    def __init__(self, teams: Teams) -> None:
        self._teams = teams
        self._team = {rep.id: team for team in teams.teams for rep in team.reps}
        self._rep = {rep.id: rep for rep in teams.reps}
        self._got: dict[str, Given] = defaultdict(Given)
        self._held = Held()
        self.wrong: Counter[str] = Counter()
        self.free: frozenset[str] = frozenset()
        self.given = 0

    def take(self, event: Event) -> None:
        """Count one entry; entries come in the ledger's order."""
        for told in said([event], Assigned):
            self._assigned(told.rep, event.at)
        self._held.take(event)

    def _assigned(self, rep: str, at: datetime) -> None:
        self.given += 1
        team = self._team[rep]
        self.wrong.update(self._faults(team, self._rep[rep], at))
        self.free = frozenset(one.id for one in team.reps if not self._full_or_away(team, one, at))
        day, week = days(team, self._teams, at)
        for got in (self._got[rep], self._got[f"team {team.id}"]):
            got.day[day] += 1
            got.week[week] += 1
            got.hour.append(at)

    def _full_or_away(self, team: Team, rep: Rep, at: datetime) -> bool:
        return next(self._reps_faults(team, rep, at), None) is not None

    def _faults(self, team: Team, rep: Rep, at: datetime) -> Iterator[str]:
        yield from self._reps_faults(team, rep, at)
        day, _ = days(team, self._teams, at)
        if _reached(team.per_day, self._got[f"team {team.id}"].day[day]):
            yield "past the team's limit of a day"

    def _reps_faults(self, team: Team, rep: Rep, at: datetime) -> Iterator[str]:
        if not rep.on:
            yield "to a rep who takes none"
        if why := away(self._teams, team, rep, at):
            yield f"to a rep who was {why}"
        got, (day, week) = self._got[rep.id], days(team, self._teams, at)
        if _reached(rep.open_limit, self._held.count[rep.id]):
            yield "to a rep who was at the limit of open leads"
        if _reached(rep.per_hour, got.last_hour(at)):
            yield "to a rep who was at the limit of an hour"
        if _reached(rep.per_day, got.day[day]):
            yield "to a rep who was at the limit of a day"
        if _reached(rep.per_week, got.week[week]):
            yield "to a rep who was at the limit of a week"


def _reached(limit: int | None, number: int) -> bool:
    return limit is not None and number >= limit


class Held:
    """Leads that each rep has in work or was promised, whoever gave them.

    `count` is by rep. A lead counts from its assignment until it is with marketing again or a deal.
    """

    def __init__(self) -> None:
        self.owner: dict[str, str] = {}
        self.open: set[str] = set()
        self.promised: dict[str, str] = {}
        self.count: Counter[str] = Counter()

    def take(self, event: Event) -> None:
        """Count one entry."""
        if event.type not in MOVES:
            return
        lead = event.lead
        match event.payload:
            case Assigned(rep=rep):
                self.promised[lead] = rep
                self.count[rep] += 1
            case Unassigned():
                self._kept_promise(lead)
            case Handed(rep=str(rep)) if rep:
                self._open(lead, rep)
            case Handed() | Accepted():
                self._open(lead, self.owner.get(lead, ""))
            case RecordSeen(owner=str(owner)) | FirstSeen(owner=str(owner)):
                self._owner(lead, owner)
            case Opportunity() | Stale() | Rejected() | Returned() | Recalled():
                self._close(lead)

    def _kept_promise(self, lead: str) -> None:
        promised = self.promised.pop(lead, None)
        if promised is not None:
            self.count[promised] -= 1

    def _open(self, lead: str, rep: str) -> None:
        self._kept_promise(lead)
        if lead not in self.open:
            self.open.add(lead)
            self.owner[lead] = rep
            self.count[rep] += 1

    def _owner(self, lead: str, rep: str) -> None:
        if lead in self.open:
            self.count[self.owner[lead]] -= 1
            self.count[rep] += 1
        self.owner[lead] = rep

    def _close(self, lead: str) -> None:
        if lead in self.open:
            self.open.discard(lead)
            self.count[self.owner[lead]] -= 1


class Shares:
    """How far each rep is from their share of the leads while the same reps are free.

    `worst` is the largest |given - weight share x total| of all such times, after each hand-off
    (domain.md 12), with the turns by which reps were ahead or behind as the time began: who joins
    is not behind all that stayed (R4.8). `plain` is the same with every time begun at nought,
    `times` counts them.
    """

    def __init__(self, teams: Teams) -> None:
        self._weight = {rep.id: Fraction(rep.weight) for rep in teams.reps}
        self._turns: defaultdict[str, Fraction] = defaultdict(Fraction)
        self._free: dict[str, frozenset[str]] = {}
        self._began: dict[str, dict[str, Fraction]] = {}
        self.worst = self.plain = Fraction(0)
        self.times = 0

    def take(self, team: str, rep: str, free: frozenset[str]) -> None:
        """Count one hand-off; `free` are the reps who could have had it."""
        free |= {rep}
        if self._free.get(team) != free:
            self._join(free, self._free.get(team, frozenset()))
            self._free[team] = free
            self._began[team] = {one: self._turns[one] for one in free}
            self.times += 1
        self._turns[rep] += 1 / self._weight[rep]
        began, turns = self._began[team], {one: self._turns[one] for one in free}
        self.worst = max(self.worst, self._off(turns))
        self.plain = max(self.plain, self._off({one: turns[one] - began[one] for one in free}))

    def _join(self, free: frozenset[str], before: frozenset[str]) -> None:
        least = min((self._turns[one] for one in free & before), default=Fraction(0))
        for one in free - before:
            self._turns[one] = max(self._turns[one], least)

    def _off(self, turns: dict[str, Fraction]) -> Fraction:
        whole = sum((self._weight[one] for one in turns), Fraction(0))
        level = sum((self._weight[one] * turns[one] for one in turns), Fraction(0)) / whole
        return max(abs(self._weight[one] * (turns[one] - level)) for one in turns)
