"""What crosses the border to a vendor: records in, rows out, one result a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from crmbridge.errors import RefusalCause

Value = str | int | Decimal | bool | date | datetime | tuple[str, ...] | None
"""A typed vendor value. `None` says that the vendor holds nothing there.

A field that the vendor did not send, or hides from us, is absent, which is not the same. Floats
never appear: numbers with a point are Decimal. Datetimes are aware, in UTC.
"""


def is_blank(value: Value) -> bool:
    """Whether a field holds nothing: no value, text or choice; a no and a nought are values."""
    return value in (None, "", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One vendor record as a read returned it.

    `changed_at` is the vendor's own stamp. `deleted` says that the record is gone for good;
    `merged_into` then names the survivor, when the vendor tells. `absorbed` lists ids of records
    that were merged into this one and now answer as this one.
    """

    obj: str
    id: str
    values: Mapping[str, Value] = field(default_factory=dict)
    changed_at: datetime | None = None
    deleted: bool = False
    merged_into: str = ""
    absorbed: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Record({self.obj} {self.id}, {len(self.values)} values)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of records, and the cursor that resumes after it.

    `cursor` is the connector's own text; a later `read(…, since=cursor)` may repeat records and
    never skips one. `more` says whether this read has further pages to give at once. `total` is
    the vendor's count of what the whole read will give, where it tells one (for progress bars).
    `unread` are ids of records that the read passed over because no answer with them can be
    taken: they are held for a person. `lacks` is how many more the vendor says there are and does
    not give, when the read ended all the same. `odd` are ids of records that cannot be read as they
    are, each with why: of those only what they say of consent is taken in, and they are held.
    `well` are ids, of no record of the page, that are odd no more. `wait` says that the vendor is
    still preparing what was asked for, such as an export: this read ends here without its end, and
    goes on from the cursor after so many seconds, or with the next read.
    """

    records: tuple[Record, ...]
    cursor: str
    more: bool
    total: int | None = None
    unread: tuple[str, ...] = ()
    lacks: int = 0
    odd: Mapping[str, str] = field(default_factory=dict)
    well: tuple[str, ...] = ()
    wait: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One record to write.

    `op` is unique to this operation (a UUID): connectors use it as the vendor's trace id, or put it
    where a read can find it. `id` is the vendor's id; empty means that the connector creates or
    updates by `key`, never blindly. `key` is the lead's id of ours; without an `id` it is written
    to the vendor's unique property or external id, and with one nothing but `values` is. Absent
    fields are left alone, `None` clears. `before` is what we know the record to hold of the same
    fields, as last seen; it may be old. `None` says that a field is empty, and one that we do not
    know is absent. `by_rules` lets the vendor's own assignment rules say whose the record becomes.
    """

    op: str
    key: str
    values: Mapping[str, Value]
    id: str = ""
    by_rules: bool = False
    before: Mapping[str, Value] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Row({self.op}, id={self.id or 'by key'}, fields={sorted(self.values)})"


class Outcome(StrEnum):
    """What became of one row."""

    DONE = "done"
    REFUSED = "refused"
    """Never again as it is."""
    LATER = "later"
    """Not written; the same row may be sent again."""
    UNKNOWN = "unknown"
    """Perhaps written; read back by key before anything is sent again."""
    GONE = "gone"
    """The record was deleted; `moved_to` names a survivor, if there is one."""
    MOVED = "moved"
    """The record was merged or converted: `moved_to` is where it lives now."""
    AMBIGUOUS = "ambiguous"
    """More than one vendor record matches; a person decides. Never pick one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The result of one row, in the order of the rows.

    `id` is the vendor's id when the row is done. `code` and `message` are the vendor's words when
    it is not, `field` the vendor field at fault, and `cause` says why in ours, where it was
    refused: the core acts on the cause, and never on a code. `moved_to` is `(object, id)`.
    `retry_after` is in seconds. `changed_at` is the vendor's own stamp of the record after the
    write, where it answers with one. `without` are the fields of the row that a row which is done
    was written without, because the vendor refuses them: `code`, `message` and `cause` say why.
    """

    op: str
    outcome: Outcome
    id: str = ""
    created: bool = False
    code: str = ""
    message: str = ""
    field: str = ""
    cause: RefusalCause | None = None
    moved_to: tuple[str, str] | None = None
    retry_after: float = 0.0
    changed_at: datetime | None = None
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What a vendor says of one field of an object.

    `type` is one of text, number, bool, date, datetime, enum, multi, ref. `choices` lists the
    vendor's values (not labels) of an enum; empty when it takes anything. `length` is the longest
    text in characters, 0 when unknown. `digits` is how many digits a number may have before its
    point, 0 when unknown, and `scale` how many behind it, `None` when unknown. `refers` are the
    objects whose ids it holds, none when the vendor does not tell.
    """

    name: str
    type: str
    label: str = ""
    required: bool = False
    writable: bool = True
    unique: bool = False
    length: int = 0
    choices: tuple[str, ...] = field(default=())
    restricted: bool = True
    refers: tuple[str, ...] = ()
    digits: int = 0
    scale: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRequest:
    """One object to read among several: see `ReadsMany`."""

    obj: str
    fields: tuple[str, ...]
    since: str | None = None
