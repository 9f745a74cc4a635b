"""The rule models of attribution: what each position is worth, and one formula for all (R6.6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from crmbridge.policy.revenue.decay import HALF_LIFE_DAYS, decayed
from crmbridge.policy.revenue.journey import Milestones, Point, Window
from crmbridge.policy.revenue.positions import (
    CLOSE,
    DEAL,
    FIRST,
    MIDDLE,
    NON_DIRECT,
    holders,
)
from crmbridge.policy.revenue.touches import eligible

NONE = "__none__"
"""Who holds the credit that no touch earned (R6.7)."""
DECAY = "decay"
"""The part that all touches of a deal have in a model of time decay."""
_ONE = Fraction(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What each position is worth, and `mid`, what the touches in none of them share.

    Weights and `mid` add to 1; a weight of 0 is no position of the model. A model with
    `half_life_days` has neither, and shares by the age of the touches.
    ValueError for what does not add up.
    """

    name: str
    weights: Mapping[str, Fraction] = field(default_factory=dict)
    mid: Fraction = Fraction()
    half_life_days: int = 0

    def __post_init__(self) -> None:
        parts = [*self.weights.values(), self.mid]
        if self.half_life_days < 0 or any(one < 0 for one in parts):
            raise ValueError(f"model {self.name}: nothing in it may be negative")
        if MIDDLE in self.weights:
            raise ValueError(f"model {self.name}: {MIDDLE} is no position, give it as mid")
        wanted = 0 if self.half_life_days else 1
        if sum(parts) != wanted:
            raise ValueError(f"model {self.name}: weights add to {sum(parts)}, not to {wanted}")

    @property
    def version(self) -> str:
        """What the model is, in one line: equal for equal models, whatever their names."""
        if self.half_life_days:
            return f"half_life={self.half_life_days}d"
        parts = [f"{name}={one}" for name, one in sorted(self.weights.items()) if one]
        return " ".join([*parts, *([f"{MIDDLE}={self.mid}"] if self.mid else [])])


def _thousandths(name: str, mid: int, **weights: int) -> Model:
    """Make a model of weights in thousandths."""
    exact = {position: Fraction(one, 1000) for position, one in weights.items()}
    return Model(name=name, weights=exact, mid=Fraction(mid, 1000))


PRESETS: Mapping[str, Model] = {
    one.name: one
    for one in (
        _thousandths("first", 0, FT=1000),
        _thousandths("last", 0, CW=1000),
        _thousandths("lead_creation", 0, LC=1000),
        _thousandths("linear", 1000),
        _thousandths("u_shaped", 200, FT=400, LC=400),
        _thousandths("position_based", 200, FT=400, CW=400),
        _thousandths("w_shaped", 100, FT=300, LC=300, OC=300),
        _thousandths("full_path", 100, FT=225, LC=225, OC=225, CW=225),
        _thousandths("j_shaped", 200, FT=200, CW=600),
        _thousandths("inverse_j", 200, FT=600, CW=200),
        _thousandths("marketo_measure_u", 0, FT=500, LC=500),
        Model(name="last_non_direct", weights={NON_DIRECT: _ONE}),
        Model(name="time_decay", half_life_days=HALF_LIFE_DAYS),
    )
}
"""The models by name, as the tables in R6.3 and R6.4 have them."""
_J = ("j_shaped", "inverse_j")


def preset(
    name: str, *, half_life_days: int = HALF_LIFE_DAYS, conversion_position: str = CLOSE
) -> Model:
    """Return a model by its name; KeyError for one that nobody knows.

    `conversion_position` is what the J models take for the conversion: CW, or OC.
    """
    if conversion_position not in (CLOSE, DEAL):
        raise ValueError(f"a conversion is {CLOSE} or {DEAL}, not {conversion_position}")
    found = PRESETS[name]
    if name == "time_decay":
        return Model(name=name, half_life_days=half_life_days)
    if name not in _J or conversion_position == CLOSE:
        return found
    weights = {FIRST: found.weights[FIRST], DEAL: found.weights[CLOSE]}
    return Model(name=name, weights=weights, mid=found.mid)


def credit(
    model: Model, points: Iterable[Point], milestones: Milestones, window: Window
) -> dict[str, Fraction]:
    """Return the share of each eligible touch by id, in the order (t, id), those of 0 too.

    The shares add to 1; those of time decay may miss it as `decayed` says. All of it is
    `__none__`'s where no touch is eligible, or none holds a position of the model (R6.7).
    """
    found = eligible(points, window)
    out = {one.id: Fraction() for one in found}
    parts = _parts(model, found, milestones, window)
    for _, shares in parts:
        for ident, share in shares.items():
            out[ident] += share
    return out if parts else {NONE: _ONE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A touch, the positions that it holds, and the share that each gave it.

    `gave` has the positions in the model's order, and `mid` for a touch that holds none; a touch
    that the model gives nothing has none at all.
    """

    touch: Point
    gave: Mapping[str, Fraction]

    @property
    def share(self) -> Fraction:
        """The share of the deal, as `credit` has it."""
        return sum(self.gave.values(), Fraction())


def trace(
    model: Model, points: Iterable[Point], milestones: Milestones, window: Window
) -> list[Held]:
    """Return each eligible touch in the order (t, id) with what its positions gave; for people."""
    found = eligible(points, window)
    parts = _parts(model, found, milestones, window)
    return [
        Held(touch=one, gave={name: shares[one.id] for name, shares in parts if one.id in shares})
        for one in found
    ]


def missing(
    model: Model, points: Iterable[Point], milestones: Milestones, window: Window
) -> tuple[str, ...]:
    """Return the positions of a model that no touch holds; their weights went to the others."""
    found = eligible(points, window)
    wanted = [name for name, weight in model.weights.items() if weight]
    return tuple(name for name in wanted if not holders(name, found, milestones, window))


_Part = tuple[str, Mapping[str, Fraction]]
"""A part of a model, and what it gives to which touches, by id."""


def _parts(
    model: Model, found: Sequence[Point], milestones: Milestones, window: Window
) -> list[_Part]:
    """Return what each part of a model gives to which touches; empty where none is held (R6.6)."""
    if model.half_life_days:
        shares = decayed([one.at for one in found], model.half_life_days)
        return [(DECAY, dict(zip((one.id for one in found), shares, strict=True)))] * bool(found)
    held = [
        (name, weight, [one.id for one in holders(name, found, milestones, window)])
        for name, weight in model.weights.items()
        if weight
    ]
    taken = {ident for *_, members in held for ident in members}
    if model.mid:
        held.append((MIDDLE, model.mid, [one.id for one in found if one.id not in taken]))
    whole = sum(weight for _, weight, members in held if members)
    return [
        (name, dict.fromkeys(members, weight / whole / len(members)))
        for name, weight, members in held
        if members
    ]
