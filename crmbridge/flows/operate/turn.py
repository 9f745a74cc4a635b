"""A company's whole turn: look at all systems, decide, deliver; and whether it may write."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from crmbridge.company import Company
from crmbridge.errors import ConnectorError
from crmbridge.flows.decide import Decided, decide
from crmbridge.flows.deliver import Delivered, drain
from crmbridge.flows.limits.gate import begin_pass, look
from crmbridge.flows.read.pull import Pulled, pull
from crmbridge.flows.revenue.post import post_books
from crmbridge.policy.limits.judge import Over
from crmbridge.store.live import begin, is_armed, let_in

ROUNDS = 5
"""Decide-and-deliver rounds in a turn: a hand-off's acknowledgement is news to the other side."""


@dataclass(slots=True, kw_only=True)
class Turn:
    """What a turn did, by side or way to people; one that failed stops no other."""

    pulled: dict[str, Pulled] = field(default_factory=dict)
    decided: Decided = field(default_factory=Decided)
    delivered: dict[str, Delivered] = field(default_factory=dict)
    errors: dict[str, ConnectorError] = field(default_factory=dict)
    armed: bool = False
    over: list[Over] = field(default_factory=list)
    """The limits at which the writer stopped."""

    @property
    def writes(self) -> int:
        """Writes that the vendors took."""
        return sum(one.done for one in self.delivered.values())


def armed(company: Company) -> bool:
    """Whether somebody applied a plan, so that this company's systems may be written."""
    with company.ledger.read() as tx:
        return is_armed(tx)


def arm(company: Company) -> None:
    """Let the company's systems be written from now on."""
    with company.ledger.write("arm") as tx:
        begin(tx, company.now())
        let_in(tx, company.names)


def turn(
    company: Company,
    *,
    only: str = "",
    stop: Callable[[], bool] = lambda: False,
    sleep: Callable[[float], None] = time.sleep,
) -> Turn:
    """Make one turn. Before a plan was applied it only reads."""
    out = Turn(armed=armed(company))
    for side in company.names:
        if not stop():
            pull_side(company, side, out, stop=stop, sleep=sleep)
    if out.armed:
        settle(company, out, only=only, stop=stop, sleep=sleep)
    else:
        with company.moment():
            post_books(company)  # the books are ours: they need no system that may be written
    return out


def pull_side(
    company: Company,
    side: str,
    out: Turn,
    *,
    stop: Callable[[], bool] = lambda: False,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Pull one side; its failure is noted and leaves the rest of the turn to go on."""
    try:
        with company.moment():
            out.pulled[side] = pull(company, side, stop=stop, sleep=sleep)
    except ConnectorError as error:
        out.errors[side] = error


def settle(
    company: Company,
    out: Turn,
    *,
    only: str = "",
    stop: Callable[[], bool] = lambda: False,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Decide and deliver until nothing follows from what was delivered: one pass of the limits."""
    begin_pass(company)
    for _ in range(ROUNDS):
        if stop():
            return
        with company.moment():
            decided = decide(company, only=only, whole=True)
        out.decided.add(decided)
        anything = deliver(company, out, stop=stop, sleep=sleep)
        if not anything and not decided.ops:
            break
    out.over = look(company)


def deliver(
    company: Company,
    out: Turn,
    *,
    only: Collection[int] | None = None,
    stop: Callable[[], bool] = lambda: False,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Send what is owed to the systems and to people, once; return whether anything happened.

    `only` restricts it to operations by their `seq`.
    """
    anything = False
    for side in company.targets:
        with company.moment():
            delivered = drain(company, side, only=only, stop=stop, sleep=sleep)
        _add(out, side, delivered)
        anything = anything or delivered.any
    return anything


def _add(out: Turn, side: str, delivered: Delivered) -> None:
    total = out.delivered.setdefault(side, Delivered())
    total.outcomes += delivered.outcomes
    total.dropped += delivered.dropped
    if delivered.error is not None:
        out.errors[side] = total.error = delivered.error
