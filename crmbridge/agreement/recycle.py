"""The recycle table: why sales gives a lead back, and how and when it comes again (section 5)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from crmbridge.agreement.base import Table
from crmbridge.model.lifecycle.legs import MISSING_REASON as MISSING_REASON

OTHER = "other"
"""The reason that wants a note (R5.2)."""
OWNER_LEFT, IN_QUEUE, BY_AUTOMATION = "owner_left", "in_queue", "by_automation"
"""Reasons for which open work comes back and nobody gave it back: its owner has left, a queue has
it, an automation of the CRM closed it."""
UNTOUCHED = "stale_untouched"
USED_BY_US = (MISSING_REASON, UNTOUCHED, "stale_idle")
"""Reasons that crmbridge itself gives, so that every table needs their rows."""


class RecycleRow(Table):
    """What follows from one reason.

    `class` is returns (comes back), fix_data (straight on once repaired) or out. `cool_off_days`
    are calendar days of the company, `bar` the engagement since the return, `counts_loop` whether
    the return counts against `max_loops`, `refund_fairness` whether the rep gets the turn back.
    `expansion_track` is the track of customers who come back, where it is not `track`.
    `handed_on` says what becomes of a lead that a team gives back which another team handed it on
    to: back (to that team, in the same cycle), or close (the cycle is over, as without teams in a
    row).
    """

    class_: Literal["returns", "fix_data", "out"] = Field(alias="class")
    track: str | None = None
    expansion_track: str | None = None
    cool_off_days: int | None = Field(default=None, ge=0)
    bar: int | None = Field(default=None, ge=0, le=100)
    max_loops: int = Field(default=0, ge=0)
    rep: Literal["prefer", "avoid", "any"] = "any"
    contact: Literal["nurture", "content_only", "none"] = "nurture"
    counts_loop: int = Field(default=0, ge=0, le=1)
    refund_fairness: int = Field(default=0, ge=0, le=1)
    handed_on: Literal["back", "close"] = "close"

    @model_validator(mode="before")
    @classmethod
    def _has_a_class(cls, data: Any) -> Any:
        if isinstance(data, dict) and not {"class", "class_"} & set(data):
            raise ValueError(
                "class is missing: write returns (comes back), fix_data (somebody repairs, then "
                "straight on) or out (does not come back)"
            )
        return data

    @model_validator(mode="after")
    def _a_return_says_when(self) -> RecycleRow:
        if self.class_ == "returns" and (self.cool_off_days is None or not self.track):
            raise ValueError("a reason of class returns needs track and cool_off_days")
        if self.expansion_track and self.class_ != "returns":
            raise ValueError(
                f"expansion_track is for a reason of class returns, and this one is {self.class_}: "
                "take it out"
            )
        if self.class_ == "out" and self.handed_on == "back":
            raise ValueError(
                "a reason of class out ends the loop, so no team gets the lead back: take "
                "handed_on out, or make the class returns or fix_data"
            )
        return self


class Recycle(Table):
    """The whole table; `closed_lost_min_days` is the shortest cool-off after a lost deal."""

    closed_lost_min_days: int = Field(default=90, ge=0)
    cool_off_cap_days: int = Field(default=365, ge=0)
    reasons: dict[str, RecycleRow] = Field(min_length=1)

    @property
    def tracks(self) -> frozenset[str]:
        """The nurture tracks of leads that came back, customers' too."""
        rows = [row for row in self.reasons.values() if row.class_ == "returns"]
        named = (name for row in rows for name in (row.track, row.expansion_track))
        return frozenset(name for name in named if name)
