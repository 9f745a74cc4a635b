"""A lead on its way through its events: what stands so far, and the moves that all rules share."""

from __future__ import annotations

from datetime import datetime

from crmbridge.model.lifecycle.open_cycle import OpenCycle
from crmbridge.model.lifecycle.stage import (
    LADDER,
    OPEN_WORK,
    RESTING,
    TAKEN_ON,
    WITH_SALES,
    Stage,
)
from crmbridge.model.lifecycle.state import Cycle, Ignored, LifeEvent
from crmbridge.model.side import PAIR

NEW, EXPANSION = "new", "expansion"
"""Motions of a cycle: with somebody who has bought nothing yet, and with a customer."""
NOT_YET_SALES = RESTING | {Stage.READY}
"""Stages in which sales does not have the lead."""


class Walk:
    """The state between two events."""

    __slots__ = (
        "adopted_as",
        "closed_in",
        "cycle",
        "cycles",
        "found_in",
        "ignored",
        "open",
        "out",
        "stage",
        "voided",
        "withdrawn",
        "won",
    )

    def __init__(self, out_reasons: frozenset[str]) -> None:
        self.out = out_reasons
        self.stage = Stage.KNOWN
        self.cycles: list[OpenCycle] = []
        self.cycle: OpenCycle
        self.voided: list[Cycle] = []
        self.ignored: list[Ignored] = []
        self.open: set[str] = set()
        self.won: set[str] = set()
        self.closed_in: dict[str, int] = {}
        self.adopted_as: dict[str, str] = {}
        self.found_in = Stage.KNOWN
        self.withdrawn: Cycle | None = None

    def _ignore(self, event: LifeEvent, why: str) -> None:
        self.ignored.append(Ignored(at=event.at, type=event.type, why=why))

    def _rest(self) -> Stage:
        if self._customer():
            return Stage.CUSTOMER
        if self.cycle.n > 1:
            return Stage.NURTURE
        own = Stage.ENGAGED if "engaged" in self.cycle.milestones else Stage.KNOWN
        return max(own, self.found_in, key=LADDER.__getitem__)

    def _customer(self) -> bool:
        """Whether a win stands, or the lead was a customer at the first look and still is."""
        return bool(self.won) or Stage.CUSTOMER in self.adopted_as.values()

    def _next_cycle(self, at: datetime) -> None:
        self.cycle = OpenCycle(len(self.cycles) + 1, at)
        self.cycles.append(self.cycle)

    def _close(self, at: datetime, outcome: str, reason: str, *, out: bool) -> None:
        self.cycle.closed = at
        self.cycle.outcome = outcome
        self.cycle.reason = reason
        if out:
            self.stage = Stage.DISQUALIFIED
        else:
            self._next_cycle(at)
            self.stage = self._rest()

    def _mark(self, name: str, at: datetime) -> None:
        """Note a step of sales: its first of the cycle, and its first of the team that has it."""
        self.cycle.milestones.setdefault(name, at)
        if self.cycle.legs.mark(name, at) and name == "accepted":
            self.cycle.milestones.setdefault("accepted_on", at)

    def _gives_back(self, event: LifeEvent, outcome: str, reason: str) -> bool:
        """Let a lead that was handed on go back to the team that did so, if the row says so."""
        before = self.cycle.legs.give_back(event.at, outcome, reason) if event.back else None
        self.stage = before or self.stage
        return before is not None

    def _takes_up_again(self, event: LifeEvent) -> bool:
        """Whether a team accepts what it gave back and what nobody else has yet."""
        if self.stage not in TAKEN_ON:
            return False
        return self.cycle.legs.resume(event, self.stage)

    def _leg_explained(self, event: LifeEvent) -> bool:
        """Say why a team gave the lead back to the one before; it goes where it went."""
        return self.cycle.legs.explain(event.at, event.reason)

    def _begin_sales(self, at: datetime, org: str) -> None:
        """Start work that no hand-off came before, in a system of sales."""
        if self.stage is Stage.DISQUALIFIED:
            self._next_cycle(at)
        elif self.stage not in NOT_YET_SALES:
            return
        self.cycle.kind = "sales_initiated"
        self.cycle.milestones["handed"] = at
        self.cycle.org = org
        self._moves()

    def _moves(self, told: str = "") -> None:
        """The cycle moves towards sales: with a customer it is expansion (decision 0033).

        `told` is what the word ready says, of whom the account is a customer.
        """
        if told or not self.cycle.motion:
            customer = told == EXPANSION or self._customer()
            self.cycle.motion = EXPANSION if customer else NEW

    def _stands_no_more(self, event: LifeEvent) -> None:
        """A system that called the lead a customer calls it something else; no more than that."""
        if self.adopted_as[event.system] == Stage.CUSTOMER:
            self.adopted_as[event.system] = event.stage
            if self.stage is Stage.CUSTOMER:
                self.stage = self._rest()

    def _is_unplaced(self) -> bool:
        """Whether marketing alone told that sales has the lead, which says nothing of where."""
        first = f"{PAIR[1]}:"
        told = (stage for ref, stage in self.adopted_as.items() if ref.startswith(first))
        unnamed = self.cycle.kind == "adopted" and not self.cycle.org
        return unnamed and {*told}.isdisjoint(WITH_SALES)

    def _adopt_end(self, event: LifeEvent) -> None:
        """The trip that the lead had behind it is cycle 1, closed at the look.

        What one system of sales gave back is no end of what another one works.
        """
        if self.cycle.n > 1 or self.open or self.stage is Stage.DISQUALIFIED:
            return
        another = self.cycle.org != event.org and not self._is_unplaced()
        if event.outcome and self.stage in OPEN_WORK and another:
            return
        out = event.stage == Stage.DISQUALIFIED
        self.cycle.kind, self.cycle.org = "adopted", event.org
        self._close(event.at, event.outcome or "disqualified", event.reason, out=out)
        if not out:
            self.stage = Stage.KNOWN

    def _may_leave(self) -> bool:
        """Whether sales has the lead without an open deal that would keep it there."""
        return self.stage in OPEN_WORK or (self.stage is Stage.OPPORTUNITY and not self.open)

    def _takes_out(self, reason: str) -> bool:
        """Whether a reason ends the loop (R1.7); while a win stands, none does (R1.18)."""
        return reason in self.out and not self._customer()
