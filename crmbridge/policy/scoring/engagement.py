"""How much a person has engaged, and whether they asked for sales (R2.4 to R2.11)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from operator import gt
from typing import NamedTuple

from crmbridge.agreement.scoring.scores import Engagement, HandRaise, TouchRule
from crmbridge.model.touch import BUYING_STAGES, Touch
from crmbridge.policy.scoring.decay import weight
from crmbridge.policy.scoring.points_at_age import UNITS, points
from crmbridge.policy.scoring.tables import NO_TIME, Entry, Tables, hand_raises, tables

STAGE_WINDOW = timedelta(days=60)
"""How long a touch shows a buying stage (R2.7)."""
_FULL = 100 * UNITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one touch brought: its points, and the weight left at its age in seconds.

    `part` is the product of both, to four decimals. `dropped` says which limit left the touch
    out, empty when none did.
    """

    touch: Touch
    group: str
    points: Decimal
    age: int
    weight: Decimal
    part: Decimal
    dropped: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupScore:
    """A group's sum, and the sum within the group's limits."""

    raw: Decimal
    capped: Decimal


class Counted(NamedTuple):
    """A touch that has a rule, its age in seconds, and the ten-thousandths that it brings."""

    touch: Touch
    entry: Entry
    age: int
    units: int
    dropped: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A total from 0 to 100, and the touches that were counted, the newest first."""

    total: Decimal
    counted: tuple[Counted, ...]
    rules: Engagement

    @property
    def groups(self) -> Mapping[str, GroupScore]:
        """The groups that the total adds up."""
        limits = tables(self.rules)
        sums = _sums(self.counted, limits)
        return {
            name: GroupScore(raw=points(raw), capped=points(limits.limited(name, raw)))
            for name, raw in sums.items()
        }

    @property
    def parts(self) -> tuple[Part, ...]:
        """What each touch brought."""
        return tuple(
            Part(
                touch=one.touch,
                group=one.entry.group,
                points=one.entry.rule.points,
                age=one.age,
                weight=weight(one.entry.decay, one.age),
                part=Decimal(0) if one.dropped else points(one.units),
                dropped=one.dropped,
            )
            for one in self.counted
        )


def engagement(
    touches: Iterable[Touch],
    rules: Engagement,
    as_of: datetime,
    since: datetime | None = None,
    *,
    zone: tzinfo = UTC,
) -> Score:
    """Score the touches up to and including `as_of`, and strictly after `since` when given.

    Touches without a rule bring no part. `zone` is the company's, for limits per day. Equal input
    gives an equal score in any order.
    """
    prepared = tables(rules)
    counted = []
    for touch, entry, dropped in _entries(newest_first(touches, as_of), prepared, zone, since):
        past = as_of - touch.at
        age = past.days * 86_400 + past.seconds
        counted.append(Counted(touch, entry, age, 0 if dropped else entry.worth(age), dropped))
    return Score(total=points(_total(counted, prepared)), counted=tuple(counted), rules=rules)


def worthy(
    touches: Iterable[Touch],
    rules: Engagement,
    as_of: datetime,
    zone: tzinfo,
    since: datetime | None = None,
) -> Iterator[tuple[Touch, TouchRule, str]]:
    """Yield the touches that have a rule, newest first, and the limit that each is over, if any."""
    ordered = newest_first(touches, as_of)
    for touch, entry, dropped in _entries(ordered, tables(rules), zone, since):
        yield touch, entry.rule, dropped


def since_of(score: Score, rules: Engagement, since: datetime) -> Decimal:
    """Return what a score is worth without touches up to and including `since` (R2.11).

    The same as scoring them again: limits count from the newest touch, so that older ones never
    push a newer one out.
    """
    if not score.counted or score.counted[-1].touch.at > since:
        return score.total
    later = [one for one in score.counted if one.touch.at > since]
    return points(_total(later, tables(rules)))


def _entries(
    ordered: Iterable[Touch], prepared: Tables, zone: tzinfo, since: datetime | None
) -> Iterator[tuple[Touch, Entry, str]]:
    """Yield touches that have a rule, and the limit that each is over, if any."""
    limits = _Limits(zone)
    for touch in ordered:
        if since is not None and touch.at <= since:
            return
        entry = prepared.entry(touch)
        if entry is not None:
            yield touch, entry, limits.over(touch, entry)


class _Limits:
    """Counts touches from the newest on, and says which limit each is over (R2.9)."""

    __slots__ = ("_assets", "_days", "_zone")

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._assets: dict[tuple[str, str], int] = {}
        self._days: dict[tuple[str, date], int] = {}

    def over(self, touch: Touch, entry: Entry) -> str:
        asset = (touch.kind, touch.asset)
        before = self._assets.get(asset, 0)
        if entry.most_of_asset is not None and before >= entry.most_of_asset:
            return "max_per_asset"
        if entry.most_of_day is not None:
            day = (entry.group, touch.at.astimezone(self._zone).date())
            that_day = self._days.get(day, 0)
            if that_day >= entry.most_of_day:
                return "max_per_day"
            self._days[day] = that_day + 1
        self._assets[asset] = before + 1
        return ""


def _sums(counted: Iterable[Counted], prepared: Tables) -> dict[str, int]:
    sums = dict.fromkeys(prepared.limits, 0)
    for one in counted:
        group = one.entry.group
        sums[group] = sums.get(group, 0) + one.units
    return sums


def _total(counted: Iterable[Counted], prepared: Tables) -> int:
    whole, limits = 0, prepared.limits
    for group, raw in _sums(counted, prepared).items():
        if group in limits:
            low, high = limits[group]
            whole += low if raw < low else high if raw > high else raw
        else:
            whole += raw
    return min(_FULL, max(0, whole))


def buying_stage(touches: Iterable[Touch], rules: Engagement, as_of: datetime) -> str | None:
    """Return the furthest buying stage that touches of the last 60 days show, or `None`."""
    prepared, oldest, furthest = tables(rules), as_of - STAGE_WINDOW, -1
    for touch in touches:
        if oldest <= touch.at <= as_of and (entry := prepared.entry(touch)) is not None:
            furthest = max(furthest, entry.stage)
    return BUYING_STAGES[furthest] if furthest >= 0 else None


def signals(
    touches: Iterable[Touch], rules: Engagement, as_of: datetime
) -> list[tuple[Touch, str]]:
    """Return the newest live touch of each rule with a signal, and its rating; newest first."""
    prepared = tables(rules)
    live = [touch for touch in touches if _is_live(touch, prepared.entry(touch), as_of)]
    found: dict[int, tuple[Touch, str]] = {}
    for touch in newest_first(live, as_of):
        entry = prepared.entry(touch)
        if entry is not None and entry.rule.signal is not None:
            found.setdefault(id(entry), (touch, entry.rule.signal.rating))
    return list(found.values())


def _is_live(touch: Touch, entry: Entry | None, as_of: datetime) -> bool:
    if entry is None or entry.ttl is None or touch.value < entry.sections:
        return False
    return NO_TIME <= as_of - touch.at < entry.ttl


def hand_raise_at(
    touches: Iterable[Touch], signs: Sequence[HandRaise], as_of: datetime
) -> datetime | None:
    """Return when the person last asked for sales, up to `as_of`; `None` when never."""
    shown = hand_raises(signs).shown
    return max((one.at for one in touches if one.at <= as_of and shown(one)), default=None)


def newest_first(touches: Iterable[Touch], as_of: datetime) -> list[Touch]:
    """Return the touches up to an instant, from the newest on (R2.9)."""
    found = [touch for touch in touches if touch.at <= as_of]
    times = [touch.at for touch in found]
    if len(found) > 1 and not all(map(gt, times, times[1:])):  # mostly they are sorted already
        found.sort(key=lambda touch: (touch.at, str(touch.ref)), reverse=True)
    return found
