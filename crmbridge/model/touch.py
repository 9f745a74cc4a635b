"""A touch: one thing that a person did with our marketing, or that sales did with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crmbridge.model.lead import Ref

BUYING_STAGES = ("epiphany", "interest", "evaluation", "decision", "post_sale")
"""Buying stages in their order (R2.4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """One touch.

    `ref` is the vendor's record of it. `kind` is the mapping's name for the type of touch
    (`form`, `campaign`, …), `asset` the piece of content, `channel` where the person came from.
    The person is known by `person` (a vendor record) or by `email`; both may be given.
    `value` is a count the type brings with it, such as sections read; 0 when it brings none.
    `campaign` is the vendor's record of the campaign that it belongs to.
    `each` says that the record is a touch of several people, of whom this is one.
    """

    ref: Ref
    at: datetime
    kind: str
    asset: str = ""
    channel: str = ""
    person: Ref | None = None
    email: str = ""
    value: int = 0
    campaign: Ref | None = None
    each: bool = False

    @property
    def id(self) -> str:
        """What tells this touch from all others: its record, and whose of its people it is."""
        return f"{self.ref}@{self.person.id}" if self.each and self.person else str(self.ref)

    def __repr__(self) -> str:
        return f"Touch({self.ref}, {self.kind}, {self.asset})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Something a salesperson did with a person: a call, a mail, a meeting.

    With `precision` day the vendor gave a date and no time. `at` is then the noon that stands for
    it in the order of things (R9.5), and `span` the first and the last second of that day in the
    company's zone: for clocks it was done at any of them.

    `kind` is what it was, such as a meeting or a call; `outcome` is what came of it, empty for
    nothing, and `None` where the vendor does not speak of it.
    """

    ref: Ref
    at: datetime
    person: Ref
    precision: str = "second"
    span: tuple[datetime, datetime] | None = None
    kind: str = ""
    outcome: str | None = None
    changed_at: datetime | None = None

    @property
    def earliest(self) -> datetime:
        """The first instant at which it may have been done."""
        return self.span[0] if self.span else self.at

    @property
    def latest(self) -> datetime:
        """The last instant at which it may have been done."""
        return self.span[1] if self.span else self.at


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A vendor record that stood for a touch, or for a role on a deal, and is no more."""

    ref: Ref
    changed_at: datetime | None = None
