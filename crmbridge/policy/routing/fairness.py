"""Whether each rep was given their part of the leads (R7.7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Hand-outs while the same reps could be given leads.

    `given` counts leads by rep, `weights` has the weight of each rep who could be given one. A
    rep who got a lead and could not have been given it, as by a person's hand, has no weight.
    """

    given: Mapping[str, int]
    weights: Mapping[str, Fraction]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fair:
    """A rep: the leads given, those to be expected by weight, and the first minus the second.

    `weight_share` is the part, from 0 to 1, that the rep's weight gave them of all hand-outs;
    `expected` is exact: round it where it is shown.
    """

    rep: str
    given: int
    weight_share: Fraction
    expected: Fraction
    difference: Fraction


def fairness(stretches: Iterable[Stretch]) -> list[Fair]:
    """Compare what each rep was given with their weight among those who were there; by name.

    Who is away is expected nothing, so that nobody looks short for a holiday. Without any
    hand-out the shares are 0.

    Raises:
        ValueError: a negative count or weight.
    """
    given: dict[str, int] = {}
    expected: dict[str, Fraction] = {}
    for one in stretches:
        _check(one)
        total, weight = sum(one.given.values()), sum(one.weights.values())
        for rep, n in one.given.items():
            given[rep] = given.get(rep, 0) + n
        for rep, own in one.weights.items():
            part = total * Fraction(own) / weight if weight else Fraction(0)
            expected[rep] = expected.get(rep, Fraction(0)) + part
    whole = sum(given.values())
    return [_fair(rep, given, expected, whole) for rep in sorted({*given, *expected})]


def _fair(rep: str, given: Mapping[str, int], expected: Mapping[str, Fraction], whole: int) -> Fair:
    got, due = given.get(rep, 0), expected.get(rep, Fraction(0))
    share = due / whole if whole else Fraction(0)
    return Fair(rep=rep, given=got, weight_share=share, expected=due, difference=got - due)


def _check(one: Stretch) -> None:
    for what, numbers in (("leads", one.given), ("weight", one.weights)):
        odd = [rep for rep, number in numbers.items() if number < 0]
        if odd:
            raise ValueError(f"{odd[0]} has negative {what}: count again")
