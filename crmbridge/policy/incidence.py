"""How soon something happens when some still wait: Aalen-Johansen and Kaplan-Meier (R7.1)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

OPEN = ""
"""The end of a wait that is not over: censored at the instant of looking."""

_SPECK = 1e-12
"""What rounding may leave of a part that is exactly a half or a tenth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A time at which waits ended.

    `at_risk` had not ended before, `ended` counts by how they did. `incidence` is the part of all
    that ended each way by then, for every way that was seen so far, and `left` the part that
    still waits.
    """

    at: int
    at_risk: int
    ended: Mapping[str, int]
    incidence: Mapping[str, float]
    left: float


@dataclass(frozen=True, slots=True)
class Curve:
    """What became of waits as time passed; `times` are their lengths in order."""

    times: Sequence[int]
    steps: Sequence[Step]

    def incidence(self, how: str, at: int) -> float:
        """Return the part that ended this way by `at`, that instant included."""
        step = self._last(at)
        return step.incidence.get(how, 0.0) if step else 0.0

    def left(self, at: int) -> float:
        """Return the part that still waits after `at`, whatever way the others ended."""
        step = self._last(at)
        return step.left if step else 1.0

    def at_risk(self, at: int) -> int:
        """Count the waits that neither ended nor went out of sight before `at`."""
        return len(self.times) - bisect_left(self.times, at)

    def quantile(self, part: float) -> int | None:
        """Return by when this part had ended in any way; `None` where it never was so many."""
        return next((one.at for one in self.steps if one.left <= 1 - part + _SPECK), None)

    def _last(self, at: int) -> Step | None:
        place = bisect_right(self.steps, at, key=lambda step: step.at)
        return self.steps[place - 1] if place else None


def curve(waits: Iterable[tuple[int, str]]) -> Curve:
    """Follow waits, each its length in whole units of time and how it ended (`OPEN`: not yet).

    Ways of ending compete (Aalen-Johansen). With one way it is Kaplan-Meier. Who goes out of
    sight at an instant still is at risk at it.

    Raises:
        ValueError: a negative length.
    """
    ended: dict[int, Counter[str]] = {}
    times: list[int] = []
    for at, how in waits:
        if at < 0:
            raise ValueError(f"a wait of {at}: it cannot end before it began")
        times.append(at)
        if how != OPEN:
            ended.setdefault(at, Counter())[how] += 1
    times.sort()
    return Curve(times, _steps(times, ended))


def quantiles(waits: Iterable[tuple[int, bool]], parts: Sequence[float]) -> list[int | None]:
    """Return by when each part of some waits had ended, those not over counted (Kaplan-Meier).

    A wait is its length and whether it ended. It is what `curve` says of waits that end in one
    way, for very many of them. `parts` rise; a part that never was so many is `None`.

    Raises:
        ValueError: a negative length.
    """
    told = list(waits)
    times = sorted(at for at, _ in told)
    ended = Counter(at for at, is_over in told if is_over)
    if times and times[0] < 0:
        raise ValueError(f"a wait of {times[0]}: it cannot end before it began")
    found: list[int | None] = []
    left = 1.0
    for at in sorted(ended):
        at_risk = len(times) - bisect_left(times, at)
        left *= (at_risk - ended[at]) / at_risk
        while len(found) < len(parts) and left <= 1 - parts[len(found)] + _SPECK:
            found.append(at)
        if len(found) == len(parts):
            break
    return [*found, *(None for _ in parts[len(found) :])]


def _steps(times: Sequence[int], ended: Mapping[int, Counter[str]]) -> list[Step]:
    steps: list[Step] = []
    left, incidence = 1.0, dict[str, float]()
    for at in sorted(ended):
        at_risk, exits = len(times) - bisect_left(times, at), ended[at]
        for how, n in exits.items():
            incidence[how] = incidence.get(how, 0.0) + left * n / at_risk
        # the last to go leave nobody, and rounding would leave a speck
        left *= (at_risk - exits.total()) / at_risk
        told = dict(incidence)
        steps.append(Step(at=at, at_risk=at_risk, ended=exits, incidence=told, left=left))
    return steps
