"""The whole spigot: teams, bars by fill, fair turns with weights, reps who pull (R4.2 to R4.11)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import lcm

from crmbridge.agreement.rating import RATINGS
from crmbridge.policy.routing.rep import Desk

_NEVER = datetime.min.replace(tzinfo=UTC)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """When ageing helps a lead by one rank, when it leaves the line, and what a rep may pull."""

    aging: timedelta = timedelta(days=7)
    max_wait: timedelta = timedelta(days=14)
    pull_per_day: int = 5
    pull_min_rating: str = "warm"
    release: int | None = None
    """People of the past who may still be pulled in the day; `None` for no limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What passes while a team is less full than `below`: a least rating, or some grades."""

    below: Fraction
    min_rating: str = ""
    grades: frozenset[str] = frozenset()

    def passes(self, lead: Queued) -> bool:
        """Whether a lead gets over this bar."""
        return self.lets(lead.grade, lead.rating)

    def lets(self, grade: str, rating: str) -> bool:
        """Whether a lead of a grade and a rating gets over this bar."""
        if self.grades:
            return grade in self.grades
        return RATINGS.index(rating) >= RATINGS.index(self.min_rating)


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A team at a tick; `per_day` limits what it is given in a day, `today` counts that.

    `release` and `released` are the same of people who were ready before crmbridge came.
    """

    id: str
    desks: tuple[Desk, ...]
    bars: tuple[Bar, ...]
    per_day: int | None = None
    today: int = 0
    release: int | None = None
    released: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A ready lead in a team's line; `grade` is letter and digit, `strict` waits for `prefer`.

    `past`: all that makes it ready was before crmbridge came. It stands behind all others, and
    waits as long as it takes. `on`: a team of sales hands it on (`on`), or gives it back to the
    one before (`back`); until then it is that team's, and waits as long as it takes too.
    """

    lead: str
    team: str
    grade: str
    rating: str
    queued_at: datetime
    hand_raise: bool = False
    exclude: frozenset[str] = frozenset()
    prefer: str = ""
    strict: bool = False
    skills: frozenset[str] = frozenset()
    past: bool = False
    on: str = ""

    @property
    def may_expire(self) -> bool:
        """Whether it leaves the line when it has waited too long."""
        return not self.past and not self.on


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What became of a lead: `assign` (with `rep` and the fill before), `wait`, or `expired`."""

    lead: str
    what: str
    rep: str = ""
    reason: str = ""
    fill: Fraction | None = None


def fill(desks: Iterable[Desk]) -> Fraction:
    """Return how full a team is, from 0 to 1, over reps who are there; 1 when nobody is."""
    there = [desk for desk in desks if desk.on and not desk.absent]
    room = sum(desk.open_limit for desk in there)
    if not room:
        return Fraction(1)
    return Fraction(sum(min(desk.open, desk.open_limit) for desk in there), room)


Order = tuple[bool, bool, int, int, int, datetime, str]


