"""The won money of a deal in parts: whose it is, and under which names it is counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from crmbridge.model.money import Money
from crmbridge.policy.revenue.split import shares
from crmbridge.policy.totals.deals import WON_DAY, WON_DEAL

BY_SOURCE, BY_FIRST, BY_LAST = "won_source", "won_first", "won_last"
BY_KIND = "won_kind"
"""What is counted of money: by the lead's source, by its first and by its last touch, and by the
evidence that says whose the deal is."""
MONEY = (BY_SOURCE, BY_FIRST, BY_LAST, BY_KIND, WON_DEAL, WON_DAY)
"""All that is counted with its money."""


def parts(won: Money | None, owners: Iterable[str]) -> Mapping[str, Money]:
    """Split a won deal equally among leads, to the cent; empty for one not won or without amount.

    The cents that are over go to the first leads by id, so that the parts add up to the deal.
    """
    people = sorted(owners)
    if won is None or not people:
        return {}
    each = shares(won.minor, [1] * len(people), len(people))
    return {one: Money(minor, won.currency) for one, minor in zip(people, each, strict=True)}
