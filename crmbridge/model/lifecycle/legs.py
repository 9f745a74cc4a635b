"""The legs of a cycle while the fold still writes them: which team has the lead after another."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from crmbridge.model.lifecycle.stage import Stage
from crmbridge.model.lifecycle.state import Leg, LifeEvent

BACK = "back"
"""Kind of a leg whose team had handed the lead on itself."""
MISSING_REASON = "missing_reason"
"""The reason of a lead that was given back and of which nobody said why."""
GIVEN_BACK = ("rejected", "returned", "stale_untouched", "stale_idle", "recalled")


class Legs:
    """The teams that had a lead in a cycle after the first, each with how it came to it.

    `depth` is how many teams stand before the one that has the lead: that many times it can go
    back.
    """

    __slots__ = ("_depth", "_froms", "_legs")

    def __init__(self) -> None:
        self._legs: list[Leg] = []
        self._froms: list[Stage] = []
        self._depth = 0

    def begin(self, event: LifeEvent, stage: Stage) -> None:
        """Another team has the lead, which stood in `stage`.

        A team that has it back before the next one gave it back in words had it given by hand.
        """
        kind = event.kind or "pushed"
        if kind == BACK and self.may_go_back:
            outcome = "rejected" if stage is Stage.HANDED else "returned"
            self.give_back(event.at, outcome, MISSING_REASON)
        elif self._legs and not self._legs[-1].outcome:
            self._end(event.at, "handed_on", "")
        if kind != BACK:
            self._froms[self._depth :] = [stage]
            self._depth += 1
        self._legs.append(Leg(team=event.team, rep=event.rep, at=event.at, kind=kind))

    @property
    def may_go_back(self) -> bool:
        """Whether a team has the lead that another one handed on."""
        return bool(self._legs) and not self._legs[-1].outcome and self._depth > 0

    def resume(self, event: LifeEvent, stage: Stage) -> bool:
        """A team takes up again what it had given back, before another has it; whether it does."""
        if not self._legs or self._legs[-1].outcome not in GIVEN_BACK:
            return False
        last = self._legs[-1]
        again = replace(event, kind="override", team=last.team, rep=last.rep)
        self.begin(again, stage)
        return True

    def mark(self, name: str, at: datetime) -> bool:
        """Note a step of the team that has the lead; return whether it was handed on to it."""
        if not self._legs or self._legs[-1].outcome:
            return False
        leg = self._legs[-1]
        if name not in leg.milestones:
            self._legs[-1] = replace(leg, milestones={**leg.milestones, name: at})
        return leg.kind != BACK

    def give_back(self, at: datetime, outcome: str, reason: str) -> Stage | None:
        """The team gives the lead back; return where it stands with the team before.

        `None` where no team stands before it, or nobody has it.
        """
        if not self._legs or self._legs[-1].outcome or not self._depth:
            return None
        self._end(at, outcome, reason)
        self._depth -= 1
        return self._froms[self._depth]

    def explain(self, at: datetime, reason: str) -> bool:
        """Say why a team gave the lead back at an instant; return whether one did."""
        for place, leg in enumerate(self._legs):
            if leg.closed == at and leg.outcome in ("rejected", "returned"):
                self._legs[place] = replace(leg, reason=reason)
                return True
        return False

    def __bool__(self) -> bool:
        return bool(self._legs)

    def frozen(self) -> tuple[Leg, ...]:
        """The legs as they stand."""
        return tuple(self._legs)

    def _end(self, at: datetime, outcome: str, reason: str) -> None:
        self._legs[-1] = replace(self._legs[-1], outcome=outcome, reason=reason, closed=at)
