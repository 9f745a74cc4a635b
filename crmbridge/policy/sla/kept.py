"""How well the times of the hand-off were kept, and how long sales took to answer (R7.5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from crmbridge.policy.incidence import quantiles
from crmbridge.policy.intervals import Measured, measured
from crmbridge.policy.sla.clocks import Status

MEDIAN, SLOW = 0.5, 0.9
"""The parts of all hand-offs by whose answers the pace is told."""


class Clock(NamedTuple):
    """One clock of a hand-off as it stands.

    `used` are the open seconds until sales answered, or until now where it has not: see
    `policy/sla/clocks.py`. `cause` says why a breached one was, empty where nobody knows.
    """

    status: Status
    used: int
    answered: bool
    team: str = ""
    rep: str = ""
    cause: str = ""

    @property
    def due(self) -> bool:
        """Whether its time is over, kept or not; one that still runs says nothing yet."""
        return self.status in (Status.MET, Status.BREACHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Some clocks: the breached of those that are due, why they were, and how fast the answers.

    `median` and `slow` are the open seconds within which half and nine of ten hand-offs were
    answered, those still open counted (Kaplan-Meier); `None` where so many never were.
    """

    clocks: int
    breaches: Measured
    causes: Mapping[str, int]
    median: int | None
    slow: int | None


def kept(clocks: Sequence[Clock]) -> Kept:
    """Report some clocks; of none, nothing is known.

    Raises:
        ValueError: negative seconds.
    """
    breached = [one for one in clocks if one.status is Status.BREACHED]
    met = [one for one in clocks if one.status is Status.MET]
    median, slow = quantiles([(one.used, one.answered) for one in clocks], (MEDIAN, SLOW))
    return Kept(
        clocks=len(clocks),
        breaches=measured(len(breached), len(breached) + len(met)),
        causes=dict(sorted(Counter(one.cause for one in breached).items())),
        median=median,
        slow=slow,
    )


def kept_by_team(clocks: Iterable[Clock]) -> dict[str, Kept]:
    """Report the clocks of each team, by name."""
    return _grouped((one.team, one) for one in clocks)


def kept_by_rep(clocks: Iterable[Clock]) -> dict[str, Kept]:
    """Report the clocks of each rep, by name."""
    return _grouped((one.rep, one) for one in clocks)


def _grouped(named: Iterable[tuple[str, Clock]]) -> dict[str, Kept]:
    found: dict[str, list[Clock]] = {}
    for name, one in named:
        found.setdefault(name, []).append(one)
    return {name: kept(found[name]) for name in sorted(found)}
