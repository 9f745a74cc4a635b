"""The shape of the agreement's clocks: how long sales may take, and when a lead is taken back."""

from __future__ import annotations

from decimal import Decimal
from typing import Self

from pydantic import Field, model_validator

from crmbridge.agreement.base import Table

UNTOUCHED_HOURS = Decimal(24)
"""Business hours after which an untouched lead goes back, where the agreement says nothing.

Source: domain.md 1.4 (three days of eight hours). Opinion.
"""


class _Untouched(Table):
    untouched_days: int | None = Field(default=None, ge=1)
    untouched_hours: Decimal | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.untouched_days is not None and self.untouched_hours is not None:
            raise ValueError("untouched_days and untouched_hours say the same twice: keep one")
        return self


class StaleOn(_Untouched):
    """The same for a team that a lead was handed on to; what is not named is as for the first."""

    idle_days: int | None = Field(default=None, ge=1)


class Stale(_Untouched):
    """When crmbridge takes a lead back from sales.

    Untouched after so many business hours of the rep's team (`untouched_hours`) or calendar days
    (`untouched_days`), one of the two; idle after so many calendar days.
    """

    idle_days: int = Field(default=14, ge=1)
    handed_on: StaleOn | None = None

    @property
    def untouched_seconds(self) -> int:
        """Business seconds after which a lead is stale, where no calendar days are agreed."""
        return int((self.untouched_hours or UNTOUCHED_HOURS) * 3600)

    @property
    def of_handed_on(self) -> Stale:
        """The times of a team that a lead was handed on to."""
        if self.handed_on is None:
            return self
        one = self.handed_on
        days, hours = one.untouched_days, one.untouched_hours
        if days is None and hours is None:
            days, hours = self.untouched_days, self.untouched_hours
        idle = one.idle_days or self.idle_days
        return Stale(untouched_days=days, untouched_hours=hours, idle_days=idle)

    @property
    def untouched(self) -> str:
        """The agreed time as people say it."""
        if self.untouched_days is not None:
            return f"{self.untouched_days} days"
        return f"{self.untouched_hours or UNTOUCHED_HOURS} business hours"


class FirstTouch(Table):
    """Business hours until sales first touches a lead, by how it came (R1.16)."""

    hand_raise: Decimal = Field(default=Decimal(1), gt=0)
    hot: Decimal = Field(default=Decimal(4), gt=0)
    warm: Decimal = Field(default=Decimal(8), gt=0)


class SlaOn(Table):
    """The clocks of a team that a lead was handed on to; one without a number is as the first's."""

    first_touch: Decimal | None = Field(default=None, gt=0)
    answer: Decimal | None = Field(default=None, gt=0)


class Sla(Table):
    """The clocks of a hand-off; without this table no clock runs.

    `first_touch` is in business hours of the rep, `answer` (until sales accepts the lead or gives
    it back) in those of the team. `handed_on` are those of a team that another team handed the
    lead on to: there one first touch for all leads, as they were spoken to already.
    """

    first_touch: FirstTouch = FirstTouch()
    answer: Decimal = Field(default=Decimal(16), gt=0)
    handed_on: SlaOn | None = None

    @property
    def of_handed_on(self) -> Sla:
        """The clocks of a team that a lead was handed on to."""
        on = self.handed_on
        if on is None:
            return self
        first = on.first_touch
        touch = self.first_touch
        if first is not None:
            touch = FirstTouch(hand_raise=first, hot=first, warm=first)
        return Sla(first_touch=touch, answer=on.answer or self.answer)
