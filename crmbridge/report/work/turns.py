"""Who could be given leads when one was given out, as teams.toml and pauses tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from crmbridge.agreement import Rep, Team, Teams
from crmbridge.model.codec import parse_instant
from crmbridge.policy.routing.fairness import Stretch
from crmbridge.policy.sla.calendar import Calendar
from crmbridge.policy.sla.hours import Spans, absences, hours_of
from crmbridge.report.work.days import Days
from crmbridge.store import desk
from crmbridge.store.desk import Noted
from crmbridge.store.table import Tx

Span = tuple[datetime, datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A lead that was given out: when, by which team, to whom, and whether the turn was undone."""

    lead: str
    at: datetime
    day: date
    team: str
    rep: str
    undone: bool


def given(tx: Tx, days: Days) -> list[Given]:
    """Return all leads that were given out from the waiting line, by time.

    Those that one team of sales hands on to another are not among them. A turn is undone where the
    promise was taken back, or the lead was nothing to work on (R4.9).
    """
    ends: dict[tuple[str, str], list[datetime]] = {}
    for type_ in ("unassigned", "refunded"):
        for one in desk.noted(tx, type_):
            ends.setdefault((one.lead, str(one.said.get("rep") or "")), []).append(one.at)
    return [_given(one, days, ends) for one in desk.noted(tx, "assigned") if not one.said.get("on")]


def _given(one: Noted, days: Days, ends: Mapping[tuple[str, str], list[datetime]]) -> Given:
    rep = str(one.said["rep"])
    later = [at for at in ends.get((one.lead, rep), ()) if at >= one.at]
    if later:
        ends[one.lead, rep].remove(min(later))
    return Given(
        lead=one.lead,
        at=one.at,
        day=days.of(one.at),
        team=str(one.said["team"]),
        rep=rep,
        undone=bool(later),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """A rep who takes leads, by the file of now; `hours` is `None` for any time."""

    rep: str
    weight: Fraction
    hours: Calendar | None
    away: Spans

    @classmethod
    def of(cls, teams: Teams, team: Team, rep: Rep, zone: ZoneInfo) -> _Desk:
        hours, away = hours_of(teams, team, rep), absences(teams, team, rep, zone)
        return cls(rep=rep.id, weight=Fraction(rep.weight), hours=hours, away=away)

    def is_there(self, at: datetime) -> bool:
        if any(start <= at < end for start, end in self.away):
            return False
        return self.hours is None or self.hours.is_open(at)


@dataclass(slots=True, kw_only=True)
class Presence:
    """Who of a team could be given leads at an instant.

    Who is off in the file, absent, outside their hours or paused is not there. Whether a desk was
    full nobody can say afterwards.
    """

    teams: Teams
    zone: ZoneInfo
    pauses: Mapping[str, list[Span]]
    _desks: Mapping[str, list[_Desk]] = field(init=False)

    def __post_init__(self) -> None:
        self._desks = {
            team.id: [_Desk.of(self.teams, team, rep, self.zone) for rep in team.reps if rep.on]
            for team in self.teams.teams
        }

    @classmethod
    def read(cls, tx: Tx, teams: Teams, zone: ZoneInfo) -> Presence:
        """Read the pauses that there were."""
        pauses: dict[str, list[Span]] = {}
        both = [*_typed(tx, "paused"), *_typed(tx, "resumed")]
        for at, what, until, begins in sorted(both, key=lambda one: one[0]):
            spans = pauses.setdefault(what, [])
            if spans and (spans[-1][1] is None or spans[-1][1] > at):
                spans[-1] = (spans[-1][0], at)
            if begins:
                spans.append((at, until))
        return cls(teams=teams, zone=zone, pauses=pauses)

    def there(self, team: str, at: datetime) -> dict[str, Fraction]:
        """The weights of those who were there, by rep; nobody of a team that is no more."""
        if self._paused(f"team:{team}", at):
            return {}
        return {
            one.rep: one.weight
            for one in self._desks.get(team, ())
            if one.is_there(at) and not self._paused(f"rep:{one.rep}", at)
        }

    def _paused(self, what: str, at: datetime) -> bool:
        spans = self.pauses.get(what, ())
        return any(start <= at and (end is None or at < end) for start, end in spans)

    def stretches(self, turns: list[Given]) -> Iterator[Stretch]:
        """Yield hand-outs to the same reps together."""
        found: dict[tuple[tuple[str, Fraction], ...], dict[str, int]] = {}
        for one in turns:
            weights = tuple(sorted(self.there(one.team, one.at).items()))
            counts = found.setdefault(weights, {})
            counts[one.rep] = counts.get(one.rep, 0) + 1
        for weights, counts in found.items():
            yield Stretch(given=counts, weights=dict(weights))


def _typed(tx: Tx, type_: str) -> Iterator[tuple[datetime, str, datetime | None, bool]]:
    for one in desk.noted(tx, type_):
        said: Mapping[str, Any] = one.said
        until = said.get("until")
        yield one.at, str(said["what"]), parse_instant(until) if until else None, type_ == "paused"
