"""The times of an event, which the vendor keeps under several names at once.

Days are those of UTC, where the vendor takes the zone of the user (not verified which one for an
integration).
"""

from __future__ import annotations

from datetime import timedelta

from connectors.salesforce.emulator.stamps import instant, stamp
from connectors.salesforce.emulator.store import Row

_START = ("StartDateTime", "ActivityDateTime")


def times(new: Row, old: Row) -> None:
    """Fill in day, start, end and minutes from those that are given or were changed."""
    moved = [name for name in _START if new.get(name) and new.get(name) != old.get(name)]
    start = new.get(moved[0]) if moved else new.get(_START[0])
    if not start:
        return
    new |= {"StartDateTime": start, "ActivityDateTime": start, "ActivityDate": start[:10]}
    end, minutes = new.get("EndDateTime"), new.get("DurationInMinutes")
    if end and (minutes is None or end != old.get("EndDateTime")):
        new["DurationInMinutes"] = (instant(end) - instant(start)) // timedelta(minutes=1)
    elif minutes is not None:
        new["EndDateTime"] = stamp(instant(start) + timedelta(minutes=minutes))
