"""What became of leads that one team of sales handed on to the next, by who had them then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from crmbridge.model.codec import instant
from crmbridge.model.lifecycle import MISSING_REASON, Cycle, Leg
from crmbridge.report.frame.sheet import Column, Row, Sheet
from crmbridge.report.work.asked import Question
from crmbridge.report.work.cells import count
from crmbridge.report.work.days import Days
from crmbridge.report.work.hand_offs import (
    HANDED_ON,
    NOBODY,
    NOT_GIVEN,
    PUSHED,
    HandOff,
    HandOffs,
    in_motion,
)
from crmbridge.store import trips
from crmbridge.store.projection import Workspace
from crmbridge.store.table import Tx, chunks
from crmbridge.store.trips import Went

_TAKEN_ON = frozenset({"accepted", "qualified", "opportunity"})
_GAVE_BACK = ("rejected", "returned")


@dataclass(frozen=True, slots=True, kw_only=True)
class Had:
    """A lead in the hands of a team that another had it before: who got it, and what came of it.

    `back` says that the team had handed it on itself. `outcome` and `reason` are those of the leg,
    or of its cycle where it ended with that; both are empty while it runs.
    """

    lead: str
    n: int
    team: str
    rep: str
    at: datetime
    day: date
    back: bool
    taken: bool
    outcome: str
    reason: str


def had(tx: Tx, days: Days, motion: str = "") -> Iterator[Had]:
    """Yield all of them, by lead and cycle; without teams in a row there are none."""
    cycles = (one for one in trips.went(tx, HANDED_ON) if in_motion(one.data, motion))
    for lead, cycle, leg in _legs(tx, cycles):
        yield _had(lead, leg, cycle, days)


def _legs(tx: Tx, cycles: Iterable[Went]) -> Iterator[tuple[str, Cycle, Leg]]:
    for some in chunks(cycles):
        work = Workspace(tx)  # a new one each time, so that not all leads are in hand at once
        work.load_leads(one.lead for one in some)
        for one in some:
            for cycle in work.lifecycle(one.lead).cycles:
                if cycle.n == one.n:
                    yield from ((one.lead, cycle, leg) for leg in cycle.legs)


def as_hand_offs(tx: Tx, made: HandOffs, days: Days) -> Iterator[HandOff]:
    """Yield them as hand-offs of their own to the team that got them, for its clocks."""
    for lead, cycle, leg in _legs(tx, made.passed):
        told = {name: instant(at) for name, at in leg.milestones.items()}
        told["handed"] = instant(leg.at)
        if leg.outcome == HANDED_ON and leg.closed is not None:
            told[HANDED_ON] = instant(leg.closed)
        data = {"milestones": told, "effective": told, "kind": PUSHED, "reason": leg.reason}
        yield HandOff(
            cycle=Went(
                lead, cycle.n, leg.outcome or cycle.outcome, leg.closed or cycle.closed, data
            ),
            day=days.of(leg.at),
            rep=leg.rep,
            team=leg.team,
            definition="",
            given=made.given.get((lead, cycle.n), NOT_GIVEN)._replace(full=False),
        )


def _had(lead: str, leg: Leg, cycle: Cycle, days: Days) -> Had:
    return Had(
        lead=lead,
        n=cycle.n,
        at=leg.at,
        team=leg.team,
        rep=leg.rep or NOBODY,
        day=days.of(leg.at),
        back=leg.kind == "back",
        taken=bool(_TAKEN_ON & set(leg.milestones)),
        outcome=leg.outcome or cycle.outcome,
        reason=leg.reason if leg.outcome else cycle.reason,
    )


def legs_sheet(tx: Tx, asked: Question) -> Sheet | None:
    """Return them by team and rep, those got in the days; `None` where none was handed on."""
    found = [
        one
        for one in had(tx, Days(asked.zone), asked.motion)
        if one.day in asked.period and asked.team in ("", one.team)
    ]
    if not found:
        return None
    by: dict[tuple[str, str], list[Had]] = {}
    for one in found:
        by.setdefault((one.team, one.rep), []).append(one)
    return Sheet(
        name="handed_on",
        title="what was handed on to them by another team of sales",
        columns=(
            *(Column(name="team", title="team"), Column(name="rep", title="rep")),
            *(count(name, title) for name, (title, _) in LEGS.items()),
        ),
        rows=tuple((*who, *_counts(by[who])) for who in sorted(by)),
        total=("all", None, *_counts(found)),
        notes=(_NOTE,),
    )


_NOTE = "What was sent back to the team that had handed it on counts there as got back."

LEGS: dict[str, tuple[str, Callable[[Had], bool]]] = {
    "got": ("handed on to them", lambda one: not one.back),
    "got_back": ("got back", lambda one: one.back),
    "taken": ("taken on", lambda one: one.taken),
    "passed": ("handed on again", lambda one: one.outcome == "handed_on"),
    "at_once": ("given back at once", lambda one: one.outcome in _GAVE_BACK and not one.taken),
    "later": ("given back later", lambda one: one.outcome in _GAVE_BACK and one.taken),
    "silent": (
        "without a reason",
        lambda one: one.outcome in _GAVE_BACK and one.reason == MISSING_REASON,
    ),
    "untouched": ("left untouched", lambda one: one.outcome == "stale_untouched"),
    "idle": ("left idle", lambda one: one.outcome == "stale_idle"),
    "lost": ("lost", lambda one: one.outcome == "lost"),
    "won": ("won", lambda one: one.outcome == "won"),
}
"""What is counted of them: the column's title, and what makes one count."""


def _counts(some: Iterable[Had]) -> Row:
    mine = list(some)
    return tuple(sum(map(is_one, mine)) for _, is_one in LEGS.values())
