"""The clocks of a hand-off: told of before they are over, overdue, and settled."""

from __future__ import annotations

from crmbridge.model.payload.base import Payload
from crmbridge.model.payload.form import Instant, entry


@entry
class OfClock(Payload):
    """A payload about a clock of a hand-off, by its name."""

    clock: str


@entry
class _Told(OfClock):
    """What was told of a clock; `limit_seconds` are of business time."""

    cycle: int
    due: Instant
    limit_seconds: int
    rep: str
    rating: str


@entry
class SlaSoon(_Told):
    """A clock is nearly over, and the rep was told."""

    type = "sla_soon"


@entry
class SlaBreached(_Told):
    """A clock is over, and rep and manager were told."""

    type = "sla_breached"


@entry
class SlaSettled(OfClock):
    """What was overdue is done, or over with the trip."""

    type = "sla_settled"
