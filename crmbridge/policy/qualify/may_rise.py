"""Whether a lead that is not ready may become so by waiting alone (R3.6, R3.10)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from crmbridge.agreement.definition.criteria import Group, Leaf
from crmbridge.agreement.shape import Agreement
from crmbridge.model.record import Value
from crmbridge.policy.qualify.falls_at import only_falls
from crmbridge.policy.qualify.turns_at import TIMELY, rate_days
from crmbridge.policy.scoring.all_scores import Scores

FALLING = frozenset(
    {"engagement", "engagement_since", "engagement_digit", "grade", "rating", "signals"}
    | {"buying_stage"}
)
"""Facts that change by waiting alone, all of them downwards; the digit of a grade goes up."""
MET_ABOVE = frozenset({"ge", "gt", "at_least", "has_any", "has_all", "size_ge", "is_set"})
MET_BELOW = frozenset({"lt", "le", "at_most", "has_none", "is_missing"})


def may_rise(
    agreement: Agreement, facts: Mapping[str, Value], found: Scores, as_of: datetime
) -> bool:
    """Whether waiting may make a lead ready; never `False` where it may.

    An age or a rate can be reached, a penalty can fade, and what stands under a `none` can pass.
    """
    if not only_falls(found.engagement):
        return True
    groups = agreement.fit.groups.values() if agreement.fit else ()
    if any(
        rule.op in TIMELY and facts.get(rule.field) is not None
        for group in groups
        for rule in group.rules
    ):
        return True
    rated = bool(rate_days(agreement, as_of))
    return _may(agreement.judging(facts), agreement, facts, to=True, rated=rated)


def _may(
    criteria: Group | Leaf,
    agreement: Agreement,
    facts: Mapping[str, Value],
    *,
    to: bool,
    rated: bool,
) -> bool:
    """Whether some criterion may become what would help a tree to come out as `to`."""
    if isinstance(criteria, Group):
        wanted = to is not (criteria.op == "none")
        return any(_may(one, agreement, facts, to=wanted, rated=rated) for one in criteria.of)
    if facts.get(criteria.field) is None:
        return False
    if agreement.types.get(criteria.field) == "money":
        return rated
    return _leaf_may(criteria, to=to)


def _leaf_may(leaf: Leaf, *, to: bool) -> bool:
    match leaf.op:
        case "older_than":
            return to
        case "within_last":  # nobody can ask for us in the future; other days may be still to come
            return not to or leaf.field != "hand_raise_at"
        case "count_ge":
            return not to and "days" in leaf.value
    if leaf.field not in FALLING:
        return False
    upward = leaf.field == "engagement_digit"
    if leaf.if_missing == "unknown" and leaf.op in MET_ABOVE:
        return to is upward
    if leaf.if_missing == "unknown" and leaf.op in MET_BELOW:
        return to is not upward
    return True
