"""The company's days of instants, quickly: reports ask them of hundreds of thousands."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from crmbridge.model.codec import instant

_DAY = timedelta(days=1)


class Days:
    """The calendar of a zone.

    A day of UTC has one midnight of the zone in it, so that a text of an instant tells its day by
    a comparison.
    """

    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone
        self._known: dict[str, tuple[date, str, date]] = {}

    def of(self, at: datetime) -> date:
        """The day of an instant."""
        return at.astimezone(self.zone).date()

    def told(self, text: str) -> date:
        """The day of an instant that is written as the ledger writes it."""
        known = self._known.get(text[:10])
        if known is None:
            known = self._known[text[:10]] = self._look_up(text[:10])
        before, edge, after = known
        return before if text < edge else after

    def _look_up(self, day: str) -> tuple[date, str, date]:
        first = datetime.combine(date.fromisoformat(day), time(), UTC)
        before = self.of(first)
        after = before + _DAY
        edge = datetime.combine(after, time(), self.zone)
        return before, instant(edge), after
