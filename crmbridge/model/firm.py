"""Accounts as a vendor tells them: the firms that people work for and deals are with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from crmbridge.model.lead import Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """One version of an account; `live` is false once its record was deleted.

    `told` names the fields that the vendor speaks of: they are as they stand here, empty ones too.
    Of the others nothing is known. `parent` is the firm that this one is part of, `owner` the
    vendor's user. `merged_into` is the account as which a record lives on that was merged away.
    """

    ref: Ref
    name: str = field(default="", repr=False)
    domain: str = ""
    parent: Ref | None = None
    industry: str = ""
    owner: Ref | None = None
    merged_into: Ref | None = None
    live: bool = True
    changed_at: datetime | None = None
    told: frozenset[str] = frozenset()
