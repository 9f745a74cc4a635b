"""Whether marketing sourced a deal, influenced it, or neither: four definitions (R6.20)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from crmbridge.policy.revenue.journey import Point, Window

PUSHED = "pushed"
"""The kind of a cycle that crmbridge handed to sales."""


class Part(StrEnum):
    """Marketing's part in a deal; the three add up to all deals and to all money."""

    SOURCED = "sourced"
    INFLUENCED = "influenced"
    NONE = "none"


class Definition(StrEnum):
    """When a deal counts as sourced. One is agreed; reports show all four."""

    HANDED = "handed"
    FIRST_TOUCH = "first_touch"
    LEAD_SOURCE = "lead_source"
    PRE_SALES = "pre_sales"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOff:
    """A cycle of a person of the deal that reached sales; whole seconds since 1970 in UTC.

    `returned` is when sales gave it back, in whatever way; `None` for never.
    """

    handed: int
    returned: int | None = None
    kind: str = PUSHED


@dataclass(frozen=True, slots=True, kw_only=True)
class DealFacts:
    """What the four definitions ask about a deal; whole seconds since 1970 in UTC.

    `points` are marketing's touches of the deal's people; those outside the window count for
    nothing. `first_sales` is the first activity of sales on the account, `None` for none known.
    """

    created: int
    window: Window
    points: Sequence[Point] = ()
    hand_offs: Sequence[HandOff] = ()
    first_sales: int | None = None
    lead_source: str = ""


def part(
    facts: DealFacts,
    definition: Definition = Definition.HANDED,
    lead_sources: Collection[str] = (),
) -> Part:
    """Say what part marketing had in a deal by one definition.

    `lead_sources` are the deal's lead sources that both sides agreed to be marketing's.
    """
    touched = list(_eligible(facts))
    if _sourced(facts, definition, touched, lead_sources):
        return Part.SOURCED
    return Part.INFLUENCED if touched else Part.NONE


def parts(facts: DealFacts, lead_sources: Collection[str] = ()) -> dict[Definition, Part]:
    """Say what part marketing had in a deal by each of the definitions."""
    return {one: part(facts, one, lead_sources) for one in Definition}


def _eligible(facts: DealFacts) -> Iterator[int]:
    window = facts.window
    for one in facts.points:
        if one.at <= window.cutoff and (window.start is None or one.at >= window.start):
            yield one.at


def _sourced(
    facts: DealFacts,
    definition: Definition,
    touched: Sequence[int],
    lead_sources: Collection[str],
) -> bool:
    match definition:
        case Definition.HANDED:
            return any(_led_to(one, facts.created) for one in facts.hand_offs)
        case Definition.FIRST_TOUCH:
            return any(at <= facts.created for at in touched)
        case Definition.LEAD_SOURCE:
            return facts.lead_source in lead_sources
    # in the same second nobody can say who was first, so that the touch does not count
    return any(facts.first_sales is None or at < facts.first_sales for at in touched)


def _led_to(one: HandOff, created: int) -> bool:
    """Whether sales had the lead from us, and still had it, when the deal was opened."""
    if one.kind != PUSHED or one.handed > created:
        return False
    return one.returned is None or one.returned >= created
