"""The models of attribution by name, and those that a company makes itself (R6.3, R6.6)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal, get_args

from pydantic import Field, StringConstraints, model_validator

from crmbridge.agreement.base import Table

MODELS = (
    *("first", "last", "lead_creation", "linear", "u_shaped", "position_based", "w_shaped"),
    *("full_path", "j_shaped", "inverse_j", "marketo_measure_u", "last_non_direct", "time_decay"),
    *("markov", "shapley", "linear_channels"),
)
"""The models that crmbridge brings along."""
FITTED = ("markov", "shapley")
"""Models whose shares are worked out from the company's own closed deals (R6.10, R6.14)."""
ALWAYS = ("first", "linear")
"""What is shown beside the headline, whatever else is."""

Position = Literal[
    "FT",
    "LC",
    "OC",
    "CW",
    "engaged",
    "ready",
    "handed",
    "first_sales_touch",
    "accepted",
    "qualified",
]
"""Where a touch may stand (R6.2): first touch, lead created, deal created, won, and the last touch
up to a milestone of the lead."""
POSITIONS: tuple[Position, ...] = get_args(Position)

ModelName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
# the upper bound only keeps numbers short that no sum could become 1 with
Weight = Annotated[Decimal, Field(gt=0, le=100, decimal_places=12)]


class CustomModel(Table):
    """A model of the company's own: weights by position, and `mid` for all other touches.

    They add up to 1, exactly. A position that nobody holds gives its weight to the others, in
    their proportion (R6.6).
    """

    weights: dict[Position, Weight] = Field(min_length=1)
    mid: Decimal = Field(default=Decimal(0), ge=0, le=100, decimal_places=12)

    @model_validator(mode="after")
    def _adds_up_to_one(self) -> CustomModel:
        total = sum(self.weights.values(), self.mid)
        if total != 1:
            short = 1 - total
            more = f"{_shown(short)} is missing" if short > 0 else f"{_shown(-short)} too much"
            hint = "; write 0.2 for 20 %" if total > 2 else ""
            raise ValueError(
                f"the weights and mid add up to {_shown(total)}, and must add up to 1: {more}{hint}"
            )
        return self

    @property
    def shares(self) -> dict[str, Fraction]:
        """Weights by position, without `mid`."""
        return {position: Fraction(weight) for position, weight in self.weights.items()}

    @property
    def middle(self) -> Fraction:
        """What the touches share that hold none of the positions; 0 for nothing."""
        return Fraction(self.mid)


def _shown(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
