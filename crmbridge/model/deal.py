"""A deal as the sales system tells it, and the people on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from crmbridge.model.evidence import Evidence
from crmbridge.model.lead import Ref
from crmbridge.model.money import Money
from crmbridge.model.record import Value

DELETED = "deleted"
"""Why a trip ended whose deal was deleted."""
OFF_DEAL = "off_deal"
"""Why a trip ended of somebody who was taken off its deal."""


class DealState(StrEnum):
    """How a deal stands."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a deal says of itself beside its state and its money.

    `told` names the fields that the vendor speaks of: they are as they stand here, empty ones too.
    Of the others nothing is known. `stage`, `type`, `pipeline` and `source` are the vendor's own
    words, `probability` lies between 0 and 1, `forecast` is the day on which an open deal is
    expected to close, `campaign` the one that the vendor names as the deal's source.
    """

    owner: Ref | None = None
    name: str = field(default="", repr=False)
    stage: str = ""
    probability: Decimal | None = None
    type: str = ""
    pipeline: str = ""
    forecast: date | None = None
    account: Ref | None = None
    campaign: Ref | None = None
    source: str = ""
    told: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """One version of a deal.

    `value` is `None` for a deal without an amount. `closed_at` is when it was won or lost;
    `precision` says whether that is known to the `second` or only to the `day`. `reason` is a
    recycle reason of a lost deal, empty when none was given. `people` are those whom the deal names
    itself; it tells nothing of them unless `people_seen`. `changed_by` is the user who made this
    version, where the vendor tells. `outside` says that the mapping's filter leaves the deal out.
    `said_closed_at` is what the vendor gives as the close of a deal that was seen to have closed
    earlier, `None` elsewhere. `shown` is what stands in the vendor's fields that we write, of those
    that this version speaks of. `untold` are those of `value`, `created_at`, `closed_at` and
    `reason` of which this version does not speak, and `state` where it does not say how the deal
    stands: they are as they were.
    """

    ref: Ref
    state: DealState
    value: Money | None = None
    created_at: datetime | None = None
    closed_at: datetime | None = None
    changed_at: datetime | None = None
    precision: str = "second"
    reason: str = ""
    reason_text: str = ""
    people: tuple[Ref, ...] = ()
    people_seen: bool = False
    about: About = About()
    changed_by: Ref | None = None
    outside: bool = False
    said_closed_at: datetime | None = None
    shown: Mapping[str, Value] = field(default_factory=dict, repr=False)
    untold: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A person's role on a deal; `live` is false once the role was removed.

    `kind` is what the record is evidence of. `role` is the vendor's word for it, empty for none;
    `primary` says whether this person counts most on the deal. Either is `None` where the vendor
    does not speak of it.
    """

    ref: Ref
    deal: Ref
    person: Ref
    role: str | None = None
    primary: bool | None = None
    live: bool = True
    kind: Evidence = Evidence.ROLE
