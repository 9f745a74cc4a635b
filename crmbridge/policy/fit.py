"""How well a lead fits, and how fit and engagement become a grade and a rating (R2.1, R2.13)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import TypeVar

from crmbridge.agreement.scoring import RATINGS, Fit, FitGroup, FitRule, Grid
from crmbridge.model.record import Value
from crmbridge.policy.engagement import rounded
from crmbridge.policy.operators import Kind, guess_kind, holds, is_missing

_ZERO, _FULL = Decimal(0), Decimal(100)
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
    known has the worst letter only in name (`unknown`).
    """

    score: Decimal
    completeness: Decimal
    letter: str
    effective: str
    unknown: bool
    parts: tuple[FitPart, ...]


def fit(
    model: Fit,
    facts: Mapping[str, Value],
    types: Mapping[str, Kind],
    as_of: datetime,
    zone: tzinfo,
) -> FitScore:
    """Score facts; a missing one brings no points and counts as unknown."""

    def points(rule: FitRule) -> Decimal:
        value, op = facts.get(rule.field), rule.op
        missing = is_missing(value)
        if op in ("is_set", "is_missing"):
            return rule.points if missing is (op == "is_missing") else _ZERO
        if missing:
            return _ZERO
        kind = types.get(rule.field) or guess_kind(op, rule.value, value)
        return rule.points if holds(op, value, rule.value, kind, as_of, zone) else _ZERO

    parts = tuple(
        _part(name, group, [points(rule) for rule in group.rules], facts)
        for name, group in model.groups.items()
    )
    score = min(_FULL, max(_ZERO, sum((part.capped for part in parts), _ZERO)))
    complete = _completeness(model, parts)
    letter = band(model.letters, score)
    unknown = letter == model.letters[-1][0] and complete < model.unknown_completeness
    return FitScore(
        score=score,
        completeness=complete,
        letter=letter,
        effective=model.unknown_letter if unknown else letter,
        unknown=unknown,
        parts=parts,
    )


def _part(
    name: str, group: FitGroup, points: Sequence[Decimal], facts: Mapping[str, Value]
) -> FitPart:
    raw = sum(points, _ZERO)
    known = not any(is_missing(facts.get(rule.field)) for rule in group.rules)
    return FitPart(group=name, raw=raw, capped=min(max(raw, group.min), group.max), known=known)


def _completeness(model: Fit, parts: Iterable[FitPart]) -> Decimal:
    whole = sum((group.max for group in model.groups.values()), _ZERO)
    known = sum((model.groups[part.group].max for part in parts if part.known), _ZERO)
    return rounded(known / whole) if whole else rounded(_ZERO)


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
