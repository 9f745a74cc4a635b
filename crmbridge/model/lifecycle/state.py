"""What the fold takes and gives: events, cycles, and the lifecycle they add up to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from crmbridge.model.lifecycle.stage import LADDER, TAKEN_ON, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeEvent:
    """One thing that happened to a lead.

    `type` is a key of `RANK`. `reason` is a reason of the recycle table, `deal` our id of the
    deal, `kind` how a hand-off came about (empty: told from the stage), or `expansion` where a
    lead was called ready as a customer. `arrival` is the order in
    which we learned of it; it only breaks ties. `stage`, `outcome` and `system` are of `adopted`
    alone: what which system showed before our first look (R1.17).
    """

    at: datetime
    type: str
    reason: str = ""
    deal: str = ""
    kind: str = ""
    arrival: int = 0
    stage: str = ""
    outcome: str = ""
    system: str = ""
    team: str = ""
    rep: str = ""
    """Of `handed_on` alone: to which team, and to whom there."""
    back: bool = False
    """Of a return: the row of its reason sends a lead that was handed on back to the team that did
    so, and closes no cycle."""
    org: str = ""
    """Of a step by which sales has the lead: in which of its systems; empty for `[sales]`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """The part of a cycle in which a team has a lead that another team of sales had before.

    `kind` is pushed, override (a person of sales handed it on) or back (the team had handed it on
    itself). `milestones` are the first accepted, qualified, opportunity and first_sales_touch of
    the leg. `outcome` is empty while the leg runs, or ended with its cycle; else handed_on, or
    how the team gave it back: rejected, returned, stale_untouched, stale_idle, recalled.
    """

    team: str
    at: datetime
    kind: str
    rep: str = ""
    milestones: Mapping[str, datetime] = field(default_factory=dict)
    outcome: str = ""
    reason: str = ""
    closed: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """One trip of the lead towards sales.

    `milestones` holds the first occurrence of each of engaged, ready, handed, first_sales_touch,
    accepted, qualified, handed_on, accepted_on (by a team that it was handed on to) and
    opportunity, `effective` those of the funnel with the ones that a later one implies (R1.9).
    `legs` are those of the teams after the first. `motion` is new (business) or expansion (with a
    customer), empty while the cycle has not moved towards sales. `kind` is pushed, override,
    sales_initiated, adopted (it was under way, or over, at our first look) or empty. `outcome` is
    rejected, returned, stale_untouched, stale_idle, recalled, won, lost, disqualified, or empty
    while the cycle is open. `voided` is when a reopened deal made the cycle void (R1.2, L06). `org`
    is the system of sales that has the lead in it, empty for `[sales]` and before any has.
    """

    n: int
    opened: datetime
    milestones: Mapping[str, datetime] = field(default_factory=dict)
    effective: Mapping[str, datetime] = field(default_factory=dict)
    kind: str = ""
    outcome: str = ""
    reason: str = ""
    closed: datetime | None = None
    deals: tuple[str, ...] = ()
    voided: datetime | None = None
    legs: tuple[Leg, ...] = ()
    motion: str = ""
    org: str = ""

    @property
    def in_hand(self) -> Mapping[str, datetime]:
        """The milestones of the team that has the lead now, from `handed` on.

        While a lead is on its way back to a team, that team has it since it was given back.
        """
        if not self.legs:
            return self.milestones
        leg = self.legs[-1]
        if leg.closed is not None:
            return {"handed": leg.closed, "accepted": leg.closed}
        return {"handed": leg.at, **leg.milestones}

    @property
    def was_handed_on(self) -> bool:
        """Whether the team that has the lead got it from another team of sales."""
        return bool(self.legs) and not self.legs[-1].outcome and self.legs[-1].kind != "back"

    @property
    def goes_back(self) -> Leg | None:
        """The leg whose team gave the lead back, while no other team has it yet."""
        leg = self.legs[-1] if self.legs else None
        return leg if leg is not None and leg.outcome and self.closed is None else None


NO_CYCLE = Cycle(n=0, opened=datetime.min.replace(tzinfo=UTC))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """An event that was not allowed where it came, kept but not applied (R1.5)."""

    at: datetime
    type: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """The state of a lead.

    `cycles` are those that stand, in order; `voided` those that a reopened deal took back, or a
    reason for disqualifying that came after the end.
    `rest` is the stage that the lead returns to when a trip to sales ends now. A lead without
    events is known, in cycle 0.
    """

    stage: Stage = Stage.KNOWN
    rest: Stage = Stage.KNOWN
    cycles: tuple[Cycle, ...] = ()
    voided: tuple[Cycle, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    open_deals: frozenset[str] = frozenset()
    won_deals: frozenset[str] = frozenset()
    adopted_customer: bool = False
    """A system called them a customer when it was first looked at, and does so still."""

    @property
    def current(self) -> Cycle:
        """The newest cycle; without any, cycle 0, opened at the beginning of time."""
        return self.cycles[-1] if self.cycles else NO_CYCLE

    @property
    def cycle(self) -> int:
        """The number of the newest cycle, from 1; 0 without any."""
        return self.current.n

    @property
    def furthest(self) -> Stage:
        """The furthest stage of the cycle, for who is told nothing of teams in a row.

        A lead that was qualified and handed on is no less than qualified, though its new team has
        not accepted it yet.
        """
        if not self.current.legs or self.stage not in (Stage.HANDED, Stage.ACCEPTED):
            return self.stage
        had = [one for one in TAKEN_ON if one in self.current.milestones]
        return max([self.stage, *had], key=LADDER.__getitem__)

    @property
    def customer(self) -> bool:
        """Whether a won deal stands, or they were a customer when we came."""
        return bool(self.won_deals) or self.adopted_customer
