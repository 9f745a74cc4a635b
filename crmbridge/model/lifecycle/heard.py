"""What a lead's events say of one deal: how it stands, why it was lost, and since when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from crmbridge.model.lifecycle.instant import REASON_GIVEN, Standing, in_order
from crmbridge.model.lifecycle.state import LifeEvent

_at = attrgetter("at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """How a deal stands in a lead's lifecycle.

    `state` is empty for a deal never heard of, else open, won or lost. `reason` is why it was
    lost, as last given. `closed` is when it was last won or lost, `newest` its newest event.
    `count` numbers its events.
    """

    state: str = ""
    reason: str = ""
    closed: datetime | None = None
    newest: datetime | None = None
    count: int = 0


def heard(events: Iterable[LifeEvent], deal: str) -> Heard:
    """Fold the events of one deal, in whatever order they came, as the lead's own fold does."""
    mine = sorted((one for one in events if one.deal == deal), key=_at)
    state, reason, closed = "", "", None
    for at, group in groupby(mine, key=_at):
        standing = Standing.ABSENT if not state else Standing.CLOSED
        standing = Standing.OPEN if state == "open" else standing
        for event in in_order(group, {deal: standing})[0]:
            if event.kind == REASON_GIVEN:
                reason = event.reason if at == closed else reason
            elif event.type in ("deal_won", "deal_lost"):
                state, reason, closed = event.type.removeprefix("deal_"), event.reason, at
            else:
                state, reason = "open", ""
    return Heard(
        state=state,
        reason=reason,
        closed=closed,
        newest=mine[-1].at if mine else None,
        count=len(mine),
    )
