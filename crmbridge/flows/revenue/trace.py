"""Why each touch of a deal is credited with what it is: its positions, model by model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from crmbridge.company import Company
from crmbridge.flows.revenue.gather import Look, gather
from crmbridge.flows.revenue.train import fits_of
from crmbridge.flows.revenue.worth import Worth, worth
from crmbridge.flows.scene.scene import Scene
from crmbridge.policy.revenue.agreed import Weighing, weighings
from crmbridge.policy.revenue.journey import Point
from crmbridge.policy.revenue.models import NONE, trace
from crmbridge.policy.revenue.posting import Case, target, why_nobody
from crmbridge.policy.revenue.touches import eligible
from crmbridge.store.books import PIPELINE


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """A touch under one model: the positions it holds, its share, and its smallest units.

    `gave` is empty where the model has no positions, as a fitted one.
    """

    model: str
    touch: Point
    gave: Mapping[str, Fraction]
    share: Fraction
    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A deal's credit in one measure as it follows from all that is known now.

    `why` says why no touch is credited, and is empty where some is.
    """

    measure: str
    day: date
    worth: Worth
    people: int
    points: Sequence[Point]
    rows: Sequence[Traced]
    why: str


def trace_of(company: Company, deal: str) -> list[Trace]:
    """Work out a deal's credit anew, by measure; nothing is kept of it.

    A deal (ref as text) that counts in no measure has none.
    """
    with company.ledger.dry("trace") as tx:
        scene = Scene.open(company, tx)
        looks = gather(scene, [deal])
        fits = fits_of(tx)
        agreed = company.agreement.attribution
        return [
            _trace(scene, look, weighings(agreed, fits, pipeline=measure == PIPELINE))
            for (_, measure), look in looks.items()
        ]


def _trace(scene: Scene, look: Look, models: Sequence[Weighing]) -> Trace:
    worthy = worth(scene, look)
    case = Case(
        amount=worthy.money,
        points=look.points,
        milestones=look.milestones,
        window=look.window,
        people=len(look.people),
        sales=look.sales,
        classes={},
    )
    units = target(case, models)
    found = eligible(look.points, look.window)
    rows = [row for model in models for row in _of_model(case, found, model, units)]
    return Trace(
        measure=look.measure,
        day=look.day,
        worth=worthy,
        people=len(look.people),
        points=found,
        rows=rows,
        why="" if found else why_nobody(case),
    )


def _of_model(
    case: Case,
    found: Sequence[Point],
    model: Weighing,
    units: Mapping[tuple[str, str], Mapping[str, int]],
) -> list[Traced]:
    weights = model.weigh(case.points, case.milestones, case.window)
    if NONE in weights:
        return []
    minor: dict[str, int] = {}
    for (name, _), of_touch in units.items():
        if name == model.name:
            minor = dict(of_touch)
    gave: dict[str, Mapping[str, Fraction]] = {}
    if model.rule is not None:
        held = trace(model.rule, case.points, case.milestones, case.window)
        gave = {one.touch.id: one.gave for one in held}
    return [
        Traced(
            model=model.name,
            touch=one,
            gave=gave.get(one.id, {}),
            share=weights[one.id],
            minor=minor.get(one.id, 0),
        )
        for one in found
    ]
