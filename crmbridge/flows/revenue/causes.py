"""What a posting follows from, and which of it changed since the one before: the cause (R6.18)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmbridge.company import digest
from crmbridge.flows.revenue.gather import Look
from crmbridge.flows.revenue.worth import Worth
from crmbridge.policy.revenue.books import Cause, Facts, Standing, cause_of
from crmbridge.store.book_rows import PIPELINE, BookedRow
from crmbridge.store.rows import DealRow

CREATED = "created"
"""Why a deal is first posted to the pipeline."""
CORRECTED = "corrected"
"""Why a deal is posted anew of which no cause of R6.18 holds: its day or its classes are others."""


def facts_of(row: DealRow | None, look: Look | None, worthy: Worth, rules: str) -> Facts:
    """What a posting follows from; people, touches and milestones as hashes.

    `row` is the deal, `look` how the measure sees it, `None` where it does not count there.
    """
    if look is None:
        return Facts(standing=_standing(row), model=rules)
    return Facts(
        standing=Standing.WON,
        minor=worthy.own.minor if worthy.own else None,
        currency=worthy.own.currency if worthy.own else "",
        converted=worthy.money.minor if worthy.money else None,
        model=rules,
        people=frozenset([digest(sorted(look.people))[:12]]),
        touches=frozenset([digest(_journey(look))[:12]]),
    )


def _journey(look: Look) -> list[Any]:
    """What of a deal's touches and milestones its credit follows from."""
    seen = look.milestones
    touches = [[one.id, one.at, one.channel, one.converting] for one in look.points]
    window = [look.window.start, look.window.cutoff]
    return [touches, window, seen.lead_created, seen.created, dict(sorted(seen.others.items()))]


def _standing(row: DealRow | None) -> Standing:
    if row is None or row.outside or row.state not in set(Standing):
        return Standing.DELETED
    return Standing(row.state) if row.state != Standing.WON else Standing.OPEN


def are_the_same_people(known: BookedRow, facts: Facts) -> bool:
    """Whether those whose touches count are who they were."""
    return known.facts.get("people") == sorted(facts.people)


def kept_facts(facts: Facts, models: set[str]) -> dict[str, Any]:
    """Write the facts of a posting, and the models that ever posted, as JSON's types."""
    return {
        "standing": facts.standing.value,
        "minor": facts.minor,
        "currency": facts.currency,
        "converted": facts.converted,
        "model": facts.model,
        "people": sorted(facts.people),
        "touches": sorted(facts.touches),
        "models": sorted(models),
    }


def _read(kept: Mapping[str, Any]) -> Facts:
    return Facts(
        standing=Standing(kept["standing"]),
        minor=kept["minor"],
        currency=kept["currency"],
        converted=kept["converted"],
        model=kept["model"],
        people=frozenset(kept["people"]),
        touches=frozenset(kept["touches"]),
    )


def cause(known: BookedRow | None, facts: Facts, measure: str, *, other_day: bool) -> str:
    """Name why a deal is posted anew (R6.18)."""
    found = cause_of(_read(known.facts) if known else None, facts)
    if found is Cause.LATE_TOUCH and other_day:
        return CORRECTED  # another day is another window, whatever was touched
    if found is Cause.WON and measure == PIPELINE:
        return CREATED
    return found.value if found else CORRECTED
