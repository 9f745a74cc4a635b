"""What a person said of the writer: what is let through, where it writes, and whether it may."""

from __future__ import annotations

from crmbridge.model.payload.base import Payload
from crmbridge.model.payload.form import Perhaps, entry


@entry
class LimitAllowed(Payload):
    """So many writes of a kind are let through once, above `limit`; `None` where it was not met."""

    type = "limit_allowed"
    limited: str
    number: int
    by: str
    limit: Perhaps[int] = None


@entry
class WriterSwitched(Payload):
    """The company's systems may be written again, or may not any more."""

    type = "writer_switched"
    on: bool
    by: str


@entry
class AccountConfirmed(Payload):
    """The account that a side's writes go to, from the first one on."""

    type = "account_confirmed"
    side: str
    account: str
    sandbox: bool
    by: str
