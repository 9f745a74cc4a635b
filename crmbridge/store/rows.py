"""The rows of the projection tables as typed values, one class a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from crmbridge.model.evidence import Evidence, evidence_of


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadRow:
    """A lead as it stands now. `state` is the fold of its events, in JSON's types.

    `state` is `None` in the ledger while the lead's one entry, `rev`, says all of it; `leads` reads
    it whole. `counted` is what the lead adds to the totals (`Counted`), and `None` with `state`.
    """

    id: str
    state: Mapping[str, Any] | None
    stage: str
    updated_at: datetime
    cycle: int = 0
    owner: str | None = None
    rev: int = 0
    opted_out: bool = False
    in_sales: bool = False
    waiting: bool = False
    counted: Sequence[Any] | None = None

    def __repr__(self) -> str:
        return f"LeadRow({self.id} {self.stage} rev={self.rev})"


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleRow:
    """One turn of a lead through the loop; `outcome` is empty and `closed` `None` while open."""

    lead: str
    n: int
    opened: datetime
    data: Mapping[str, Any] = field(default_factory=dict)
    outcome: str = ""
    closed: datetime | None = None
    voided: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RefRow:
    """A vendor record and the lead that it belongs to, `None` while it belongs to none.

    `seen` is what the vendor last said, in JSON's types, and as a lead's `state` left to the entry
    `heard`, the newest that tells of the record. `live` is false once it was deleted or merged
    away.
    """

    system: str
    obj: str
    id: str
    lead: str | None = None
    live: bool = True
    seen: Mapping[str, Any] | None = field(default_factory=dict)
    changed_at: datetime | None = None
    heard: int = 0

    def __repr__(self) -> str:
        return f"RefRow({self.system}:{self.obj}:{self.id} lead={self.lead})"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityRow:
    """A mark by which a person is known again: `hash` is the SHA-256 of the normalised value."""

    hash: str
    lead: str
    kind: str = "email"


GONE = "gone"
"""The identity of a touch whose record the vendor deleted: it is nobody's, and waits for nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchRow:
    """A touch; `identity` is the e-mail's hash of a person who has no lead yet.

    `value` is a count that it brings, such as sections read; `campaign` is a `Ref` as text.
    """

    id: str
    at: datetime
    kind: str
    lead: str | None = None
    identity: str | None = None
    asset: str = ""
    channel: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    value: int = 0
    campaign: str = ""

    def __repr__(self) -> str:
        return f"TouchRow({self.id} {self.kind} lead={self.lead})"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRow:
    """Something a salesperson did with a lead: what it was, and what came of it."""

    id: str
    at: datetime
    lead: str | None = None
    kind: str = ""
    outcome: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DealRow:
    """A deal; `id` is its `Ref` as text, `amount_minor` in the currency's smallest unit.

    `owner`, `account` and `campaign` are `Ref`s as text, empty where none is known; `probability`
    lies between 0 and 1, and `forecast` is the day for which an open deal is expected to close.
    `outside` says that the mapping's filter leaves it out. `counted` is what the deal adds to the
    totals (`DealCounted` as text), empty while it adds nothing.
    """

    id: str
    state: str
    amount_minor: int | None = None
    currency: str = ""
    created_at: datetime | None = None
    closed_at: datetime | None = None
    changed_at: datetime | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    owner: str = ""
    stage: str = ""
    type: str = ""
    pipeline: str = ""
    account: str = ""
    campaign: str = ""
    source: str = ""
    probability: Decimal | None = None
    forecast: date | None = None
    name: str | None = None
    outside: bool = False
    counted: str = ""

    def __repr__(self) -> str:
        return f"DealRow({self.id} {self.state})"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRow:
    """A person on a deal; `id`, `deal` and `person` are `Ref`s as text, `role` is as sales says.

    `kind` is a word of `Evidence`; empty where the object of the id tells it.
    """

    id: str
    deal: str
    person: str
    live: bool = True
    role: str = ""
    is_primary: bool = False
    kind: str = ""

    @property
    def evidence(self) -> Evidence:
        """What the record is evidence of."""
        return evidence_of(self.id.split(":", 2)[1], self.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRow:
    """A vendor's user; `ref` is its `Ref` as text, `email` the hash of its address."""

    ref: str
    email: str | None = None
    active: bool = True
    data: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"UserRow({self.ref} active={self.active})"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """A lead that a rep works, and its account by the hashes of the account's name and domain."""

    lead: str
    account: str
    owner: str
    stage: str
    domain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRow:
    """A lead that a deal is of, and the part of its won money that it is counted with.

    `kind` is the evidence by which it shares a won deal, empty where it does not; `listed` says
    that its cycles list the deal. `minor` is `None` where there is no money to count.
    """

    deal: str
    lead: str
    minor: int | None = None
    currency: str = ""
    source: str = ""
    first_touch: str = ""
    last_touch: str = ""
    kind: str = ""
    listed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentRow:
    """To whom the line gave the lead of a cycle; of two times in one cycle the later counts.

    `definition` is the version by which it was ready, `rating` empty for none. `full` says that it
    took the last place of the rep.
    """

    lead: str
    n: int
    rep: str = ""
    team: str = ""
    definition: str = ""
    rating: str = ""
    hand_raise: bool = False
    full: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingRow:
    """What somebody thinks of a piece of content: their newest rating.

    `side` is prospect or sales, `rater` the lead or the rep. `lead` is whose the comment is: who
    rated, or about whom the rep was told.
    """

    content: str
    side: str
    rater: str
    lead: str
    stars: int
    comment: str
    at: datetime

    def __repr__(self) -> str:
        return f"RatingRow({self.side}, {self.stars})"
