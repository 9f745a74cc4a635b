"""The shape of `teams.toml`: who works leads, and how many at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from pydantic import Field, model_validator

from crmbridge.agreement.base import Table


class Rep(Table):
    """A salesperson.

    `id` is ours, `email` finds them in the CRM. `open_limit` is how many leads in work they can
    hold, `weight` their share of the line beside the others'. `on` is false while they take none.
    """

    id: str = Field(min_length=1)
    name: str = Field(default="", repr=False)
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", repr=False)
    open_limit: int = Field(ge=0)
    on: bool = True
    weight: Decimal = Field(default=Decimal(1), gt=0)


class Team(Table):
    """Reps who share a line of leads."""

    id: str = Field(min_length=1)
    name: str = ""
    reps: tuple[Rep, ...] = ()


class Teams(Table):
    """All teams of a company; changes daily, and nobody signs it."""

    company: str = Field(pattern=r"^[a-z0-9_]+$")
    teams: tuple[Team, ...] = ()

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
        if twins := list(_doubles(rep.email.casefold() for rep in self.reps)):
            ids = [rep.id for rep in self.reps if rep.email.casefold() in twins]
            raise ValueError(f"reps {', '.join(ids)} share an e-mail address")
        return self

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
        return next((rep for rep in self.reps if rep.email.casefold() == wanted), None)


def _doubles(values: Iterable[str]) -> Iterable[str]:
    return (value for value, n in Counter(values).items() if n > 1)
