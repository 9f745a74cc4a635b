"""Deals and the people on them, what they mean for a lead, and what its touches brought."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from crmbridge.model.deal import DealState
from crmbridge.model.payload.base import OfSales, Payload
from crmbridge.model.payload.form import (
    Absent,
    Day,
    Instant,
    MaybeNumber,
    MaybeValues,
    Record,
    Records,
    Stamp,
    entry,
)
from crmbridge.model.state import Happened


@entry
class DealSeen(Payload):
    """A version of a deal; `amount_minor` is in the currency's smallest unit, `None` for none.

    What stands behind `precision` is as it holds from then on: what the vendor did not speak of is
    what was known before. `probability` lies between 0 and 1. `changed_by` is the vendor's user who
    made this version, where the vendor tells. `outside` says that the mapping's filter leaves the
    deal out. `said_closed_at` is the vendor's word for the close of a deal that was seen to have
    closed earlier: `closed_at` is when it was seen. `shown` is what the vendor's fields hold that
    we write, by their names; `None` where none was told.
    """

    type = "deal"
    id: Record
    state: DealState
    amount_minor: int | None
    currency: str
    created_at: Annotated[Stamp, Absent(None)]
    closed_at: Annotated[Stamp, Absent(None)]
    changed_at: Annotated[Stamp, Absent(None)]
    reason: str
    precision: str
    owner: Record | None = None
    name: str = ""
    stage: str = ""
    probability: MaybeNumber = None
    deal_type: str = ""
    pipeline: str = ""
    forecast: Day = None
    account: Record | None = None
    campaign: Record | None = None
    source: str = ""
    changed_by: Record | None = None
    outside: bool = False
    said_closed_at: Stamp = None
    shown: MaybeValues = None


@entry
class ProductSeen(Payload):
    """A version of a line of a deal; `amount_minor` is the line's, in the smallest unit.

    What the vendor did not speak of is what was known before.
    """

    type = "product"
    id: Record
    deal: Record | None
    live: bool
    changed_at: Stamp
    name: str = ""
    code: str = ""
    quantity: MaybeNumber = None
    amount_minor: int | None = None
    currency: str = ""


@entry
class RoleSeen(Payload):
    """A person is on a deal, or no longer; `role` is the vendor's word for what they are there.

    `kind` is a word of `Evidence`; empty where the record's object tells it.
    """

    type = "role"
    id: Record
    deal: Record
    person: Record
    live: bool
    role: str = ""
    primary: bool = False
    kind: str = ""


@entry
class _OnDeal(OfSales):
    deal: Annotated[Record | None, Absent(None)]

    def happened(self, at: datetime) -> Happened:
        """What the lead keeps of it."""
        return Happened(at=at, type=self.type, deal=str(self.deal or ""), org=self.system)


@entry
class Opportunity(_OnDeal):
    """The lead is on a deal; `kind` is a word of `WEAK` where only that says so, else empty."""

    type = "opportunity"
    kind: str = ""

    def happened(self, at: datetime) -> Happened:
        """What the lead keeps of it."""
        deal = str(self.deal or "")
        return Happened(at=at, type=self.type, deal=deal, kind=self.kind, org=self.system)


@entry
class DealWithdrawn(_OnDeal):
    """The lead is not on the deal, and never was: what said so does not hold any more.

    What happened to the lead by this deal before does not count.
    """

    type = "deal_withdrawn"


@entry
class DealWon(_OnDeal):
    """A deal of the lead is won."""

    type = "deal_won"


@entry
class DealReopened(_OnDeal):
    """A deal that was over goes on."""

    type = "deal_reopened"


@entry
class DealLost(_OnDeal):
    """A deal is lost, or lost to this lead; `kind`, `reason` and `out` as in `GivenBack`."""

    type = "deal_lost"
    kind: str = ""
    reason: str = ""
    out: bool | None = None

    def happened(self, at: datetime) -> Happened:
        """What the lead keeps of it."""
        return Happened(
            at=at,
            type=self.type,
            reason=self.reason,
            deal=str(self.deal or ""),
            kind=self.kind,
            out=bool(self.out),
        )


@entry
class Credited(Payload):
    """First and last touch of what was won, as the marketing record shows them."""

    type = "credited"
    first: str
    last: str
    deals: Records
    cutoff: Instant
    first_refs: Records
    last_refs: Records
