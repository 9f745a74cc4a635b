"""How fast leads leave a stage, on and back, those still in it counted (R7.1, R7.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from crmbridge.policy.incidence import OPEN, Curve, curve
from crmbridge.policy.intervals import rate


class Exit(StrEnum):
    """How a stay ended: the lead went on, it came back or was lost, or it is still there."""

    PROGRESSED = "p"
    RETURNED = "r"
    OPEN = OPEN


DAYS = (7, 30, 90, 180)
FEWEST = 5
"""Where fewer than this are at risk nothing is shown: one lead would move it by a fifth."""


@dataclass(frozen=True, slots=True)
class Stay:
    """A lead's cycle in a stage: whole days until it left, or until now where it did not."""

    days: int
    exit: Exit = Exit.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class ByDay:
    """How many of a cohort had left a stage by a day, as parts of 1.

    `at_risk` stays were at least so long. The parts are `None` where that is fewer than `FEWEST`.
    """

    day: int
    at_risk: int
    progressed: float | None
    returned: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """A cohort: how many, what became of them, by when, and the median days in the stage.

    `median_days` is until any exit, those still there counted (Kaplan-Meier); `None` where half
    of the cohort never left.
    """

    n: int
    progressed: int
    returned: int
    open: int
    by_day: Sequence[ByDay]
    median_days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Naive:
    """What simpler ways say of the same cohort, to show by how much they are wrong.

    `incidence` is 1 minus Kaplan-Meier with returns taken as still under way, by day.
    `of_all` and `of_closed` are the ratios of totals, `None` of none.
    """

    incidence: Mapping[int, float]
    of_all: float | None
    of_closed: float | None


def followed(stays: Iterable[Stay]) -> Curve:
    """Return the whole curve of a cohort, for every day on which somebody left.

    Raises:
        ValueError: a stay of negative length.
    """
    return curve((one.days, one.exit) for one in stays)


def speed(stays: Sequence[Stay], days: Sequence[int] = DAYS, fewest: int = FEWEST) -> Speed:
    """Say how fast a cohort left a stage; a cohort of nobody has no parts and no median.

    The cohort is the cycles that entered the stage in one month of the company.

    Raises:
        ValueError: a stay of negative length.
    """
    found = followed(stays)
    return Speed(
        n=len(stays),
        progressed=_count(stays, Exit.PROGRESSED),
        returned=_count(stays, Exit.RETURNED),
        open=_count(stays, Exit.OPEN),
        by_day=[_by_day(found, day, fewest) for day in days],
        median_days=found.quantile(0.5),
    )


def naive(stays: Sequence[Stay], days: Sequence[int] = DAYS) -> Naive:
    """Say what the ways that ignore returns, or those still there, make of a cohort."""
    alone = curve(
        (one.days, one.exit if one.exit == Exit.PROGRESSED else Exit.OPEN) for one in stays
    )
    forward = _count(stays, Exit.PROGRESSED)
    return Naive(
        incidence={day: alone.incidence(Exit.PROGRESSED, day) for day in days},
        of_all=rate(forward, len(stays)),
        of_closed=rate(forward, len(stays) - _count(stays, Exit.OPEN)),
    )


def _count(stays: Iterable[Stay], how: Exit) -> int:
    return sum(one.exit == how for one in stays)


def _by_day(found: Curve, day: int, fewest: int) -> ByDay:
    at_risk = found.at_risk(day)
    shown = at_risk >= fewest
    return ByDay(
        day=day,
        at_risk=at_risk,
        progressed=found.incidence(Exit.PROGRESSED, day) if shown else None,
        returned=found.incidence(Exit.RETURNED, day) if shown else None,
    )
