"""The spigot: who gets which ready lead, and why the others wait (R4.2, R4.5, R4.6, R4.10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

from crmbridge.agreement.teams import Rep

NO_ELIGIBLE_REP = "no_eligible_rep"
NO_CAPACITY = "no_capacity"

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A ready lead in the line.

    `exclude` are reps who must not get it again, `prefer` the rep who gets it when free; empty
    when it is all the same.
    """

    lead: str
    queued_at: datetime
    hand_raise: bool = False
    engagement: Decimal = Decimal(0)
    exclude: frozenset[str] = frozenset()
    prefer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """The lead goes to a rep, by our id of the rep."""

    lead: str
    rep: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """The lead stays ready and in nurture; `reason` is a name of R4.10."""

    lead: str
    reason: str


@dataclass(slots=True)
class _Desk:
    """A rep during one allocation; `turn` counts assignments of this run."""

    rep: Rep
    open: int
    last: datetime
    turn: int = 0

    @property
    def free(self) -> bool:
        return self.open < self.rep.open_limit

    def key(self) -> tuple[Fraction, int, datetime, str]:
        return (Fraction(self.open, self.rep.open_limit), self.turn, self.last, self.rep.id)


def allocate(
    candidates: Iterable[Candidate],
    reps: Sequence[Rep],
    open_counts: Mapping[str, int],
    last_assigned: Mapping[str, datetime] | None = None,
) -> list[Assigned | Waits]:
    """Give each candidate to the rep with the most room, or say why it waits; best lead first.

    `open_counts` are the leads in work of each rep (handed, accepted, qualified), also those that
    we did not push; a rep who is absent there has none. Nobody gets more than their limit. Leads
    come in order of raised hand, engagement, time in line, id; reps in order of open / limit,
    last assignment (never first), id. The order of the input does not matter.
    """
    last = last_assigned or {}
    desks = [
        _Desk(rep=rep, open=open_counts.get(rep.id, 0), last=last.get(rep.id, _NEVER))
        for rep in reps
        if rep.on
    ]
    return [
        _place(candidate, desks, turn)
        for turn, candidate in enumerate(sorted(candidates, key=_order), start=1)
    ]


def _order(candidate: Candidate) -> tuple[bool, Decimal, datetime, str]:
    return (
        not candidate.hand_raise,
        -candidate.engagement,
        candidate.queued_at,
        candidate.lead,
    )


def _place(candidate: Candidate, desks: Sequence[_Desk], turn: int) -> Assigned | Waits:
    eligible = [desk for desk in desks if desk.rep.id not in candidate.exclude]
    if not eligible:
        return Waits(lead=candidate.lead, reason=NO_ELIGIBLE_REP)
    free = [desk for desk in eligible if desk.free]
    if not free:
        return Waits(lead=candidate.lead, reason=NO_CAPACITY)
    wanted = [desk for desk in free if desk.rep.id == candidate.prefer]
    desk = min(wanted or free, key=_Desk.key)
    desk.open += 1
    desk.turn = turn
    return Assigned(lead=candidate.lead, rep=desk.rep.id)
