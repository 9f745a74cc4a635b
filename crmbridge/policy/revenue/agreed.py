"""The models that both sides agreed on, as each measure of the books uses them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from crmbridge.agreement.revenue.attribution import Attribution
from crmbridge.policy.revenue.fitted.fit import Fit
from crmbridge.policy.revenue.fitted.split_by import split_by
from crmbridge.policy.revenue.journey import Milestones, Point, Window
from crmbridge.policy.revenue.models import NONE, Model, credit, preset
from crmbridge.policy.revenue.positions import CLOSE
from crmbridge.policy.revenue.touches import eligible

LINEAR_CHANNELS = "linear_channels"
Weigh = Callable[[Iterable[Point], Milestones, Window], dict[str, Fraction]]
"""Shares of touches by id; all is `NONE`'s where no touch earns any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """A model in the books: its name, the version of its fit (empty for none), and how it shares.

    `rule` is the model itself where it is one of positions or of decay, for a trace.
    """

    name: str
    weigh: Weigh
    version: str = ""
    rule: Model | None = None


def weighings(
    attribution: Attribution, fits: Mapping[str, Fit], *, pipeline: bool = False
) -> list[Weighing]:
    """Return the models that are posted, in the agreement's order.

    A fitted model without a fit is left out. On the pipeline no deal is closed, so that a model of
    nothing but the close is left out, and others share the close's weight among their other
    positions (R6.6, R6.21).
    """
    out = []
    for name in attribution.posted:
        if name in fits:
            out.append(_fitted(name, fits[name]))
        elif name == LINEAR_CHANNELS:
            out.append(Weighing(name=name, weigh=_by_channels))
        elif (model := agreed_model(attribution, name)) is not None:
            shown = without_close(model) if pipeline else model
            if shown is not None:
                out.append(Weighing(name=name, weigh=_by(shown), rule=shown))
    return out


def agreed_model(attribution: Attribution, name: str) -> Model | None:
    """Return a model of positions or of decay by its name; `None` for one that is fitted."""
    own = attribution.custom.get(name)
    if own is not None:
        return Model(name=name, weights=own.shares, mid=own.middle)
    try:
        return preset(
            name,
            half_life_days=attribution.half_life_days,
            conversion_position=attribution.conversion_position,
        )
    except KeyError:
        return None


def without_close(model: Model) -> Model | None:
    """Return a model without the position of the close; `None` where nothing is left of it."""
    if CLOSE not in model.weights:
        return model
    rest = {name: weight for name, weight in model.weights.items() if name != CLOSE}
    whole = sum(rest.values(), model.mid)
    if not whole:
        return None
    shares = {name: weight / whole for name, weight in rest.items()}
    return replace(model, weights=shares, mid=model.mid / whole)


def _by(model: Model) -> Weigh:
    def weigh(
        points: Iterable[Point], milestones: Milestones, window: Window
    ) -> dict[str, Fraction]:
        return credit(model, points, milestones, window)

    return weigh


def _fitted(name: str, fit: Fit) -> Weighing:
    def weigh(points: Iterable[Point], _: Milestones, window: Window) -> dict[str, Fraction]:
        return fit.split(eligible(points, window)) or {NONE: Fraction(1)}

    return Weighing(name=name, weigh=weigh, version=fit.version)


def _by_channels(points: Iterable[Point], _: Milestones, window: Window) -> dict[str, Fraction]:
    """Equal parts for the deal's distinct channels, each shared by its touches (R6.14)."""
    return split_by(eligible(points, window), {}) or {NONE: Fraction(1)}
