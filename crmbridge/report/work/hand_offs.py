"""The hand-offs to sales: each with its cycle, and who got it, as the ledger's entries tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from crmbridge.agreement import Teams
from crmbridge.model.codec import instant
from crmbridge.model.lifecycle import EXPANSION
from crmbridge.model.payload import Handed
from crmbridge.policy.totals.trip import BACK, WON
from crmbridge.report.work.days import Days
from crmbridge.store import assignments, events, leads, trips
from crmbridge.store.assignments import Given
from crmbridge.store.table import Tx
from crmbridge.store.trips import Went

NOBODY = "(nobody)"
"""Who has what no rep has, as a report names them."""
ADOPTED = "adopted"
PUSHED = "pushed"
HANDED_ON = "handed_on"
"""The milestone of a cycle that one team of sales handed on to another."""
UNTOLD = Handed(kind="")
"""Stands for an acknowledgement that says nothing of whom and why."""
NOT_GIVEN = Given("", "", "", "", hand_raise=False, full=False)
"""Stands for the assignment of a lead that the line gave to nobody."""


class HandOff(NamedTuple):
    """A cycle that came to sales; a report has tens of thousands in hand.

    `day` is the company's day of the hand-off, by the date that a later step implies where there
    is no other (R1.9). `rep` is who got it, our id or the vendor's user as text, and `team` theirs;
    both are empty where nobody knows. `given` is what was decided when the lead was assigned, blank
    for one that sales took itself; `definition` is the version that it was stamped with.
    """

    cycle: Went
    day: date
    rep: str
    team: str
    definition: str
    given: Given

    @property
    def key(self) -> tuple[str, int]:
        """Its lead and its number."""
        return self.cycle.lead, self.cycle.n

    @property
    def accepted(self) -> bool:
        """Whether sales took it on."""
        return "accepted" in self.cycle.data["effective"]

    @property
    def rejected(self) -> bool:
        """Whether sales gave it back before it had taken it on."""
        return self.cycle.outcome == "rejected"

    @property
    def came_back(self) -> bool:
        """Whether its cycle came back, in whatever way."""
        return self.cycle.outcome in BACK

    @property
    def won(self) -> bool:
        """Whether its cycle is won."""
        return self.cycle.outcome == WON

    @property
    def pushed(self) -> bool:
        """Whether we gave it to sales."""
        return bool(self.cycle.data["kind"] == PUSHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOffs:
    """All hand-offs, by lead and cycle, and how many cycles are in none of the figures.

    `passed` are the cycles that one team of sales handed on to another, and `given` to whom the
    line gave each lead, by lead and cycle.
    """

    all: tuple[HandOff, ...]
    passed: tuple[Went, ...]
    given: Mapping[tuple[str, int], Given]
    adopted: int
    voided: int

    def notes(self) -> tuple[str, ...]:
        """What is left out, where anything is."""
        return left_out(self.adopted, self.voided)


def left_out(adopted: int, voided: int) -> tuple[str, ...]:
    """Say how many cycles are in no figure, where any are not."""
    found = []
    if adopted:
        found.append(f"Cycles left out, under way or over at the first look: {adopted:,}.")
    if voided:
        found.append(f"Cycles left out, taken back by a deal that was opened again: {voided:,}.")
    return tuple(found)


def in_motion(data: Mapping[str, Any], motion: str) -> bool:
    """Whether a cycle is of a motion, new or expansion; each is, for an empty one."""
    return not motion or (motion == EXPANSION) == bool(data.get("expansion"))


def hand_offs(tx: Tx, teams: Teams, days: Days, motion: str = "") -> HandOffs:
    """Read every cycle that came to sales, with who got it.

    Of teams in a row it is the first that counts.
    """
    found = trips.went(tx, "handed", HANDED_ON)
    cycles = [one for one in found if in_motion(one.data, motion)]
    ours = [one for one in cycles if one.data["kind"] != ADOPTED]
    who = _Who.read(tx, teams, ours)
    made = tuple(who.of(one, days) for one in ours if "handed" in one.data["effective"])
    return HandOffs(
        all=made,
        passed=tuple(one for one in cycles if HANDED_ON in one.data["milestones"]),
        given=who.given,
        adopted=len(cycles) - len(ours),
        voided=trips.voided(tx),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Who:
    """Who got which lead: `given` by lead and cycle, `taken` by lead and instant."""

    given: Mapping[tuple[str, int], Given]
    taken: Mapping[tuple[str, str], Handed]
    owners: Mapping[str, str]
    team_of: Mapping[str, str]

    @classmethod
    def read(cls, tx: Tx, teams: Teams, cycles: Iterable[Went]) -> _Who:
        given = assignments.all_of(tx)
        # few of all leads are sales' own, and the others' acknowledgements say nothing more
        unasked = {
            one.lead
            for one in cycles
            if one.data["kind"] != PUSHED or (one.lead, one.n) not in given
        }
        found = events.of_leads(tx, unasked, types=["handed"])
        taken = {
            (one.lead, instant(one.at)): told
            for some in found.values()
            for one in some
            if isinstance(told := one.payload, Handed)
        }
        owners = leads.owners_of(tx, unasked)
        return cls(given=given, taken=taken, owners=owners, team_of=teams_by_rep(teams))

    def of(self, one: Went, days: Days) -> HandOff:
        at = one.data["effective"]["handed"]
        given = NOT_GIVEN
        if one.data["kind"] == PUSHED:
            given = self.given.get((one.lead, one.n), NOT_GIVEN)
        told = self.taken.get((one.lead, at), UNTOLD)
        rep = given.rep or told.rep or self.owners.get(one.lead, "")
        return HandOff(
            cycle=one,
            day=days.told(at),
            rep=rep,
            team=given.team or self.team_of.get(rep, ""),
            definition=told.definition or given.definition or "",
            given=given,
        )


def teams_by_rep(teams: Teams) -> dict[str, str]:
    """The team of each rep, by our ids."""
    return {rep.id: team.id for team in teams.teams for rep in team.reps}


def first_day(made: Iterable[HandOff]) -> date | None:
    """The day of the first hand-off; `None` without any."""
    return min((one.day for one in made), default=None)


def by_reason(made: Iterable[HandOff]) -> Counter[str]:
    """Count rejected hand-offs by reason, empty for none."""
    return Counter(one.cycle.data["reason"] for one in made if one.rejected)
