"""Which of several systems of sales a lead goes to: the first rule that holds for its facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Protocol, TypeVar

from crmbridge.agreement.definition.criteria import Group, Leaf
from crmbridge.model.record import Value
from crmbridge.policy.definition.evaluate import evaluate
from crmbridge.policy.definition.exchange import NO_RATES, Exchange
from crmbridge.policy.definition.values import Kind


class Rule(Protocol):
    """A rule of the mapping."""

    @property
    def when(self) -> Group | Leaf | None:
        """What must hold of a lead; `None` takes every one."""
        ...


R = TypeVar("R", bound=Rule)


def chosen(
    rules: Iterable[R],
    facts: Mapping[str, Value],
    types: Mapping[str, Kind],
    as_of: datetime,
    zone: tzinfo,
    exchange: Exchange = NO_RATES,
) -> R | None:
    """The first rule that holds; `None` where none does. What is unknown fulfils no rule."""
    for rule in rules:
        if rule.when is None:
            return rule
        if evaluate(rule.when, facts, types, as_of, zone, exchange=exchange).ready:
            return rule
    return None
