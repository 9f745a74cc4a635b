"""Accounts as the vendors have them, and who belongs to which."""

from __future__ import annotations

from crmbridge.model.payload.base import Payload
from crmbridge.model.payload.form import Record, Stamp, entry


@entry
class AccountSeen(Payload):
    """A version of an account; what the vendor did not speak of is what was known before."""

    type = "account_seen"
    id: Record
    live: bool
    changed_at: Stamp
    name: str = ""
    domain: str = ""
    parent: Record | None = None
    industry: str = ""
    owner: Record | None = None
    merged_into: Record | None = None


@entry
class Belongs(Payload):
    """A person's record belongs to an account from then on; `None` for no longer to any."""

    type = "belongs"
    person: Record
    account: Record | None