def order(lead: Queued, now: datetime, rules: Rules) -> Order:
    """Return the key by which leads stand in line (R4.5); ageing never crosses a rating."""
    digit = int(lead.grade[1:]) - 1
    rank = _LETTERS.index(lead.grade[0]) + digit
    aged = max(0, rank - (now - lead.queued_at) // rules.aging)
    better = -RATINGS.index(lead.rating)
    return (lead.past, not lead.hand_raise, better, aged, digit, lead.queued_at, lead.lead)


def _waited_out(lead: Queued, now: datetime, rules: Rules) -> bool:
    """Whether a lead leaves the line; who is let out by and by cannot have waited too long."""
    return lead.may_expire and now - lead.queued_at > rules.max_wait


def tick(
    teams: Sequence[Team], leads: Iterable[Queued], now: datetime, rules: Rules
) -> tuple[list[Entry], list[Team]]:
    """Hand out what can be handed out now; return what became of each lead, and the teams after.

    The order of the input does not matter. A lead of a team that does not exist waits as
    `no_eligible_rep`.
    """
    lines = {team.id: _Line(team, now) for team in teams}
    log = []
    for lead in sorted(leads, key=lambda one: order(one, now, rules)):
        line = lines.get(lead.team)
        if _waited_out(lead, now, rules):
            log.append(Entry(lead=lead.lead, what="expired"))
        elif line is None:
            log.append(Entry(lead=lead.lead, what="wait", reason="no_eligible_rep"))
        else:
            log.append(line.place(lead))
    return log, [line.after() for line in lines.values()]


def pull(
    desk: Desk, leads: Iterable[Queued], k: int, pulled_today: int, now: datetime, rules: Rules
) -> list[str]:
    """Return the leads that a rep gets who asks for `k`, the best first (R4.11).

    Hours and limits per day of pushing do not count; the desk's room and `pull_per_day` do, and
    what may still be let out of the past.
    """
    room = max(0, min(k, desk.open_limit - desk.open, rules.pull_per_day - pulled_today))
    bar = Bar(below=Fraction(1), min_rating=rules.pull_min_rating)
    fitting = [
        lead
        for lead in sorted(leads, key=lambda one: order(one, now, rules))
        if not _waited_out(lead, now, rules)
        and bar.passes(lead)
        and desk.may_have(lead.exclude, lead.skills)
        and not (lead.strict and lead.prefer != desk.id)
    ]
    fresh = [lead for lead in fitting if not lead.past]
    past = [lead for lead in fitting if lead.past]
    return [lead.lead for lead in [*fresh, *past[: rules.release]][:room]]


class _Line:
    """A team during a tick; what each change of a desk changes is kept, not counted anew."""

    def __init__(self, team: Team, now: datetime) -> None:
        self._team, self._now, self._today = team, now, team.today
        self._released = team.released
        self._desks: dict[str, Desk] = {desk.id: desk for desk in _levelled(team.desks)}
        self._fill = fill(self._desks.values())
        self._whole = _common(self._desks.values())
        self._turns = {desk.id: _turn(desk, self._whole) for desk in self._desks.values()}
        self._fit: dict[tuple[frozenset[str], frozenset[str]], tuple[list[str], str]] = {}

    def place(self, lead: Queued) -> Entry:
        free, reason = self._free(lead)
        if not reason and lead.strict and lead.prefer not in free:
            reason = "owner_not_free"
        if not reason and not free:
            reason = "no_capacity"
        if reason:
            return Entry(lead=lead.lead, what="wait", reason=reason)
        rep = lead.prefer if lead.prefer in free else min(free, key=self._turns.__getitem__)
        full = self._fill
        self._give(rep)
        self._released += lead.past
        return Entry(lead=lead.lead, what="assign", rep=rep, fill=full)

    def _give(self, rep: str) -> None:
        desk = self._desks[rep] = self._desks[rep].given(self._now)
        self._turns[rep] = _turn(desk, self._whole)
        self._fill = fill(self._desks.values())
        self._today += 1
        if not desk.room:
            for able, _ in self._fit.values():
                if rep in able:
                    able.remove(rep)

    def _free(self, lead: Queued) -> tuple[Sequence[str], str]:
        """Return the reps who can take a lead, or the first reason why none can (R4.10)."""
        bar = next((bar for bar in self._team.bars if self._fill < bar.below), None)
        if bar is None or not bar.passes(lead):
            return (), "below_bar"
        if self._team.per_day is not None and self._today >= self._team.per_day:
            return (), "team_limit"
        if lead.past and self._team.release is not None and self._released >= self._team.release:
            return (), "release_limit"
        asked = (lead.exclude, lead.skills)
        if asked not in self._fit:
            self._fit[asked] = self._able(lead)
        return self._fit[asked]

    def _able(self, lead: Queued) -> tuple[list[str], str]:
        """Who could take leads such as this one; of what counts here only room changes."""
        desks = [d for d in self._desks.values() if d.may_have(lead.exclude, lead.skills)]
        if not desks:
            return [], "no_eligible_rep"
        here = [desk for desk in desks if not desk.absent]
        if not here:
            return [], "rep_absent"
        working = [desk for desk in here if desk.in_hours]
        if not working:
            return [], "outside_hours"
        return [desk.id for desk in working if desk.room], ""

    def after(self) -> Team:
        desks = tuple(replace(desk, was_available=desk.available) for desk in self._desks.values())
        return replace(self._team, desks=desks, today=self._today, released=self._released)


def _levelled(desks: Sequence[Desk]) -> list[Desk]:
    """Lift who comes back to the least of who was there: no credit saved up (R4.8)."""
    stayed = [desk.v for desk in desks if desk.available and desk.was_available]
    if not stayed:
        # all come back at once, as every morning: nobody is ahead, and a turn given back counts
        return list(desks)
    least = min(stayed)
    return [
        replace(desk, v=max(desk.v, least)) if desk.available and not desk.was_available else desk
        for desk in desks
    ]


Turn = tuple[int, Fraction, datetime, str]


def _common(desks: Iterable[Desk]) -> int:
    """A number by which every turn of a tick becomes a whole one, quick to compare."""
    parts = ((desk.v.denominator, 2 * desk.weight.numerator) for desk in desks)
    return lcm(*(one for pair in parts for one in pair))


def _turn(desk: Desk, whole: int) -> Turn:
    # the half step is Webster's midpoint: without it the low weights would come first (R4.7)
    turn = (desk.v + 1 / (2 * desk.weight)) * whole
    share = Fraction(desk.open, desk.open_limit) if desk.open_limit else Fraction(1)
    return (turn.numerator, share, desk.last or _NEVER, desk.id)
