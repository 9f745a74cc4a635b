"""How much a person has engaged, and whether they asked for sales (R2.4 to R2.11)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise

from crmbridge.agreement.scoring import Engagement, HandRaise, ScoreGroup, TouchRule
from crmbridge.model.touch import BUYING_STAGES, Touch
from crmbridge.policy.decay import EXACT, age_of, weight

LOWEST, HIGHEST = Decimal("0.0000"), Decimal("100.0000")
STAGE_WINDOW = timedelta(days=60)
"""How long a touch shows a buying stage (R2.7)."""

_NO_GROUP = ScoreGroup(min=Decimal(-(10**9)), max=Decimal(10**9))  # limits nothing


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A total from 0 to 100, the groups it adds up, and its parts, the newest touch first."""

    total: Decimal
    groups: Mapping[str, GroupScore]
    parts: tuple[Part, ...]


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
    parts = tuple(
        _part(touch, rule, rules, as_of, dropped)
        for touch, rule, dropped in worthy(touches, rules, as_of, zone, since)
    )
    groups = _groups(parts, rules)
    return Score(total=_total(groups), groups=groups, parts=parts)


def worthy(
    touches: Iterable[Touch],
    rules: Engagement,
    as_of: datetime,
    zone: tzinfo,
    since: datetime | None = None,
) -> Iterator[tuple[Touch, TouchRule, str]]:
    """Yield the touches that have a rule, newest first, and the limit that each is over, if any."""
    limits = _Limits(rules, zone)
    for touch in newest_first(touches, as_of):
        if (since is None or touch.at > since) and (rule := rules.rule(touch.kind, touch.asset)):
            yield touch, rule, limits.over(touch, rule)


def since_of(score: Score, rules: Engagement, since: datetime) -> Decimal:
    """Return what a score is worth without touches up to and including `since` (R2.11).

    The same as scoring them again: limits count from the newest touch, so that older ones never
    push a newer one out.
    """
    later = [part for part in score.parts if part.touch.at > since]
    return score.total if len(later) == len(score.parts) else _total(_groups(later, rules))


def _total(groups: Mapping[str, GroupScore]) -> Decimal:
    raw = sum((group.capped for group in groups.values()), LOWEST)
    return min(HIGHEST, max(LOWEST, raw))


class _Limits:
    """Counts touches from the newest on, and says which limit each is over (R2.9)."""

    def __init__(self, rules: Engagement, zone: tzinfo) -> None:
        self._rules, self._zone = rules, zone
        self._assets: Counter[tuple[str, str]] = Counter()
        self._days: Counter[tuple[str, date]] = Counter()

    def over(self, touch: Touch, rule: TouchRule) -> str:
        asset = (touch.kind, touch.asset)
        if rule.max_per_asset is not None and self._assets[asset] >= rule.max_per_asset:
            return "max_per_asset"
        group = self._rules.groups.get(rule.group, _NO_GROUP)
        day = (rule.group, touch.at.astimezone(self._zone).date())
        if group.max_per_day is not None and self._days[day] >= group.max_per_day:
            return "max_per_day"
        self._assets[asset] += 1
        self._days[day] += 1
        return ""


def _part(touch: Touch, rule: TouchRule, rules: Engagement, as_of: datetime, dropped: str) -> Part:
    age = age_of(touch.at, as_of)
    left = weight(rules.decay_of(rule), age)
    worth = Decimal(0) if dropped else rounded(EXACT.multiply(rule.points, left))
    return Part(
        touch=touch,
        group=rule.group,
        points=rule.points,
        age=age,
        weight=left,
        part=worth,
        dropped=dropped,
    )


def _groups(parts: Sequence[Part], rules: Engagement) -> dict[str, GroupScore]:
    sums = dict.fromkeys(rules.groups, LOWEST)
    for part in parts:
        sums[part.group] = sums.get(part.group, LOWEST) + part.part
    return {
        name: GroupScore(raw=raw, capped=limited(rules, name, raw)) for name, raw in sums.items()
    }


def limited(rules: Engagement, group: str, raw: Decimal) -> Decimal:
    """Bring a group's sum within the group's limits (R2.8)."""
    limit = rules.groups.get(group, _NO_GROUP)
    held = min(max(raw, limit.min), limit.max)
    return held if held.same_quantum(LOWEST) else rounded(held)


def rounded(value: Decimal) -> Decimal:
    """Round half to even, to four decimals (R2.8)."""
    return value.quantize(LOWEST, ROUND_HALF_EVEN)


def buying_stage(touches: Iterable[Touch], rules: Engagement, as_of: datetime) -> str | None:
    """Return the furthest buying stage that touches of the last 60 days show, or `None`."""
    recent = newest_first(touches, as_of, as_of - STAGE_WINDOW)
    found = [rules.rule(touch.kind, touch.asset) for touch in recent]
    stages = [rule.stage for rule in found if rule and rule.stage]
    return max(stages, key=BUYING_STAGES.index, default=None)


def signals(
    touches: Iterable[Touch], rules: Engagement, as_of: datetime
) -> list[tuple[Touch, str]]:
    """Return the newest live touch of each rule with a signal, and its rating; newest first."""
    found: dict[int, tuple[Touch, str]] = {}
    for touch in newest_first(touches, as_of):
        rule = rules.rule(touch.kind, touch.asset)
        if rule is None or (signal := rule.signal) is None:
            continue
        young = as_of - touch.at < timedelta(days=float(signal.ttl_days))
        if young and touch.value >= signal.min_sections:
            found.setdefault(id(rule), (touch, signal.rating))
    return list(found.values())


def hand_raise_at(
    touches: Iterable[Touch], signs: Sequence[HandRaise], as_of: datetime
) -> datetime | None:
    """Return when the person last asked for sales, up to `as_of`; `None` when never."""
    return next(
        (
            touch.at
            for touch in newest_first(touches, as_of)
            if any(sign.matches(touch.kind, touch.asset) for sign in signs)
        ),
        None,
    )


def newest_first(
    touches: Iterable[Touch], as_of: datetime, oldest: datetime | None = None
) -> list[Touch]:
    """Return the touches up to an instant, and not before `oldest`, from the newest on."""
    wanted = (t for t in touches if t.at <= as_of and (oldest is None or t.at >= oldest))
    found = list(wanted)
    if all(one.at > other.at for one, other in pairwise(found)):
        return found  # sorted before: a score asks four times
    return sorted(found, key=lambda touch: (touch.at, str(touch.ref)), reverse=True)
