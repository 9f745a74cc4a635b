"""What should we stop? The answer above what became of the leads of each source (R7.3)."""

from __future__ import annotations

from collections.abc import Sequence

from crmbridge.policy.intervals import ENOUGH, FEW
from crmbridge.policy.revenue.quality import (
    Quality,
    below_without_verdict,
    is_worse,
    may_stop,
)
from crmbridge.report.text import many

NAMED = 3
"""Sources without a verdict that the answer names."""
NOT_YET = "told yet"
"""Words of an answer that has no verdict."""


def stop_answer(told: Sequence[Quality], word: str) -> str:
    """Answer: only what is worse than the rest both in acceptance and in wins."""
    stop = [one.name for one in told if may_stop(one)]
    if stop:
        return (
            f"What should we stop? Look at {', '.join(stop)}: worse than the rest in acceptance "
            "and in wins, by more than chance explains."
        )
    if not any(one.decided >= FEW for one in told):
        return (
            f"What should we stop? That cannot be told yet: no {word} has {FEW} leads that sales "
            "accepted or rejected."
        )
    if not any(one.decided >= FEW and one.acceptance.has_rest for one in told):
        return (
            f"What should we stop? That cannot be told yet: there is no other {word} to hold one "
            "against."
        )
    if early := [said for one in told if (said := _early(one))]:
        more = f"; and {many(len(early) - NAMED, word)} more" if len(early) > NAMED else ""
        named = "; nor of ".join(early[:NAMED])
        return f"What should we stop? Nothing can be told yet of {named}{more}."
    return (
        f"What should we stop? Nothing, by these figures: no {word} is worse than the rest both "
        "in acceptance and in wins by more than chance explains."
        f"{_worse_alone(told)}"
    )


def _worse_alone(told: Sequence[Quality]) -> str:
    """Those that sales accepts less of, and of which as many are won."""
    names = [one.name for one in told if is_worse(one.acceptance)]
    return f" In acceptance alone it is {', '.join(names)}: look at why." if names else ""


def _early(one: Quality) -> str:
    """Why there is no verdict yet of one that stands below the rest; empty for any other."""
    if below_without_verdict(one.acceptance):
        points = round(-100 * (one.acceptance.difference or 0))
        return (
            f"{one.name}: {one.decided:,} decided, {ENOUGH} are needed; it stands "
            f"{many(points, 'point')} below the rest"
        )
    if is_worse(one.acceptance) and one.win.n < ENOUGH:
        return (
            f"{one.name}: it is worse than the rest in acceptance, and of its leads "
            f"{one.win.n:,} ended, {ENOUGH} are needed to tell of wins"
        )
    return ""
