"""The shape of an example inside the agreement: a made-up lead, and what must come out (R3.7)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field, model_validator

from crmbridge.agreement.base import Table


class ExampleTouch(Table):
    """A touch of a made-up lead, so many days before the example's instant."""

    kind: str = Field(min_length=1)
    asset: str = ""
    days_ago: Decimal = Field(default=Decimal(0), ge=0)
    value: int = Field(default=0, ge=0)


class Example(Table):
    """One test of a definition.

    Scores follow from `facts` and `touches` as they do for a real lead; a fact of the same name
    wins over what follows. `failing` names exactly the criteria that keep the lead from being
    ready; left out, they are not looked at.
    """

    name: str = Field(min_length=1)
    as_of: datetime | date
    facts: dict[str, Any] = Field(default_factory=dict)
    touches: tuple[ExampleTouch, ...] = ()
    expect: Literal["ready", "not"]
    failing: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _only_what_fails_is_failing(self) -> Example:
        if self.failing and self.expect == "ready":
            raise ValueError("failing belongs to an example that expects not")
        return self

    def instant(self, zone: tzinfo) -> datetime:
        """The example's instant; a day is its noon, a time without zone is the company's."""
        at = self.as_of
        if not isinstance(at, datetime):
            at = datetime.combine(at, time(12))
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)

    def at(self, touch: ExampleTouch, zone: tzinfo) -> datetime:
        """When a touch of the example happened."""
        return self.instant(zone) - timedelta(seconds=int(touch.days_ago * 86_400))
