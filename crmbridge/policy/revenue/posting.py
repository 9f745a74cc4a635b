"""What is posted of a deal: its target by each model and class, less what was posted so far."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from crmbridge.model.money import Money
from crmbridge.policy.revenue.agreed import Weighing
from crmbridge.policy.revenue.books import deltas
from crmbridge.policy.revenue.journey import Milestones, Point, Window
from crmbridge.policy.revenue.models import NONE
from crmbridge.policy.revenue.split import split
from crmbridge.policy.revenue.touches import why_none

NOBODY = ""
"""Stands for the touch of what no touch is credited with."""
By = tuple[str, str]
"""A model and a currency."""
T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A deal that counts in a measure.

    `amount` is in the company's currency, or in the deal's own where there is no rate; `None`
    without one. `classes` are its part by definition. `people` and `sales` as in `why_none`.
    """

    amount: Money | None
    points: Sequence[Point]
    milestones: Milestones
    window: Window
    people: int
    sales: int
    classes: Mapping[str, str]


def target(case: Case | None, models: Iterable[Weighing]) -> dict[By, dict[str, int]]:
    """Return what the books are to say of a deal's touches, by model; nothing of `None`."""
    if case is None or case.amount is None:
        return {}
    amount = case.amount
    out: dict[By, dict[str, int]] = {}
    for model in models:
        weights = model.weigh(case.points, case.milestones, case.window)
        if NONE in weights:
            out[model.name, amount.currency] = {NOBODY: amount.minor}
        else:
            out[model.name, amount.currency] = split(amount.minor, weights)
    return out


def why_nobody(case: Case) -> str:
    """Why no touch is credited with a deal (R6.7)."""
    return str(why_none(case.people, case.points, case.window, sales=case.sales))


def changes(
    wanted: Mapping[By, Mapping[T, int]], posted: Mapping[By, Mapping[T, int]]
) -> dict[By, dict[T, int]]:
    """Return what to post, by model and currency; what does not change is absent.

    What stands in another currency, or by a model that is none of the agreement's any more, is
    taken back.
    """
    out = {}
    for by in dict.fromkeys([*wanted, *posted]):
        if found := deltas(wanted.get(by, {}), posted.get(by, {})):
            out[by] = found
    return out


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What a class gains or loses by a definition: deals, and their smallest units."""

    definition: str
    kind: str
    currency: str
    deals: int
    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Classed:
    """How a deal stands by definition (empty: it does not count), with which amount."""

    classes: Mapping[str, str] = field(default_factory=dict)
    minor: int = 0
    currency: str = ""


def moved(before: Classed, now: Classed, definitions: Collection[str]) -> Iterator[Moved]:
    """Yield what each class gains and loses when a deal stands another way."""
    for name in definitions:
        was, kind = before.classes.get(name, ""), now.classes.get(name, "")
        if (was, before.currency) == (kind, now.currency):
            if was and now.minor != before.minor:
                yield Moved(
                    definition=name,
                    kind=kind,
                    currency=now.currency,
                    deals=0,
                    minor=now.minor - before.minor,
                )
            continue
        if was:
            yield Moved(
                definition=name,
                kind=was,
                currency=before.currency,
                deals=-1,
                minor=-before.minor,
            )
        if kind:
            yield Moved(definition=name, kind=kind, currency=now.currency, deals=1, minor=now.minor)
