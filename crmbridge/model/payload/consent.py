"""Opt-outs that no sighting of a lead's own record tells."""

from __future__ import annotations

from crmbridge.model.payload.base import Payload
from crmbridge.model.payload.form import entry


@entry
class OptedOut(Payload):
    """Somebody opted out by a record that is not, or not yet, their lead's."""

    type = "opted_out"


@entry
class Suppressed(Payload):
    """Somebody opted out who is nobody's lead: their address is kept as a hash."""

    type = "suppressed"
    identity: str
