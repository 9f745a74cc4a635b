"""The shape of a weekly digest in teams.toml: who is told, as what, and by which ways."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field, field_validator

from crmbridge.agreement.base import Table
from crmbridge.agreement.routing.reps import Rep
from crmbridge.model.lead import mark_of
from crmbridge.model.nearest import meant

Audience = Literal["marketing", "sales", "rep", "leadership"]
Way = Literal["webhook", "email", "file"]


class Digest(Table):
    """Somebody who is sent the week on Monday morning.

    `person` is a rep's id, name or e-mail address, or the e-mail address of who is no rep; `name`
    is how they are called then. `audience` says what they hear of, `channel` by which way, or
    ways, they are told. `team` keeps it to one team's leads.
    """

    person: str = Field(min_length=1, repr=False)
    name: str = Field(default="", repr=False)
    audience: Audience
    channel: tuple[Way, ...] = Field(min_length=1)
    team: str = ""

    @field_validator("channel", mode="before")
    @classmethod
    def _one_or_several(cls, given: Any) -> Any:
        return (given,) if isinstance(given, str) else given

    @field_validator("channel")
    @classmethod
    def _each_once(cls, ways: tuple[Way, ...]) -> tuple[Way, ...]:
        return tuple(dict.fromkeys(ways))

    def rep(self, reps: Sequence[Rep]) -> Rep | None:
        """The rep that the person is; `None` for who is no rep."""
        wanted = self.person.strip().casefold()
        by_id = (one for one in reps if one.id.casefold() == wanted)
        named = (one for one in reps if wanted in (one.address, one.name.strip().casefold()))
        return next(by_id, None) or next(named, None)

    def email(self, reps: Sequence[Rep]) -> str:
        """Their address; empty for none."""
        rep = self.rep(reps)
        if rep is not None:
            return rep.email
        return self.person.strip() if "@" in self.person else ""

    def called(self, reps: Sequence[Rep]) -> str:
        """Their name as people say it."""
        rep = self.rep(reps)
        if rep is not None:
            return rep.name or rep.id
        return self.name or self.person

    def who(self, reps: Sequence[Rep]) -> str:
        """Whose digest it is, as the ledger keeps it: a rep's id, else a mark, no address."""
        rep = self.rep(reps)
        return rep.id if rep is not None else f"mark:{mark_of(self.person.strip().casefold())}"


def check(digests: Sequence[Digest], reps: Sequence[Rep], teams: Sequence[str]) -> None:
    """Raises `ValueError` for a digest to nobody, to one person twice, or by no way."""
    for n, one in enumerate(digests, 1):
        _check(f"[[digest]] number {n}", one, reps, teams)
    known: dict[str, int] = {}
    for n, one in enumerate(digests, 1):
        first = known.setdefault(one.who(reps), n)
        if first != n:
            raise ValueError(
                f"[[digest]] number {first} and number {n} are for one person, who is sent one a "
                "week: keep one of them, and name all ways under its channel"
            )


def _check(where: str, one: Digest, reps: Sequence[Rep], teams: Sequence[str]) -> None:
    rep = one.rep(reps)
    names = [name for rep in reps for name in (rep.id, rep.name) if name]
    if rep is None and "@" not in one.person:
        hint = meant(one.person, names, "write a rep's id, or an e-mail address")
        raise ValueError(f"{where}: no rep has the id or name {one.person!r}; {hint}")
    if rep is None and one.audience == "rep":
        raise ValueError(
            f"{where}: the audience rep hears of its own leads, and this is no rep: name a rep, "
            "or choose marketing, sales or leadership"
        )
    if rep is not None and rep.kind != "person":
        raise ValueError(f"{where}: this rep is no person, and reads nothing: name a person")
    if "email" in one.channel and not one.email(reps):
        raise ValueError(
            f"{where}: channel is email, and the rep has no e-mail address: add email to the "
            "rep, or choose another channel"
        )
    if one.team and one.team not in teams:
        hint = meant(one.team, teams, f"there are: {', '.join(teams)}")
        raise ValueError(f"{where}: no team {one.team!r}; {hint}")
