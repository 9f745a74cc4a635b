"""Whose turn it is: what each rep was given, kept beside the events that it follows from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import instant, parse_instant
from crmbridge.model.payload import Assigned, Refunded, Unassigned
from crmbridge.policy.routing.assign import Team
from crmbridge.policy.sla.hours import zone_of
from crmbridge.store import cursors, events

TURNS = "turns"
"""Row of the ledger's facts. Lost, it is counted again from the events."""
TOLD_BY = (Assigned.type, Unassigned.type, Refunded.type)
KEPT_DAYS = 8
"""Days of counts that are kept: an ISO week and the day before it."""
HOUR = timedelta(hours=1)


@dataclass(slots=True, kw_only=True)
class Turn:
    """One rep's turn: virtual time `v`, last assignment, counts by day of the team's zone.

    `available` is how the last tick left them (R4.8), no for who was in none yet: a rep who joins
    starts level with the others. `hour` are the instants of the last 60 minutes, `pulled` counts
    what they fetched themselves, `released` whom they were given out of the past.
    """

    v: Fraction = Fraction(0)
    last: datetime | None = None
    available: bool = False
    days: dict[str, int] = field(default_factory=dict)
    pulled: dict[str, int] = field(default_factory=dict)
    released: dict[str, int] = field(default_factory=dict)
    hour: list[datetime] = field(default_factory=list)

    def given(
        self, at: datetime, day: date, v: Fraction, *, pulled: bool = False, past: bool = False
    ) -> None:
        """Note one more lead."""
        self.v, self.last = v, at
        self.days = _counted(self.days, day)
        if pulled:
            self.pulled = _counted(self.pulled, day)
        if past:
            self.released = _counted(self.released, day)
        self.hour = [one for one in self.hour if at - one < HOUR] + [at]

    def week(self, day: date) -> int:
        """How many they were given in the ISO week of a day, up to that day."""
        monday = day - timedelta(days=day.weekday())
        return sum(n for text, n in self.days.items() if monday <= date.fromisoformat(text) <= day)

    def row(self) -> dict[str, Any]:
        """Write as JSON's types."""
        return {
            "v": str(self.v),
            "last": instant(self.last) if self.last else None,
            "available": self.available,
            "days": self.days,
            "pulled": self.pulled,
            "released": self.released,
            "hour": [instant(one) for one in self.hour],
        }

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Turn:
        """Read back what `row` wrote."""
        return cls(
            v=Fraction(row["v"]),
            last=parse_instant(row["last"]) if row["last"] else None,
            available=row["available"],
            days=dict(row["days"]),
            pulled=dict(row["pulled"]),
            released=dict(row.get("released", {})),
            hour=[parse_instant(one) for one in row["hour"]],
        )


def _counted(counts: Mapping[str, int], day: date) -> dict[str, int]:
    oldest = (day - timedelta(days=KEPT_DAYS)).isoformat()
    kept = {text: n for text, n in counts.items() if text > oldest}
    kept[day.isoformat()] = kept.get(day.isoformat(), 0) + 1
    return kept


class Turns:
    """The turns of all reps, by our rep id; read once, written when something changed."""

    def __init__(self, scene: Scene, rows: Mapping[str, Turn]) -> None:
        self._scene = scene
        self._turns = dict(rows)
        self._before: dict[str, Any] | None = self._rows()

    @classmethod
    def load(cls, scene: Scene) -> Turns:
        """Read the turns, or count them from the events where they were never kept."""
        kept = cursors.get_meta(scene.tx, TURNS)
        if isinstance(kept, dict):
            return cls(scene, {rep: Turn.of(row) for rep, row in kept.items()})
        found = cls(scene, recount(scene))
        found._before = None
        return found

    def of(self, rep: str) -> Turn:
        """A rep's turn; a fresh one for who was never given anything."""
        return self._turns.setdefault(rep, Turn())

    def note(self, before: Team, after: Team, given: Sequence[str]) -> None:
        """Keep how a tick left a team; `given` are the reps of its assignments, in order.

        R4.8 asks who was available at the end of the last tick. While nobody is (a night, all desks
        full) nobody is passed over either: then it is who was free when somebody last was, or who
        comes back from an absence in the morning would have saved up all their turns.
        """
        free = _free_last(before, after, given)
        for desk in after.desks:
            turn = self.of(desk.id)
            turn.v = desk.v
            turn.available = turn.available if free is None else desk.id in free

    def save(self) -> None:
        """Write the turns if they changed."""
        rows = self._rows()
        if rows != self._before:
            cursors.put_meta(self._scene.tx, TURNS, rows)
            self._before = rows

    def _rows(self) -> dict[str, Any]:
        return {rep: turn.row() for rep, turn in sorted(self._turns.items())}


def _free_last(before: Team, after: Team, given: Sequence[str]) -> set[str] | None:
    """Who of a team was free when somebody last was; `None` when nobody was in this tick."""
    free = {desk.id for desk in after.desks if desk.available}
    mine = [rep for rep in given if any(desk.id == rep for desk in after.desks)]
    if free or not mine:
        return free or None
    until_last = Counter(mine[:-1])
    return {one.id for one in before.desks if one.available and one.room > until_last[one.id]}


def recount(scene: Scene) -> dict[str, Turn]:
    """Count the turns from the ledger's events.

    Who was available last is not told by them; whoever was given something is taken for that.
    """
    found: dict[str, Turn] = {}
    for event in events.of_types(scene.tx, TOLD_BY):
        told = event.payload
        if not isinstance(told, Assigned | Unassigned | Refunded) or not told.rep:
            continue
        turn = found.setdefault(told.rep, Turn(available=True))
        v = told.v or turn.v
        if isinstance(told, Assigned):
            day = day_of(scene, told.rep, event.at)
            turn.given(event.at, day, v, pulled=told.how == "pull", past=told.past)
        turn.v = v
    return found


def day_of(scene: Scene, rep: str, at: datetime) -> date:
    """The day of an instant in the zone of a rep's team."""
    company = scene.company
    team = company.teams.team_of(rep)
    zone: ZoneInfo = zone_of(company.teams, team, company.zone) if team else company.zone
    return at.astimezone(zone).date()


def give_back(scene: Scene, rep: str) -> Fraction | None:
    """Give a rep the turn back of a lead that was nothing to work on (R4.9); return their new v.

    Counts of the day stay. `None` for a rep whom the teams file does not know.
    """
    known = scene.company.teams.rep(rep)
    if known is None:
        return None
    turns = Turns.load(scene)
    turn = turns.of(rep)
    turn.v -= 1 / Fraction(known.weight)
    turns.save()
    return turn.v


def refund(scene: Scene, lead: str, rep: str, reason: str, trip: str) -> None:
    """R4.9: a lead was nothing to work on, so its rep has the turn back.

    `trip` tells apart the times that a lead came back.
    """
    v = give_back(scene, rep)
    if v is not None:
        scene.decided(Refunded(rep=rep, v=v, reason=reason), lead, f"refunded:{lead}:{trip}")
