"""How much a person has engaged, and whether they asked for sales (R2.7, R2.8, R2.9)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from crmbridge.agreement.scoring import Engagement, HandRaise
from crmbridge.model.touch import BUYING_STAGES, Touch

LOWEST, HIGHEST = Decimal(0), Decimal(100)
STAGE_WINDOW = timedelta(days=60)
"""How long a touch shows a buying stage (R2.7)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one touch brought; `dropped` says why it brought nothing, when a rule left it out."""

    touch: Touch
    points: Decimal
    part: Decimal
    dropped: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A total from 0 to 100, and its parts, the newest touch first."""

    total: Decimal
    parts: tuple[Part, ...]


def engagement(
    touches: Iterable[Touch],
    rules: Engagement,
    as_of: datetime,
    since: datetime | None = None,
) -> Score:
    """Score the touches up to and including `as_of`, and strictly after `since` when given.

    Touches without a rule bring no part. Equal input gives an equal score in any order.
    """
    seen: Counter[tuple[str, str]] = Counter()
    parts = []
    for touch in _newest_first(touches, as_of):
        rule = rules.rule(touch.kind, touch.asset)
        if rule is None or (since is not None and touch.at <= since):
            continue
        seen[touch.kind, touch.asset] += 1
        over = rule.max_per_asset is not None and seen[touch.kind, touch.asset] > rule.max_per_asset
        parts.append(
            Part(
                touch=touch,
                points=rule.points,
                part=Decimal(0) if over else rule.points,
                dropped="max_per_asset" if over else "",
            )
        )
    raw = sum((part.part for part in parts), Decimal(0))
    return Score(total=min(HIGHEST, max(LOWEST, raw)), parts=tuple(parts))


def buying_stage(touches: Iterable[Touch], rules: Engagement, as_of: datetime) -> str | None:
    """Return the furthest buying stage that touches of the last 60 days show, or `None`."""
    recent = _newest_first(touches, as_of, as_of - STAGE_WINDOW)
    found = [rules.rule(touch.kind, touch.asset) for touch in recent]
    stages = [rule.stage for rule in found if rule and rule.stage]
    return max(stages, key=BUYING_STAGES.index, default=None)


def hand_raise_at(
    touches: Iterable[Touch], signs: Sequence[HandRaise], as_of: datetime
) -> datetime | None:
    """Return when the person last asked for sales, up to `as_of`; `None` when never."""
    return next(
        (
            touch.at
            for touch in _newest_first(touches, as_of)
            if any(sign.matches(touch.kind, touch.asset) for sign in signs)
        ),
        None,
    )


def _newest_first(
    touches: Iterable[Touch], as_of: datetime, oldest: datetime | None = None
) -> list[Touch]:
    wanted = (t for t in touches if t.at <= as_of and (oldest is None or t.at >= oldest))
    return sorted(wanted, key=lambda touch: (touch.at, str(touch.ref)), reverse=True)
