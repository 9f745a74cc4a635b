"""The lead: one person as the systems see them, and what each system last said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256

from crmbridge.model.record import Value

FIELDS: Mapping[str, str] = {
    "email": "text",
    "first_name": "text",
    "last_name": "text",
    "account": "text",
    "title": "text",
    "phone": "text",
    "country": "text",
    "city": "text",
    "website": "text",
    "industry": "text",
    "employees": "number",
    "source": "text",
    "email_domain": "text",
    "opted_out": "bool",
    "internal": "bool",
}
"""Facts that a lead has, and their types. Companies add their own as `x_<name>`."""


# a page's addresses are asked for several times
@lru_cache(maxsize=4096)
def mark_of(address: str) -> str:
    """The hash under which an e-mail address is looked up; the address is in its normal form."""
    return sha256(address.encode()).hexdigest()


class StatusType(StrEnum):
    """What a vendor's status value means to the loop (R1.11, R1.12).

    A record whose status is to be ignored is archived or parked: nobody gave the lead back.
    """

    OPEN = "open"
    ONGOING = "ongoing"
    WON = "won"
    LOST = "lost"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Ref:
    """One vendor record: the system's side, the vendor's object and the vendor's id."""

    system: str
    obj: str
    id: str

    def __hash__(self) -> int:
        # by the id alone, which nearly always differs: a page of records asks for it very often
        return hash(self.id)

    def __str__(self) -> str:
        return f"{self.system}:{self.obj}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> Ref:
        """Read back what `str` wrote."""
        system, obj, ident = text.split(":", 2)
        return cls(system=system, obj=obj, id=ident)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A sales status as read: the vendor's label, its type, and the reason that came with it.

    `type` is `None` for a label that the mapping does not know: such a status moves no lead.
    `reason` is one of the recycle table's reasons, empty when none was given; `reason_text` is
    the vendor's own word when the mapping does not know it. `noted` says whether sales wrote a
    note beside the reason, `None` where the mapping names no field for one.
    """

    label: str
    type: StatusType | None
    reason: str = ""
    reason_text: str = ""
    noted: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What one system says of one person now, in the words of the lead model.

    An absent value means that the system has no opinion, `None` that it says empty. `raw` holds
    the vendor's own values of every mapped field, to tell a change from an echo. `key` is our
    lead id as the vendor carries it, empty when it does not. `filtered` says that a filter of the
    mapping leaves the record out: it is nobody of ours, but for a word of theirs on consent.
    `account` is the vendor's record of their employer; it is told only where `account_seen`.
    `changed_by` is the user who changed the record last, where the vendor tells. `stage` is the
    stage of ours that the vendor's own stage means, empty where it means none. `more` are further
    addresses of the person, in their normal form.
    """

    ref: Ref
    values: Mapping[str, Value] = field(default_factory=dict)
    raw: Mapping[str, Value] = field(default_factory=dict)
    changed_at: datetime | None = None
    created_at: datetime | None = None
    key: str = ""
    status: Status | None = None
    owner: str | None = None
    deleted: bool = False
    merged_into: Ref | None = None
    absorbed: tuple[Ref, ...] = field(default=())
    converted_to: Ref | None = None
    converted_deal: str = ""
    converted_at: datetime | None = None
    filtered: bool = False
    account: Ref | None = None
    account_seen: bool = False
    changed_by: Ref | None = None
    stage: str = ""
    more: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Sighting({self.ref}, {len(self.values)} values)"
