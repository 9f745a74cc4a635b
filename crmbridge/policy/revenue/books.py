"""The books of credit: what is posted when a deal's credit changes, and why (R6.18)."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from crmbridge.policy.revenue.journey import Milestones

T = TypeVar("T", bound=Hashable)
"""What tells a touch from the others: its id, or all that the books say of it."""


class Cause(StrEnum):
    """Why credit was posted."""

    WON = "won"
    AMOUNT_CHANGED = "amount_changed"
    LATE_TOUCH = "late_touch"
    ROLE_CHANGED = "role_changed"
    REOPENED = "reopened"
    LOST_AFTER_WON = "lost_after_won"
    REFUND = "refund"
    MERGED = "merged"
    DELETED = "deleted"
    RATE_CORRECTED = "rate_corrected"
    MODEL_REFIT = "model_refit"


class Standing(StrEnum):
    """How a deal stands; one that is not won has no revenue to credit."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"
    DELETED = "deleted"
    MERGED = "merged"


_TAKEN_BACK = {
    Standing.OPEN: Cause.REOPENED,
    Standing.LOST: Cause.LOST_AFTER_WON,
    Standing.DELETED: Cause.DELETED,
    Standing.MERGED: Cause.MERGED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a deal's credit rests on at one moment.

    `minor` is the amount in the deal's own currency, `converted` in the company's, both in minor
    units; `None` without an amount, and without a rate. `people` are those of the deal, `touches`
    the ids of their eligible touches, `model` its version.
    """

    standing: Standing
    minor: int | None = None
    currency: str = ""
    converted: int | None = None
    model: str = ""
    people: frozenset[str] = frozenset()
    touches: frozenset[str] = frozenset()
    milestones: Milestones = field(default_factory=Milestones)


def deltas(target: Mapping[T, int], posted: Mapping[T, int]) -> dict[T, int]:
    """Return what to post so that the books say `target`: by touch, only what differs.

    `posted` is the balance so far; a touch that either does not name has 0 there, so an empty
    target takes all back. The order is that of `target`, then what only the books have.
    """
    changes = ((one, target.get(one, 0) - posted.get(one, 0)) for one in {**target, **posted})
    return {one: change for one, change in changes if change}


def balance(posted: Mapping[T, int], entries: Mapping[T, int]) -> dict[T, int]:
    """Return the books of a deal after more entries; a touch that is back at 0 is left out."""
    sums = ((one, posted.get(one, 0) + entries.get(one, 0)) for one in {**posted, **entries})
    return {one: minor for one, minor in sums if minor}


def cause_of(before: Facts | None, now: Facts) -> Cause | None:
    """Name why a deal's credit is posted anew; `None` where nothing that it rests on changed.

    `before` are the facts of the last posting, `None` if there was none. Where several hold, the
    first of these: the deal's standing, which moves all of it (won, and won again; taken back, by
    reopened, lost, deleted or merged); the amount in its own currency (a refund where it fell,
    or went below zero); the rate; the model; the people, who bring
    their touches; the touches. A milestone that was learnt late is a `late_touch`: it moves the
    positions as one does.
    """
    was = before is not None and before.standing is Standing.WON
    if now.standing is not Standing.WON:
        return _TAKEN_BACK[now.standing] if was else None
    if before is None or not was:
        return Cause.WON
    if (now.minor, now.currency) != (before.minor, before.currency):
        return _amount(before, now)
    changed = (
        (Cause.RATE_CORRECTED, now.converted != before.converted),
        (Cause.MODEL_REFIT, now.model != before.model),
        (Cause.ROLE_CHANGED, now.people != before.people),
        (Cause.LATE_TOUCH, now.touches != before.touches or now.milestones != before.milestones),
    )
    return next((cause for cause, holds in changed if holds), None)


def _amount(before: Facts, now: Facts) -> Cause:
    """Tell a refund from another change of the amount; amounts of two currencies do not compare."""
    if now.minor is None or now.currency != before.currency:
        return Cause.AMOUNT_CHANGED
    return Cause.REFUND if now.minor < (before.minor or 0) else Cause.AMOUNT_CHANGED
