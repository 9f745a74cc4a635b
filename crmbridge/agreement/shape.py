"""The shape of `agreement.toml`, and the hash by which people sign it."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, StringConstraints, field_validator, model_validator

from crmbridge.agreement.base import Table
from crmbridge.agreement.criteria import Criteria, leaves
from crmbridge.agreement.facts import BUILT_IN, FieldType
from crmbridge.agreement.recycle import Recycle
from crmbridge.agreement.scoring import Engagement, HandRaise
from crmbridge.model.codec import canonical

FactName = Annotated[str, StringConstraints(pattern=r"^x_[a-z0-9_]+$")]


class Signature(Table):
    """Who signed for which side, and on which day."""

    side: Literal["marketing", "sales"]
    name: str = Field(min_length=1, repr=False)
    on: date


class Stale(Table):
    """After how many calendar days crmbridge takes a lead back from sales."""

    untouched_days: int = Field(default=5, ge=1)
    idle_days: int = Field(default=14, ge=1)


class Attribution(Table):
    """Which touches a report credits; `lookback_days` is how far before the deal it looks."""

    models: tuple[Literal["first", "last"], ...] = Field(default=("first", "last"), min_length=1)
    lookback_days: int = Field(default=365, ge=1)


class Agreement(Table):
    """What marketing and sales have signed.

    `fields` are the company's own facts (`x_<name>`) and their types, `definition` is the tree of
    criteria of a sales-ready lead. `motion` is expansion where leads with an open deal are wanted.
    """

    company: str = Field(pattern=r"^[a-z0-9_]+$")
    name: str = Field(default="sales_ready", min_length=1)
    version: int = Field(ge=1)
    effective_from: date
    zone: str
    motion: Literal["new", "expansion"] = "new"
    signed: tuple[Signature, ...] = ()
    fields: dict[FactName, FieldType] = Field(default_factory=dict)
    definition: Criteria
    engagement: Engagement = Engagement()
    hand_raise: tuple[HandRaise, ...] = ()
    stale: Stale = Stale()
    recycle: Recycle
    attribution: Attribution = Attribution()

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(
                f"no time zone {name!r}; write it as in 'Europe/Berlin' (IANA)"
            ) from None
        return name

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Agreement:
        seen: set[str] = set()
        for leaf in leaves(self.definition):
            if leaf.id in seen:
                raise ValueError(f"two criteria of the definition have the id {leaf.id!r}")
            seen.add(leaf.id)
        return self

    @property
    def tz(self) -> ZoneInfo:
        """The zone in which the company's days begin and end."""
        return ZoneInfo(self.zone)

    @property
    def types(self) -> dict[str, str | tuple[str, ...]]:
        """Types of all facts: those of every lead and the company's own."""
        return {**BUILT_IN, **self.fields}

    @property
    def reasons(self) -> frozenset[str]:
        """Every reason that has a row in the recycle table."""
        return frozenset(self.recycle.reasons)

    @property
    def out_reasons(self) -> frozenset[str]:
        """Reasons of class out (R1.7)."""
        rows = self.recycle.reasons.items()
        return frozenset(reason for reason, row in rows if row.class_ == "out")

    @property
    def tracks(self) -> frozenset[str]:
        """Nurture tracks that a returned lead may be put on."""
        rows = self.recycle.reasons.values()
        return frozenset(row.track for row in rows if row.track and row.class_ == "returns")


def fingerprint(agreement: Agreement) -> str:
    """Hash all that is agreed, as it is written, without the signatures under it.

    SHA-256 of canonical JSON, in hex. Keys that the file leaves out are left out here, so that a
    newer crmbridge with more keys does not void a signature. `definition_hash` is the narrower
    hash of R3.5.
    """
    body = agreement.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude={"signed"})
    return hashlib.sha256(canonical(body).encode()).hexdigest()
