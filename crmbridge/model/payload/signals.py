"""Touches that sales hears of at once."""

from __future__ import annotations

from crmbridge.model.payload.base import Payload
from crmbridge.model.payload.form import Instant, Record, entry


@entry
class Signalled(Payload):
    """Sales hears of a touch: `to` the rep, or to the `line` where nobody has the lead."""

    type = "signalled"
    asset: str
    touch: Record
    touched: Instant
    stage: str
    rating: str
    to: str
    rep: str
