"""Leads that a rule of the agreement puts on a nurture track before they were ever ready."""

from __future__ import annotations

from crmbridge.model.payload.base import Payload
from crmbridge.model.payload.form import entry


@entry
class Nurtured(Payload):
    """A lead is on another track from now on, or on none: `track` is empty then.

    `rule` is the rule's name, `before` the track that it leaves, and `why` says why it leaves it.
    """

    type = "nurtured"
    track: str = ""
    rule: str = ""
    before: str = ""
    why: str = ""
