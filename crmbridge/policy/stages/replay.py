"""The stages of two versions over one lead's past: where it stood under each, and since when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from crmbridge.agreement.shape import Agreement
from crmbridge.model.lifecycle.stage import TOMBSTONES
from crmbridge.policy.qualify.judge import Case
from crmbridge.policy.stages.reading import core_of, divided, next_turn, read_at

NAMED = 10
"""Leads that a replay names; more are counted."""
MOST = 1000
"""Turns by waiting that are followed in one stretch without news."""
A_SECOND = timedelta(seconds=1)

Own = tuple[str, str]
"""A stage of the company's own: core stage, and the id of its part, empty for none."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time without news of a lead, its end left out; `case` is what was known then."""

    case: Case
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Stay:
    """A lead in one stage, from an instant until another; the end is left out."""

    own: Own
    since: datetime
    until: datetime


def stays(agreement: Agreement, stretches: Iterable[Stretch]) -> list[Stay]:
    """Return the stages that a lead went through by a version, in order, each other than the last.

    `stretches` are its past, in order and without gaps. Between two of them a lead is looked at
    when waiting alone may turn its stage.
    """
    out: list[Stay] = []
    for stretch in stretches:
        for one in _in(agreement, stretch):
            if out and out[-1].own == one.own and out[-1].until == one.since:
                out[-1] = Stay(one.own, out[-1].since, one.until)
            else:
                out.append(one)
    return out


def _in(agreement: Agreement, stretch: Stretch) -> Iterator[Stay]:
    case, at = stretch.case, stretch.since
    if core_of(case) in TOMBSTONES:
        return
    for _ in range(MOST):
        own, then = _look(agreement, case, at)
        end = stretch.until if then is None else min(then, stretch.until)
        yield Stay(own, at, end)
        if end >= stretch.until:
            return
        at = end
    yield Stay(own, at, stretch.until)


def _look(agreement: Agreement, case: Case, at: datetime) -> tuple[Own, datetime | None]:
    """In which stage a case is at an instant, and when waiting alone may turn that."""
    core = core_of(case)
    if not divided(agreement, core):
        return (core, ""), None
    reading, scored = read_at(agreement, case, at)
    return (core, reading.part), next_turn(agreement, reading, case, scored, at)


@dataclass(frozen=True, slots=True)
class Way:
    """One lead's way under two versions, `one` and `other`, over the same time."""

    lead: str
    one: Sequence[Stay]
    other: Sequence[Stay]

    def apart(self) -> list[tuple[datetime, datetime]]:
        """The times in which the two versions have it in different stages, in order."""
        every = (*self.one, *self.other)
        edges = sorted({edge for stay in every for edge in (stay.since, stay.until)})
        out: list[tuple[datetime, datetime]] = []
        for begin, end in pairwise(edges):
            if _at(self.one, begin) == _at(self.other, begin):
                continue
            if out and out[-1][1] == begin:
                out[-1] = (out[-1][0], end)
            else:
                out.append((begin, end))
        return out


def _at(side: Sequence[Stay], at: datetime) -> Own | None:
    return next((one.own for one in side if one.since <= at < one.until), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many leads one version has in a stage: at the beginning, at the end, and ever."""

    then: int
    now: int
    ever: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What two versions say of the stages of a history.

    `sides` are the counts of each version by stage. `changed` are the leads that were ever in
    different stages, `differ_now` those that are at the end; `named` the first of them by when they
    differ, with that instant. `first` and `last` are the first and the last instant at which any
    lead differs; both `None` when none ever does.
    """

    leads: int
    sides: tuple[Mapping[Own, Count], Mapping[Own, Count]]
    changed: int
    differ_now: int
    named: tuple[tuple[str, datetime], ...] = ()
    first: datetime | None = None
    last: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What a replay found; `since` and `until` are the instants between which it looked."""

    replay: Replay
    versions: tuple[Agreement, Agreement]
    since: datetime
    until: datetime
    hindsight: bool


@dataclass(slots=True)
class _Side:
    then: Counter[Own] = field(default_factory=Counter)
    now: Counter[Own] = field(default_factory=Counter)
    ever: Counter[Own] = field(default_factory=Counter)

    def add(self, way: Sequence[Stay], since: datetime, until: datetime) -> None:
        """Count a lead's way between two instants; who was not known then counts at the end."""
        if (own := _at(way, since)) is not None:
            self.then[own] += 1
        if (own := _at(way, until - A_SECOND)) is not None:
            self.now[own] += 1
        self.ever.update({one.own for one in way})

    def counts(self) -> dict[Own, Count]:
        """Return the sums by stage."""
        return {
            own: Count(then=self.then[own], now=self.now[own], ever=self.ever[own])
            for own in sorted(self.ever)
        }


def compared(ways: Iterable[Way], since: datetime, until: datetime) -> Replay:
    """Compare two versions over all leads' ways between two instants, the end left out."""
    sides = (_Side(), _Side())
    known = differ_now = 0
    found: list[tuple[datetime, datetime, str]] = []
    for way in ways:
        known += 1
        for side, stays_of in zip(sides, (way.one, way.other), strict=True):
            side.add(stays_of, since, until)
        if apart := way.apart():
            found.append((apart[0][0], apart[-1][1], way.lead))
            differ_now += apart[-1][1] >= until
    found.sort(key=lambda one: (one[0], one[2]))
    return Replay(
        leads=known,
        sides=(sides[0].counts(), sides[1].counts()),
        changed=len(found),
        differ_now=differ_now,
        named=tuple((lead, begin) for begin, _, lead in found[:NAMED]),
        first=found[0][0] if found else None,
        last=max((end for _, end, _ in found), default=None),
    )
