"""Opt-outs, which HubSpot takes by an address and no property (hubspot.md 1.8)."""

from __future__ import annotations

from connectors.hubspot.client import Client
from connectors.hubspot.kinds import CONTACTS
from connectors.hubspot.reads import NAME, Reader
from connectors.hubspot.values import address
from connectors.hubspot.verdicts import NOT_FOUND
from crmbridge.kit.consent import URGENT, OptOuts

OPT_OUT = "hs_email_optout"
"""The property that tells of an opt-out; another call than a record's sets it (hubspot.md 1.8)."""


def opt_outs(client: Client, reader: Reader, key_field: str) -> OptOuts:
    """Return how one account takes opt-outs."""
    return OptOuts(
        vendor=NAME,
        obj=CONTACTS,
        field=OPT_OUT,
        email="email",
        key=key_field,
        send=lambda email: client.opt_out(email, priority=URGENT),
        find=reader.find,
        address=address,
        lost=NOT_FOUND,
        for_all=frozenset({"MISSING_SCOPES", "FORBIDDEN"}),
    )
