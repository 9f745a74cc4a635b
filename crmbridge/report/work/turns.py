"""Who could be given leads when one was given out, as teams.toml and pauses tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from crmbridge.agreement import Rep, Team, Teams
from crmbridge.model.codec import parse_instant
from crmbridge.policy.routing.fairness import Stretch
from crmbridge.policy.sla.hours import absent, in_hours
from crmbridge.store import desk
from crmbridge.store.desk import Noted
from crmbridge.store.table import Tx

Span = tuple[datetime, datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A lead that was given out: when, by which team, to whom, and whether the turn was undone."""

    at: datetime
    team: str
    rep: str
    undone: bool


def given(tx: Tx) -> list[Given]:
    """Return all leads that were given out from the waiting line, by time.

    Those that one team of sales hands on to another are not among them. A turn is undone where the
    promise was taken back, or the lead was nothing to work on (R4.9).
    """
    ends: dict[tuple[str, str], list[datetime]] = {}
    for type_ in ("unassigned", "refunded"):
        for one in desk.noted(tx, type_):
            ends.setdefault((one.lead, str(one.said.get("rep") or "")), []).append(one.at)
    return [_given(one, ends) for one in desk.noted(tx, "assigned") if not one.said.get("on")]


def _given(one: Noted, ends: Mapping[tuple[str, str], list[datetime]]) -> Given:
    rep = str(one.said["rep"])
    later = [at for at in ends.get((one.lead, rep), ()) if at >= one.at]
    if later:
        ends[one.lead, rep].remove(min(later))
    return Given(at=one.at, team=str(one.said["team"]), rep=rep, undone=bool(later))


@dataclass(slots=True, kw_only=True)
class Presence:
    """Who of a team could be given leads at an instant.

    Who is off in the file, absent, outside their hours or paused is not there. Whether a desk was
    full nobody can say afterwards.
    """

    teams: Teams
    zone: ZoneInfo
    pauses: Mapping[str, list[Span]]
    _by_team: Mapping[str, Team] = field(init=False)

    def __post_init__(self) -> None:
        self._by_team = {team.id: team for team in self.teams.teams}

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
        found = self._by_team.get(team)
        if found is None or self._paused(f"team:{team}", at):
            return {}
        return {
            rep.id: Fraction(rep.weight) for rep in found.reps if self._is_there(found, rep, at)
        }

    def _is_there(self, team: Team, rep: Rep, at: datetime) -> bool:
        return (
            rep.on
            and not absent(self.teams, team, rep, at, self.zone)
            and in_hours(self.teams, team, rep, at)
            and not self._paused(f"rep:{rep.id}", at)
        )

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
