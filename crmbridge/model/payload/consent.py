"""Opt-outs that no sighting of a lead's own record tells, and consent that was given again."""

from __future__ import annotations

from crmbridge.model.payload.base import Payload
from crmbridge.model.payload.form import Texts, entry


@entry
class OptedOut(Payload):
    """Somebody opted out by a record that is not, or not yet, their lead's."""

    type = "opted_out"


@entry
class Suppressed(Payload):
    """Somebody opted out who is nobody's lead: their address is kept as a hash."""

    type = "suppressed"
    identity: str


@entry
class ConsentGiven(Payload):
    """A person consents to mail again, which somebody recorded with the evidence.

    It holds from the entry's instant on, and is all that ends an opt-out. `identities` are the
    hashes of their addresses that were kept as those of nobody's lead who opted out.
    """

    type = "consent_given"
    by: str
    evidence: str
    identities: Texts = ()
