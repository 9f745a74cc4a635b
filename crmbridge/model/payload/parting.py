"""A person takes a wrong match apart: what goes to a lead of its own, and what both leads keep."""

from __future__ import annotations

from typing import Annotated

from crmbridge.model.payload.base import Payload
from crmbridge.model.payload.form import Form, Key, Records, Texts, entry, many
from crmbridge.model.state import Happened

Steps = Annotated[tuple[Happened, ...], many(Form(Happened.row, Happened.of))]


@entry
class Parted(Payload):
    """Records of a lead are somebody else's: another lead has them from now on.

    With them go `identities` (hashes of addresses that no record of this lead has), `touches`,
    `activities` and `steps` of which it is known that they came with these records. What is not
    known stays. Neither lead is joined to the other again by an address.
    """

    type = "parted"
    into: str
    refs: Records
    identities: Texts
    touches: Texts
    activities: Texts
    steps: Steps
    by: str
    why: str
    joined: str = ""
    """The lead that had been joined to this one, where a join is undone."""
    owner: str | None = None
    """Who has the records at sales: our rep, or the vendor's user as text; empty for nobody, `None`
    where none of them is a live one of sales (entries of earlier builds do not say)."""
    left: str | None = None
    """The same of the records that stay."""


@entry
class PartedFrom(Payload):
    """The other half, on the lead that has the records now."""

    type = "parted_from"
    former: Annotated[str, Key("from")]
