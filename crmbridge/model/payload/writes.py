"""Writes to a vendor: owed, sent, answered, dropped, and what a person says of those held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from crmbridge.model.codec import decode, encode
from crmbridge.model.payload.base import OfWrite, Payload
from crmbridge.model.payload.form import Absent, Form, Instant, Record, Values, entry
from crmbridge.model.record import Value

ENROLL = "enroll"
DEAL = "deal"
"""The action of a write onto a deal: it is no lead's, and its lane is the deal's."""
INFLUENCE = "influence"
"""The action of a write of what campaigns are credited with of a deal; the rest is as of `DEAL`."""
OF_DEAL = (DEAL, INFLUENCE)
TO_PEOPLE = frozenset({"task", "signal", "message"})
"""Actions that tell a person something: no record of the lead holds anything new after them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What a write changes in one field, and the rule that says so."""

    before: Value
    after: Value
    rule: str

    def row(self) -> list[Any]:
        """Write as JSON's types, as the outbox has it."""
        return [encode(self.before), encode(self.after), self.rule]

    @classmethod
    def of(cls, row: list[Any]) -> Changed:
        """Read back what `row` wrote."""
        before, after, rule = row
        return cls(before=decode(before), after=decode(after), rule=rule)


def changes_of(rows: Mapping[str, list[Any]]) -> dict[str, Changed]:
    """Read what a write changes, by the vendor's field."""
    return {name: Changed.of(row) for name, row in rows.items()}


def _rows(changes: Mapping[str, Changed]) -> dict[str, list[Any]]:
    return {name: one.row() for name, one in changes.items()}


@entry
class WriteOwed(OfWrite):
    """A write was decided."""

    type = "write"
    op: str
    system: str
    obj: str
    action: str
    changes: Annotated[Mapping[str, Changed], Form(_rows, changes_of)]


@entry
class WriteSent(OfWrite):
    """A write was handed to a vendor."""

    type = "sent"
    op: str
    attempt: int
    system: str
    action: str


@entry
class WriteDone(OfWrite):
    """The vendor has it: `values` by its fields, `words` by ours, `status` if one was set.

    `changed_at` is the vendor's stamp where its answer gave one, `track` what a person was
    enrolled in. Of influence, `values` are all percents by campaign and person, `words` the model.
    """

    type = "done"
    op: str
    action: str
    system: str
    obj: str
    ref: Record
    values: Values
    words: Values
    created: bool
    track: str
    status: str | None = None
    changed_at: Instant | None = None

    @property
    def of_record(self) -> bool:
        """Whether it changed a record, and did not tell people something."""
        return self.action != ENROLL and self.action.partition(":")[0] not in TO_PEOPLE


@entry
class WriteRefused(OfWrite):
    """The vendor does not take a write as it is, in its words."""

    type = "refused"
    op: str
    code: Annotated[str, Absent("")]
    message: Annotated[str, Absent("")]
    field: Annotated[str, Absent("")]


@entry
class FieldRefused(OfWrite):
    """The vendor does not take these values; they count as offered so often as `rounds` says."""

    type = "field_refused"
    op: str
    ref: Record
    values: Values
    rounds: int
    code: Annotated[str, Absent("")]


@entry
class WriteDropped(OfWrite):
    """A write did not leave."""

    type = "dropped"
    op: str
    why: str


@entry
class FieldOffered(Payload):
    """A person says that the vendor takes the field after all."""

    type = "field_offered"
    field: str


@entry
class _Held(OfWrite):
    op: str
    held: str
    held_kind: str


@entry
class HeldRetried(_Held):
    """A person sends held work again."""

    type = "held_retried"


@entry
class HeldResolved(_Held):
    """A person says that held work is dealt with."""

    type = "held_resolved"
