"""Campaigns as a vendor tells them, and who is in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from crmbridge.model.lead import Ref
from crmbridge.model.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """One version of a campaign; `live` is false once its record was deleted.

    `told` names the fields that the vendor speaks of: they are as they stand here, empty ones too.
    Of the others nothing is known. `channel` is the vendor's word, `parent` the campaign that this
    one is part of; it runs from `starts` to `ends`, both included.
    """

    ref: Ref
    name: str = ""
    channel: str = ""
    parent: Ref | None = None
    cost: Money | None = None
    starts: date | None = None
    ends: date | None = None
    live: bool = True
    changed_at: datetime | None = None
    told: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One version of somebody's membership of a campaign; `told` as in `Campaign`.

    `campaign` and `person` are `None` in a record that was deleted and shows no values. `status` is
    the vendor's word. They joined at `first_at`, and responded first at `responded_at`.
    """

    ref: Ref
    campaign: Ref | None = None
    person: Ref | None = None
    status: str = ""
    responded: bool = False
    first_at: datetime | None = None
    responded_at: datetime | None = None
    live: bool = True
    changed_at: datetime | None = None
    told: frozenset[str] = frozenset()
