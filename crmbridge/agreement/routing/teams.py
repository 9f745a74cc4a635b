"""The shape of `teams.toml`: who works leads, when, and how many at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Literal, TypeVar

from pydantic import Field, field_validator, model_validator

from crmbridge.agreement.base import Table, known_zone
from crmbridge.agreement.routing.digests import Digest, check
from crmbridge.agreement.routing.in_a_row import HandsOn, check_row, targets
from crmbridge.agreement.routing.limits import BarLine, Release, SkillRule, check_rising
from crmbridge.agreement.routing.reps import Rep as Rep
from crmbridge.agreement.sla.calendars import BusinessCalendar
from crmbridge.model.nearest import meant

Same = TypeVar("Same")


class Team(Table):
    """Reps who share a line of leads.

    `takes` says whose leads these are: every fact named there has one of its values; a team
    without it takes what no other team names. `per_day` limits what the team is given in a day of
    `zone` (the calendar's or the company's when empty). `bar` says what passes by how full the
    team is; without it everything that is sales-ready does. A lead gains a rank in the line every
    `aging_days`, and leaves it after `max_wait_days` (R4.5, R4.10). `owner` is how much the rep of
    the last trip counts: prefer (if free), strict (the lead waits for them) or any. `manager` is
    whom breaches are shown to. `release` limits those of a day who were ready before crmbridge
    came; without it, the file's does. `hands_on` names the teams that get its leads next; a team
    that leads are handed on to gets none from marketing, unless it is `direct`.
    """

    id: str = Field(min_length=1)
    name: str = ""
    manager: str = Field(default="", pattern=r"^([^@\s]+@[^@\s]+)?$", repr=False)
    zone: str = ""
    calendar: str = ""
    takes: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    per_day: int | None = Field(default=None, ge=0)
    bar: tuple[BarLine, ...] = ()
    aging_days: int = Field(default=7, ge=1)
    max_wait_days: int = Field(default=14, ge=1)
    owner: Literal["prefer", "strict", "any"] = "prefer"
    release: Release | None = None
    hands_on: HandsOn | None = None
    direct: bool = False
    reps: tuple[Rep, ...] = ()

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        return name and known_zone(name)

    @field_validator("bar")
    @classmethod
    def _bars_rise(cls, bars: tuple[BarLine, ...]) -> tuple[BarLine, ...]:
        check_rising(bars)
        return bars


class Teams(Table):
    """All teams of a company; changes daily, and nobody signs it."""

    company: str = Field(pattern=r"^[a-z0-9_]+$")
    calendars: dict[str, BusinessCalendar] = Field(default_factory=dict)
    skills: tuple[SkillRule, ...] = ()
    release: Release = Release()
    """People of the past that each team is given in a day, where the team names no number."""
    teams: tuple[Team, ...] = ()
    digest: tuple[Digest, ...] = ()
    """Who is sent the week on Monday morning; it changes no decision."""

    @model_validator(mode="before")
    @classmethod
    def _every_rep_has_a_team(cls, data: Any) -> Any:
        if isinstance(data, dict) and (loose := data.get("reps")):
            rows = loose if isinstance(loose, list) else [loose]
            ids = [str(one.get("id", "?")) for one in rows if isinstance(one, dict)]
            raise ValueError(
                f"reps in no team: {', '.join(ids)}. Put each under the [[teams]] it belongs to, "
                "as [[teams.reps]]"
            )
        return data

    @model_validator(mode="after")
    def _reps_are_there_and_distinct(self) -> Teams:
        if not self.reps:
            raise ValueError("no rep: add at least one under [[teams.reps]]")
        for what, values in (
            ("teams have the id", [team.id for team in self.teams]),
            ("reps have the id", [rep.id for rep in self.reps]),
        ):
            for value in _doubles(values):
                raise ValueError(f"two {what} {value!r}: give each its own")
        if twins := list(_doubles(rep.address for rep in self.reps if rep.address)):
            ids = [rep.id for rep in self.reps if rep.address in twins]
            raise ValueError(f"reps {', '.join(ids)} share an e-mail address")
        found_by = [rep.found_by for rep in self.reps]
        for twin in _doubles(found_by):
            ids = [rep.id for rep in self.reps if rep.found_by == twin]
            raise ValueError(
                f"reps {', '.join(ids)} have one and the same {twin[0]}: each of them would be "
                "given the other's leads; leave one of them"
            )
        return self

    @model_validator(mode="after")
    def _releases_fit(self) -> Teams:
        """What is let out of the past is among what a team is given; more of it cannot leave."""
        for team in self.teams:
            named = team.release or (self.release if "release" in self.model_fields_set else None)
            if named and team.per_day is not None and named.per_day > team.per_day:
                raise ValueError(
                    f"team {team.id!r}: release.per_day is {named.per_day}, and the team is given "
                    f"{team.per_day} leads in a day in all (per_day): release at most that many"
                )
        return self

    @model_validator(mode="after")
    def _hand_ons_lead_on(self) -> Teams:
        check_row(self._row, [team.id for team in self.teams if team.direct])
        return self

    @property
    def _row(self) -> dict[str, HandsOn | None]:
        return {team.id: team.hands_on for team in self.teams}

    @property
    def from_others(self) -> frozenset[str]:
        """Teams that get leads from other teams alone, by id."""
        return targets(self._row) - {team.id for team in self.teams if team.direct}

    def released_per_day(self, team: Team) -> int:
        """How many people of the past a team is given in a day."""
        return (team.release or self.release).per_day

    @model_validator(mode="after")
    def _digests_reach_somebody(self) -> Teams:
        check(self.digest, self.reps, [team.id for team in self.teams])
        return self

    @model_validator(mode="after")
    def _calendars_exist(self) -> Teams:
        for what, name in self._named_calendars():
            if name and name not in self.calendars:
                known = ", ".join(sorted(self.calendars)) or "none"
                hint = meant(name, self.calendars, f"there are: {known}")
                raise ValueError(f"{what}: no calendar {name!r} under [calendars]; {hint}")
        return self

    def _named_calendars(self) -> Iterator[tuple[str, str]]:
        for team in self.teams:
            yield f"team {team.id!r}", team.calendar
            for rep in team.reps:
                yield f"rep {rep.id!r}", rep.calendar

    @property
    def reps(self) -> tuple[Rep, ...]:
        """Reps of all teams, in the order of the file."""
        return tuple(rep for team in self.teams for rep in team.reps)

    def rep(self, ident: str) -> Rep | None:
        """Return the rep with this id of ours, or `None`."""
        return next((rep for rep in self.reps if rep.id == ident), None)

    def rep_by_email(self, email: str) -> Rep | None:
        """Return the rep with this address, whatever its case, or `None`."""
        wanted = email.strip().casefold()
        return next((rep for rep in self.reps if wanted and rep.address == wanted), None)

    def team(self, ident: str) -> Team | None:
        """Return the team with this id, or `None`."""
        return next((team for team in self.teams if team.id == ident), None)

    def team_of(self, rep: str) -> Team | None:
        """Return the team of a rep by our id, or `None`."""
        return next((team for team in self.teams if any(one.id == rep for one in team.reps)), None)

    def called(self, ident: str) -> str:
        """What people call a rep or a team of this id; the id of one that the file does not name.

        Ids of reps and teams are looked for in this order.
        """
        one = self.rep(ident) or self.team(ident)
        return (one.name if one else "") or ident


def _doubles(values: Iterable[Same]) -> Iterable[Same]:
    return (value for value, n in Counter(values).items() if n > 1)
