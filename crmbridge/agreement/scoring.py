"""What a touch is worth, and which touches are a raised hand."""

from __future__ import annotations

from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Literal

from pydantic import Field

from crmbridge.agreement.base import Table

BuyingStage = Literal["epiphany", "interest", "evaluation", "decision", "post_sale"]


class HandRaise(Table):
    """Touches by which a person asks for sales: their kind, and a pattern of their assets."""

    kind: str = Field(min_length=1)
    asset: str = "*"

    def matches(self, kind: str, asset: str) -> bool:
        """Whether a touch of this kind with this asset is meant; the pattern minds case."""
        return kind == self.kind and fnmatchcase(asset, self.asset)


class TouchRule(HandRaise):
    """Points for touches, and the buying stage that they show (R2.4).

    Only the newest `max_per_asset` touches of an asset count; all do when it is not given.
    """

    points: Decimal = Field(ge=-100, le=100)
    max_per_asset: int | None = Field(default=None, ge=1)
    stage: BuyingStage | None = None


class Engagement(Table):
    """The engagement score's rules; the first that matches a touch counts."""

    rules: tuple[TouchRule, ...] = ()

    def rule(self, kind: str, asset: str) -> TouchRule | None:
        """Return the rule of a touch, or `None` for one that is worth nothing."""
        return next((rule for rule in self.rules if rule.matches(kind, asset)), None)
