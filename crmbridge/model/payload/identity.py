"""Who is who: records seen, linked, merged and gone, and the leads behind them."""

from __future__ import annotations

from typing import Annotated, Any

from crmbridge.model.codec import instant
from crmbridge.model.payload.base import Payload, Step
from crmbridge.model.payload.form import (
    Absent,
    Key,
    Record,
    Records,
    Stamp,
    Texts,
    Values,
    entry,
)


@entry
class Known(Step):
    """A lead is known for the first time."""

    type = "known"


@entry
class RecordSeen(Payload):
    """A vendor's record of a person, and all that follows from it, so that replay needs no mapping.

    A look at a record tells `raw`, `values`, `status` and `changed_at`, the first two as far as
    they are news. What else speaks of a record (it is gone, its word is to count) tells none of
    them. `facts` hold for the lead though the record does not say them so, the words in `kept` do
    not hold although it says them, `agreed` are values on which both systems agree now.
    """

    type = "sighting"
    ref: Record
    raw: Values | None = None
    values: Values | None = None
    status: str | None = None
    """The vendor's label; empty where the record has no status."""
    changed_at: Stamp = None
    facts: Values | None = None
    kept: Texts = ()
    agreed: Values | None = None
    opted_out: bool = False
    identity: str = ""
    """The hash of the address that the lead is known by from now on."""
    converted_to: Record | None = None
    owner: str | None = None
    """Our rep, or the vendor's user as text; `None` where the record tells no owner."""
    deleted: bool = False
    changed_by: Record | None = None
    """The vendor's user who changed the record, where the vendor tells."""

    def to_json(self) -> dict[str, Any]:
        """Write as JSON's types; a look at a record says also that the vendor has no stamp."""
        data = Payload.to_json(self)
        if self.raw is not None:
            data["changed_at"] = instant(self.changed_at) if self.changed_at else ""
        return data


@entry
class Doubled(Payload):
    """A second record of a person who has one: it waits for a person, and hears opt-outs alone."""

    type = "doubled"
    ref: Record
    raw: Values


@entry
class Absorbed(Payload):
    """Records that the vendor merged into one of the lead's."""

    type = "absorbed"
    refs: Records


@entry
class Linked(Payload):
    """A record is the lead's before it was seen: one that another became, or was merged into.

    `from_live` says whether that other one goes on by itself.
    """

    type = "linked"
    ref: Record
    former: Annotated[Record | None, Key("from")] = None
    from_live: bool | None = None


@entry
class LeadMerged(Payload):
    """Another lead turned out to be the same person, and all it had moves to this one."""

    type = "lead_merged"
    loser: str
    identities: Texts
    why: Annotated[str, Absent("")]


@entry
class MergedAway(Payload):
    """The other half, on the lead that is no more."""

    type = "merged_away"
    into: str


@entry
class Merged(Step):
    """The end of a lead that lives on as another."""

    type = "merged"


@entry
class Erased(Step):
    """The end of a lead whose person asked to be forgotten."""

    type = "erased"
