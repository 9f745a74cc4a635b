"""What a plan would do in numbers, and which limits it would meet: the first lines of a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from crmbridge.company import Company, channel_of
from crmbridge.flows.limits.gate import count, exceeded, known, of_next
from crmbridge.model.payload import Recalled, Stale
from crmbridge.policy.limits.judge import (
    BACKWARD,
    CLEARS,
    CREATES,
    ENROLMENTS,
    OVERWRITES,
    OWNERS,
    Over,
)
from crmbridge.store import events
from crmbridge.store.outbox import Op, lead_of
from crmbridge.store.table import Tx

TAKEN_BACK = (Recalled.type, Stale.type)
NAMES = {
    CREATES: "created",
    OVERWRITES: "overwritten",
    CLEARS: "cleared",
    BACKWARD: "backward",
    ENROLMENTS: "enrolled",
    OWNERS: "owners_changed",
}
"""Kinds of write as the counts of a plan name them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Records that a plan would make, overwrite or empty fields of, and so on.

    `leads` of `known` are written to. `recalled` leads are taken back from sales. `first` says that
    nobody applied a plan before, and `over` are the limits that it would exceed.
    """

    known: int = 0
    leads: int = 0
    kinds: Mapping[str, int]
    recalled: int = 0
    messages: int = 0
    first: bool = False
    over: tuple[Over, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As it is saved with the plan."""
        return {
            "known": self.known,
            "leads": self.leads,
            **{name: self.kinds.get(kind, 0) for kind, name in NAMES.items()},
            "recalled": self.recalled,
            "messages": self.messages,
            "first": self.first,
            "over": [asdict(one) for one in self.over],
        }


def counts_of(company: Company, tx: Tx, ops: Sequence[Op], *, before: int, first: bool) -> Counts:
    """Count what operations would do, and what was decided since the entry `before`."""
    kinds, leads = count(company, ops)
    tally = of_next(company, tx)
    found = exceeded(company, tx, replace(tally, allowed={}), kinds, leads, first=first)
    return Counts(
        known=known(tx),
        leads=len({op.lead for op in ops if lead_of(op) and not channel_of(op.system)}),
        kinds=kinds,
        recalled=events.count_types(tx, before, TAKEN_BACK),
        messages=sum(1 for op in ops if channel_of(op.system)),
        first=first,
        over=tuple(found),
    )
