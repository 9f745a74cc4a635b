"""What a backtest knows of a cycle: how it ended, as far as anybody can tell yet (R3.12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from crmbridge.policy.sla.calendar import Calendar

ACCEPT_DAYS = 10
"""Business days after which a hand-off that nobody accepted counts as not accepted."""
_DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """One cycle of a lead and its labels.

    A label is `None` where nobody can know it: the cycle was never handed, or is too young.
    `mature` is for a cycle old enough to be judged. `revenue` is the won amount by deal, in
    minor units of one currency.
    """

    id: str
    handed: bool
    mature: bool
    accepted: bool | None = None
    opportunity: bool | None = None
    won: bool | None = None
    revenue: Mapping[str, int] = field(default_factory=dict)

    def label(self, name: str) -> bool | None:
        """Return a label by name; `None` for what nobody knows, which is never a no."""
        return getattr(self, name) if self.handed and self.mature else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """One cycle as the ledger has it now; `None` for what did not happen."""

    id: str
    opened: datetime
    handed: datetime | None = None
    accepted: datetime | None = None
    opportunity: datetime | None = None
    closed: datetime | None = None
    outcome: str = ""
    revenue: Mapping[str, int] = field(default_factory=dict)


def histories(trips: Sequence[Trip], now: datetime, calendar: Calendar) -> list[History]:
    """Label cycles as of now.

    Not accepted counts once the cycle is closed, or `ACCEPT_DAYS` business days old; not won
    once it is closed, or older than nine of ten of the won ones were. `calendar` says what a
    business day is: one that is open for whole days.
    """
    patience = won_patience(trips)
    return [_history(trip, now, calendar, patience) for trip in trips]


def won_patience(trips: Sequence[Trip]) -> timedelta | None:
    """Return the 90th percentile from hand-off to a won deal; `None` when nothing was won."""
    lengths = sorted(
        trip.closed - trip.handed
        for trip in trips
        if trip.outcome == "won" and trip.closed and trip.handed
    )
    return lengths[ceil(0.9 * len(lengths)) - 1] if lengths else None


def _history(trip: Trip, now: datetime, calendar: Calendar, patience: timedelta | None) -> History:
    if trip.handed is None:
        return History(id=trip.id, handed=False, mature=True)
    closed = trip.closed is not None
    accepted = _label(trip.accepted is not None, closed or _old(trip.handed, now, calendar))
    late = closed or (patience is not None and now > trip.handed + patience)
    return History(
        id=trip.id,
        handed=True,
        mature=accepted is not None,
        accepted=accepted,
        opportunity=_label(trip.opportunity is not None, late),
        won=_label(trip.outcome == "won", late),
        revenue=trip.revenue if trip.outcome == "won" else {},
    )


def _old(handed: datetime, now: datetime, calendar: Calendar) -> bool:
    # twice the days hold every weekend: most cycles need no look at the calendar
    if now - handed > timedelta(days=4 * ACCEPT_DAYS):
        return True
    return now >= calendar.add(handed, ACCEPT_DAYS * _DAY)


def _label(happened: bool, final: bool) -> bool | None:
    if happened:
        return True
    return False if final else None
