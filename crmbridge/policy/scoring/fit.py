"""How well a lead fits, and how fit and engagement become a grade and a rating (R2.1, R2.13)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from crmbridge.agreement.rating import RATINGS
from crmbridge.agreement.scoring.scores import Fit, FitRule, Grid
from crmbridge.model.record import Value
from crmbridge.policy.definition.comparisons import Moment, Test, prepare
from crmbridge.policy.definition.values import Kind, guess_kind, is_missing
from crmbridge.policy.prepared import MOST, Kept
from crmbridge.policy.scoring.points_at_age import UNITS, points

_ZERO, _FULL = Decimal(0), Decimal(100)
NO_FIT = "no_fit"
"""Fact: sales said that a lead does not fit; it stands above what the points say (R2.3)."""
Band = TypeVar("Band", str, int)


@dataclass(frozen=True, slots=True, kw_only=True)
class FitPart:
    """A group's points, within its limits, and whether all of its facts are known."""

    group: str
    raw: Decimal
    capped: Decimal
    known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FitScore:
    """A score from 0 to 100 and its letter.

    `completeness` is from 0 to 1. `effective` is the letter that counts: a lead of whom little is
    known has the worst letter only in name (`unknown`). `denied` is of whom sales said that they
    do not fit: the points stay, the letter is the worst.
    """

    score: Decimal
    completeness: Decimal
    letter: str
    effective: str
    unknown: bool
    parts: tuple[FitPart, ...]
    denied: bool = False


def fit(
    model: Fit,
    facts: Mapping[str, Value],
    types: Mapping[str, Kind],
    as_of: datetime,
    zone: tzinfo,
) -> FitScore:
    """Score facts; a missing one brings no points and counts as unknown.

    What sales said of the fit (`no_fit`) overrides the letter, and never the points (R2.3).
    """
    found = _prepared(model).score(facts, types, Moment(as_of, zone))
    if facts.get(NO_FIT) is not True:
        return found
    worst = model.letters[-1][0]
    return replace(found, letter=worst, effective=worst, unknown=False, denied=True)


class _Rule:
    """A rule made ready; which type its fact has is seen at the first value."""

    __slots__ = ("_ready", "field", "op", "points", "wanted")

    def __init__(self, rule: FitRule) -> None:
        self.field, self.op, self.wanted, self.points = rule.field, rule.op, rule.value, rule.points
        self._ready: tuple[Kind, Test] | None = None

    def met(self, value: Value, missing: bool, types: Mapping[str, Kind], when: Moment) -> bool:
        if self.op in ("is_set", "is_missing"):
            return missing is (self.op == "is_missing")
        if missing:
            return False
        kind = types.get(self.field) or guess_kind(self.op, self.wanted, value)
        ready = self._ready
        if ready is None or ready[0] != kind:
            ready = self._ready = (kind, prepare(self.op, self.wanted, kind))
        return bool(ready[1](value, when))


class _Prepared:
    """A model whose score depends on no more than which rules are met and which facts are known."""

    def __init__(self, model: Fit) -> None:
        self._model = model
        self._rules = [_Rule(rule) for group in model.groups.values() for rule in group.rules]
        self._scores: dict[tuple[frozenset[int], frozenset[str]], FitScore] = {}

    def score(
        self, facts: Mapping[str, Value], types: Mapping[str, Kind], when: Moment
    ) -> FitScore:
        met, unknown = [], set()
        for place, rule in enumerate(self._rules):
            value = facts.get(rule.field)
            missing = is_missing(value)
            if missing:
                unknown.add(rule.field)
            if rule.met(value, missing, types, when):
                met.append(place)
        key = (frozenset(met), frozenset(unknown))
        found = self._scores.get(key)
        if found is None:
            if len(self._scores) >= MOST:
                self._scores = {}
            found = self._scores[key] = self._made(*key)
        return found

    def _made(self, met: frozenset[int], unknown: frozenset[str]) -> FitScore:
        model, parts, place = self._model, [], 0
        for name, group in model.groups.items():
            places = range(place, place := place + len(group.rules))
            raw = sum((self._rules[n].points for n in places if n in met), _ZERO)
            known = unknown.isdisjoint(rule.field for rule in group.rules)
            capped = min(max(raw, group.min), group.max)
            parts.append(FitPart(group=name, raw=raw, capped=capped, known=known))
        return _score(model, tuple(parts))


_prepared = Kept[Fit, _Prepared](_Prepared).of


def _score(model: Fit, parts: tuple[FitPart, ...]) -> FitScore:
    score = min(_FULL, max(_ZERO, sum((part.capped for part in parts), _ZERO)))
    whole = sum((Fraction(group.max) for group in model.groups.values()), Fraction())
    known = sum((Fraction(model.groups[one.group].max) for one in parts if one.known), Fraction())
    complete = known / whole if whole else Fraction()
    letter = band(model.letters, score)
    unknown = letter == model.letters[-1][0] and complete < Fraction(model.unknown_completeness)
    return FitScore(
        score=score,
        completeness=points(round(complete * UNITS)),
        letter=letter,
        effective=model.unknown_letter if unknown else letter,
        unknown=unknown,
        parts=parts,
    )


def band(bands: Sequence[tuple[Band, Decimal | None]], score: Decimal) -> Band:
    """Return the name of the first band whose least score is reached; the last has none."""
    return next((name for name, least in bands if least is None or score >= least), bands[-1][0])


def grid_rating(grid: Grid, letter: str, digit: int) -> str:
    """Read the rating of a letter and a digit."""
    place = next(n for n, (name, _) in enumerate(grid.digits) if name == digit)
    return grid.ratings[letter][place]


def rating(grid_says: str, signalled: Iterable[str], letter: str, worst: str) -> str:
    """Return the higher of grid and signals; a known bad fit takes no signal (R2.6)."""
    said = [grid_says] if letter == worst else [grid_says, *signalled]
    return max(said, key=RATINGS.index)
