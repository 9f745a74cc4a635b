"""The ways in which a touch may lose its worth with time (R2.10)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from crmbridge.agreement.base import Table

Days = Annotated[Decimal, Field(gt=0)]


class Exponential(Table):
    """Halves every `half_life_days`, once `hold_days` are over."""

    type: Literal["exponential"]
    half_life_days: Days
    hold_days: Decimal = Field(default=Decimal(0), ge=0)


class Step(Table):
    """Loses a part of what is left every `step_days`."""

    type: Literal["step"]
    step_days: Days
    loss: Decimal = Field(gt=0, le=1)


class Window(Table):
    """Is worth all for some days, and then nothing."""

    type: Literal["window"]
    days: Days


class Linear(Table):
    """Falls evenly to nothing in some days."""

    type: Literal["linear"]
    days: Days


class NoDecay(Table):
    """Keeps its worth."""

    type: Literal["none"] = "none"


Decay = Annotated[Exponential | Step | Window | Linear | NoDecay, Field(discriminator="type")]
