"""What a touch is worth, which touches are a raised hand, and how a score becomes a grade."""

from __future__ import annotations

from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any, Literal

from pydantic import Field, PrivateAttr, model_validator

from crmbridge.agreement.base import Table
from crmbridge.agreement.definition.criteria import LeafOp
from crmbridge.agreement.rating import Rating as Rating
from crmbridge.agreement.scoring.decay import Decay, NoDecay

BuyingStage = Literal["epiphany", "interest", "evaluation", "decision", "post_sale"]
REMEMBERED = 20_000
"""Kinds and assets whose rule is kept at hand, so that it is looked for once."""


class HandRaise(Table):
    """Touches by which a person asks for sales: their kind, and a pattern of their assets."""

    kind: str = Field(min_length=1)
    asset: str = "*"

    def matches(self, kind: str, asset: str) -> bool:
        """Whether a touch of this kind with this asset is meant; the pattern minds case."""
        return kind == self.kind and fnmatchcase(asset, self.asset)


class Signal(Table):
    """A touch that raises the rating by itself, while it is younger than `ttl_days` (R2.6).

    `min_sections` is the least `value` that the touch must bring.
    """

    rating: Rating
    ttl_days: Decimal = Field(gt=0)
    min_sections: int = Field(default=0, ge=0)


class TouchRule(HandRaise):
    """Points for touches, and the buying stage that they show (R2.4).

    Only the newest `max_per_asset` touches of an asset count; all do when it is not given.
    """

    group: str = ""
    points: Decimal = Field(ge=-100, le=100)
    max_per_asset: int | None = Field(default=None, ge=1)
    stage: BuyingStage | None = None
    signal: Signal | None = None


class ScoreGroup(Table):
    """Touches whose points are limited together, after decay (R2.8, R2.9)."""

    min: Decimal = Decimal(-100)
    max: Decimal = Decimal(100)
    max_per_day: int | None = Field(default=None, ge=1)
    decay: Decay | None = None


class Engagement(Table):
    """The engagement score's rules; the first that matches a touch counts.

    `decay` holds for every group that has none of its own. Rules without a group are limited by
    the total only.
    """

    rules: tuple[TouchRule, ...] = ()
    decay: Decay = NoDecay()
    groups: dict[str, ScoreGroup] = Field(default_factory=dict)
    _found: dict[tuple[str, str], TouchRule | None] = PrivateAttr(default_factory=dict)

    @model_validator(mode="after")
    def _groups_are_known(self) -> Engagement:
        for rule in self.rules:
            if rule.group and rule.group not in self.groups:
                known = ", ".join(self.groups) or "none"
                raise ValueError(f"no group {rule.group!r} under engagement.groups: {known}")
        return self

    def rule(self, kind: str, asset: str) -> TouchRule | None:
        """Return the rule of a touch, or `None` for one that is worth nothing."""
        found = self._found
        if (kind, asset) not in found:
            if len(found) >= REMEMBERED:
                found.clear()
            found[kind, asset] = next((r for r in self.rules if r.matches(kind, asset)), None)
        return found[kind, asset]

    def decay_of(self, rule: TouchRule) -> Decay:
        """Return how a rule's touches lose their worth."""
        group = self.groups.get(rule.group)
        return group.decay if group and group.decay else self.decay


class FitRule(Table):
    """Points for a fact."""

    field: str = Field(min_length=1)
    op: LeafOp
    value: Any = None
    points: Decimal = Field(ge=-100, le=100)


class FitGroup(Table):
    """Rules whose points are limited together."""

    min: Decimal
    max: Decimal = Field(ge=0)
    rules: tuple[FitRule, ...] = Field(min_length=1)


class Fit(Table):
    """How well a lead fits, from facts alone (R2.1, R2.2).

    `letters` are (letter, least score) from the best; the last has no least score. Below
    `unknown_completeness` the last letter counts as `unknown_letter`.
    """

    groups: dict[str, FitGroup] = Field(min_length=1)
    letters: tuple[tuple[str, Decimal | None], ...] = (
        ("A", Decimal(75)),
        ("B", Decimal(50)),
        ("C", Decimal(25)),
        ("D", None),
    )
    unknown_completeness: Decimal = Field(default=Decimal("0.5"), ge=0, le=1)
    unknown_letter: str = "C"


_GRID: dict[str, tuple[Rating, ...]] = {
    "A": ("hot", "hot", "warm", "warm"),
    "B": ("hot", "warm", "warm", "cold"),
    "C": ("warm", "warm", "cold", "cold"),
    "D": ("cold", "cold", "cold", "cold"),
}


class Grid(Table):
    """How letter and digit become a rating (R2.13); `digits` are (digit, least engagement)."""

    digits: tuple[tuple[int, Decimal | None], ...] = (
        (1, Decimal(60)),
        (2, Decimal(35)),
        (3, Decimal(15)),
        (4, None),
    )
    ratings: dict[str, tuple[Rating, ...]] = Field(default_factory=lambda: dict(_GRID))
