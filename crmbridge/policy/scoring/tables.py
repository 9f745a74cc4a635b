"""The scoring tables of an agreement, prepared once: which rule counts for a touch, and how."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from crmbridge.agreement.scoring.decay import Decay
from crmbridge.agreement.scoring.scores import (
    REMEMBERED,
    Engagement,
    HandRaise,
    ScoreGroup,
    TouchRule,
)
from crmbridge.model.touch import BUYING_STAGES, Touch
from crmbridge.policy.prepared import Kept
from crmbridge.policy.scoring.points_at_age import Worth, units, worth

NO_TIME = timedelta(0)
_NO_GROUP = ScoreGroup(min=Decimal(-(10**9)), max=Decimal(10**9))  # limits nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A rule made ready to be applied.

    `worth` gives the ten-thousandths left at an age. `stage` is a place in the order of buying
    stages, -1 for none. `ttl` is how long a touch is a signal, `None` if it never is.
    """

    rule: TouchRule
    group: str
    decay: Decay
    worth: Worth
    stage: int
    ttl: timedelta | None
    sections: int
    most_of_asset: int | None
    most_of_day: int | None


class Tables:
    """The rules of an engagement score, found by kind and asset, and the limits of its groups."""

    __slots__ = ("_entries", "_found", "limits")

    def __init__(self, rules: Engagement) -> None:
        self.limits = {
            name: (units(group.min), units(group.max)) for name, group in rules.groups.items()
        }
        self._entries = [_entry(rule, rules) for rule in rules.rules]
        self._found: dict[tuple[str, str], Entry | None] = {}

    def entry(self, touch: Touch) -> Entry | None:
        """Return what counts for a touch, or `None` for one that is worth nothing."""
        key = (touch.kind, touch.asset)
        try:
            return self._found[key]
        except KeyError:
            if len(self._found) >= REMEMBERED:
                self._found = {}
            found = next((one for one in self._entries if one.rule.matches(*key)), None)
            self._found[key] = found
            return found

    def limited(self, group: str, raw: int) -> int:
        """Bring a group's ten-thousandths within the group's limits (R2.8)."""
        limits = self.limits.get(group)
        return raw if limits is None else min(max(raw, limits[0]), limits[1])


def _entry(rule: TouchRule, rules: Engagement) -> Entry:
    group, signal = rules.groups.get(rule.group, _NO_GROUP), rule.signal
    decay = rules.decay_of(rule)
    return Entry(
        rule=rule,
        group=rule.group,
        decay=decay,
        worth=worth(rule.points, decay),
        stage=BUYING_STAGES.index(rule.stage) if rule.stage else -1,
        ttl=timedelta(days=float(signal.ttl_days)) if signal else None,
        sections=signal.min_sections if signal else 0,
        most_of_asset=rule.max_per_asset,
        most_of_day=group.max_per_day,
    )


class _Signs:
    """The touches by which a person asks for sales, found by kind and asset."""

    def __init__(self, signs: Iterable[HandRaise]) -> None:
        self._signs = tuple(signs)
        self._found: dict[tuple[str, str], bool] = {}

    def shown(self, touch: Touch) -> bool:
        key = (touch.kind, touch.asset)
        found = self._found.get(key)
        if found is None:
            if len(self._found) >= REMEMBERED:
                self._found = {}
            found = self._found[key] = any(sign.matches(*key) for sign in self._signs)
        return found


tables = Kept[Engagement, Tables](Tables).of
hand_raises = Kept[Iterable[HandRaise], _Signs](_Signs).of
