"""Which touches a salesperson should hear of at once, and which salesperson (R2.6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from crmbridge.agreement.content import Content
from crmbridge.agreement.scoring.scores import Engagement, TouchRule
from crmbridge.model.lifecycle import SIDES, Stage
from crmbridge.model.side import SALES
from crmbridge.model.touch import Touch

QUIET = timedelta(hours=24)
"""After a signal nothing more is said of the same lead and asset for so long (R2.6)."""
FRESH = timedelta(days=3)
"""How long a touch is news: a weekend. A signal's own ttl may be shorter; a longer one keeps the
rating up, but what comes to light late (a backfill, a system that was away) alarms nobody."""
TELLING = frozenset({"evaluation", "decision"})
"""Buying stages whose content is a signal by itself."""

To = Literal["rep", "line", "nobody"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A touch that sales should hear of.

    `asset` names it for the 24 hours, the type of touch where there is no asset. `rating` is
    empty unless the catalogue gives one, `talk` the catalogue's line for the rep.
    """

    touch: Touch
    asset: str
    stage: str
    rating: str = ""
    title: str = ""
    talk: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Whose lead it is. `owner` and `last_rep` are reps of ours, or a vendor's user as text.

    `assigned`: a hand-off is on its way, and brings all that is known with it. `waiting`: it is
    ready and nobody has room. `avoid`: the last rep is not to have it again.
    """

    stage: Stage
    owner: str = ""
    last_rep: str = ""
    assigned: bool = False
    waiting: bool = False
    avoid: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who is told: a rep (or a vendor's user as text), the team's line, or nobody."""

    to: To
    rep: str = ""


NOBODY = Audience(to="nobody")
LINE = Audience(to="line")


def live(
    touches: Iterable[Touch],
    rules: Engagement,
    as_of: datetime,
    *,
    told: Mapping[str, datetime],
    since: datetime | None = None,
) -> list[Signal]:
    """Return what is to be told now: one signal an asset, of its newest touch, the newest first.

    `told` says by asset when its last signal went out: touches within 24 hours of that are passed
    over for good, and so is every older one. Touches up to and including `since` (a hand-off that
    brought its own brief) count as told. A touch is live while strictly younger than the `ttl` of
    its rule, and than three days.
    """
    fresh = [
        signal
        for touch in touches
        if touch.at <= as_of and (since is None or touch.at > since)
        if (signal := _signal(touch, rules.rule(touch.kind, touch.asset), as_of)) is not None
        if signal.asset not in told or touch.at >= told[signal.asset] + QUIET
    ]
    fresh.sort(key=lambda one: (one.touch.at, str(one.touch.ref)), reverse=True)
    found: dict[str, Signal] = {}
    for signal in fresh:
        found.setdefault(signal.asset, signal)
    return list(found.values())


def _signal(touch: Touch, rule: TouchRule | None, as_of: datetime) -> Signal | None:
    if rule is None:
        return None
    wanted = rule.signal
    if wanted is None and rule.stage not in TELLING:
        return None
    ttl = min(timedelta(days=float(wanted.ttl_days)), FRESH) if wanted else FRESH
    if as_of - touch.at >= ttl or (wanted and touch.value < wanted.min_sections):
        return None
    entry = rule if isinstance(rule, Content) else None
    return Signal(
        touch=touch,
        asset=touch.asset or touch.kind,
        stage=rule.stage or "",
        rating=wanted.rating if wanted else "",
        title=entry.title if entry else "",
        talk=entry.brief if entry else "",
    )


def audience(standing: Standing) -> Audience:
    """Say who hears of a lead's signal.

    The owner while sales has the lead; else `last_rep`: the owner of its record (a customer's
    too), who works its account or owns it, or who had it last; else the team's line, if the lead
    is ready and waits, or is a customer. Nobody hears of a lead that is out, and nobody while a
    hand-off is on its way.
    """
    if standing.assigned or SIDES[standing.stage] == "none":
        return NOBODY
    if SIDES[standing.stage] == SALES:
        return Audience(to="rep", rep=standing.owner) if standing.owner else LINE
    if standing.stage is Stage.READY and not standing.waiting:
        return NOBODY  # the line is served right after this; what is left then waits
    last = "" if standing.avoid else standing.last_rep
    if last:
        return Audience(to="rep", rep=last)
    return LINE if standing.stage in (Stage.READY, Stage.CUSTOMER) else NOBODY
