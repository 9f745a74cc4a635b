"""The company's own stages: which part of a core stage a lead is in, and since when."""

from __future__ import annotations

from crmbridge.model.payload.base import Payload
from crmbridge.model.payload.form import entry


@entry
class StageEntered(Payload):
    """A lead is in another of the company's own stages than it was.

    `core` is the core stage, `part` the id of its part, empty for the rest of it, `name` what the
    version in force calls it. `version` is that version's number, `cycle` the trip. Only a lead
    that comes into a part, or leaves one, has such an entry: other steps say all by themselves.
    """

    type = "stage_entered"
    core: str
    part: str
    name: str
    version: int
    cycle: int
