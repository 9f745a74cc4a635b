"""Lists deletions by a vendor's own log of them, which goes back for some days and names ids."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from crmbridge.kit.feed.keyset import Place, moment
from crmbridge.kit.fields import in_utc
from crmbridge.model.record import Page, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """What a log says of a span: when each id was deleted, and up to when it is complete.

    `until` is the vendor's own text, with its zone.
    """

    gone: Mapping[str, datetime | None]
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How a log can be asked: `back` from the present at most, and no span shorter than `least`.

    A cursor from a clock that ran ahead lies behind the present one.
    """

    back: timedelta
    least: timedelta

    def start(self, low: str, now: datetime) -> datetime:
        """Return where a span begins whose lower bound is a text of the vendor's, or empty."""
        oldest = now - self.back
        return min(max(in_utc(low), oldest), now - self.least) if low else oldest


def logged(
    obj: str,
    place: Place,
    now: datetime,
    reach: Reach,
    ask: Callable[[datetime, datetime], Log],
    held: Callable[[list[str]], Mapping[str, Record]],
) -> Page:
    """Return what was deleted since a place, by one call.

    The log holds ids alone: `held` returns what is still kept of them, with their last values, and
    one that was restored meanwhile as it lives.
    """
    log = ask(reach.start(place.low or "", now), now)
    kept = held(list(log.gone)) if log.gone else {}
    records = tuple(_record(obj, ident, at, kept.get(ident)) for ident, at in log.gone.items())
    cursor = Place(mark=moment(in_utc(log.until))).text()
    return Page(records=records, cursor=cursor, more=False, total=len(records))


def _record(obj: str, ident: str, at: datetime | None, kept: Record | None) -> Record:
    if kept is None:
        return Record(obj=obj, id=ident, changed_at=at, deleted=True)
    return replace(kept, changed_at=kept.changed_at or at)
