"""The rows of what stands around deals and people: products, campaigns, members, firms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from crmbridge.model.lead import Ref
from crmbridge.model.payload import Payload
from crmbridge.policy.routing.account_mark import account_mark, domain_mark

R = TypeVar("R")

MARKS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "mark": lambda row: account_mark(row["name"]),
    "domain_mark": lambda row: domain_mark(row["domain"]),
}
"""Columns that follow from what an account says, and how."""
RECORDS = frozenset({"deal", "campaign", "person", "parent", "owner", "merged_into"})
"""Columns that hold a vendor's record: a `Ref` as text, empty for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRow:
    """A line of a deal; `amount_minor` is the line's, in the currency's smallest unit."""

    id: str
    deal: str = ""
    name: str = ""
    code: str = ""
    quantity: Decimal | None = None
    amount_minor: int | None = None
    currency: str = ""
    live: bool = True
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRow:
    """A campaign; `cost_minor` is in the currency's smallest unit, `channel` the vendor's word."""

    id: str
    name: str = ""
    channel: str = ""
    parent: str = ""
    cost_minor: int | None = None
    currency: str = ""
    starts: date | None = None
    ends: date | None = None
    live: bool = True
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    """Who is in a campaign: since `first_at`, and responding since `responded_at`, where known."""

    id: str
    campaign: str
    person: str
    status: str = ""
    responded: bool = False
    first_at: datetime | None = None
    responded_at: datetime | None = None
    live: bool = True
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmRow:
    """An account as the vendor has it: the firm that people work for and deals are with."""

    id: str
    name: str = ""
    domain: str = ""
    parent: str = ""
    industry: str = ""
    owner: str = ""
    live: bool = True
    changed_at: datetime | None = None
    mark: str = ""
    """The name's, by which people of this account are found."""
    domain_mark: str = ""
    """The domain's, by which they are found before."""
    merged_into: str = ""

    def __repr__(self) -> str:
        return f"FirmRow({self.id} live={self.live})"


@dataclass(frozen=True, slots=True, kw_only=True)
class BelongingRow:
    """A person's record belongs to an account: from `since` on, and before `until` if it ended."""

    person: str
    since: datetime
    account: str
    until: datetime | None = None


def as_row(kind: type[R], told: Payload) -> R:
    """Return the row of what an entry says: fields alike, records as text, empty for none."""
    values: dict[str, Any] = {}
    for one in fields(kind):  # type: ignore[arg-type]  # all rows are dataclasses
        if one.name in MARKS:
            values[one.name] = MARKS[one.name](values)
            continue
        value = getattr(told, one.name)
        if isinstance(value, Ref):
            value = str(value)
        values[one.name] = "" if value is None and one.name in RECORDS else value
    return kind(**values)


def said_by(row: Any) -> dict[str, Any]:
    """Return what an entry would say of a row, by field; nothing for no row."""
    if row is None:
        return {}
    said = {one.name: getattr(row, one.name) for one in fields(row) if one.name not in MARKS}
    texts = {"id", *RECORDS} & said.keys()
    return said | {name: Ref.parse(said[name]) if said[name] else None for name in texts}
