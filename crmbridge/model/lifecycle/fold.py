"""The fold: a lead's events, in whatever order they came, to its one lifecycle (R1.1 to R1.10)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from crmbridge.model.lifecycle.instant import REASON_GIVEN, Standing, in_order
from crmbridge.model.lifecycle.legs import BACK, MISSING_REASON
from crmbridge.model.lifecycle.stage import (
    LADDER,
    RANK,
    RESTING,
    SIDES,
    TAKEN_ON,
    TOMBSTONES,
    WITH_SALES,
    Stage,
)
from crmbridge.model.lifecycle.state import Lifecycle, LifeEvent
from crmbridge.model.lifecycle.walk import NEW, NOT_YET_SALES, Walk
from crmbridge.model.side import SALES

_GIVEN_BACK = ("rejected", "returned", "lost")
_at = attrgetter("at")


def fold(events: Iterable[LifeEvent], *, out_reasons: frozenset[str]) -> Lifecycle:
    """Fold a lead's events to its lifecycle; never raises.

    `out_reasons` are the reasons of class *out* (R1.7). The order of `events` does not matter,
    and the same event twice is one event.
    """
    state = _Folding(out_reasons)
    for _, group in groupby(sorted(events, key=_at), key=_at):
        state.take_all(list(group))
    return state.result()


class _Folding(Walk):
    """The rules: each answers whether its event was allowed."""

    __slots__ = ()

    def take_all(self, group: list[LifeEvent]) -> None:
        """Take the events of one instant; what leads nowhere is ignored from the stage before."""
        if not self.cycles:
            self._next_cycle(group[0].at)
        if len(group) == 1:
            self.take(group[0])
            return
        order, left = in_order(group, self._standings(group))
        for event in left:
            self._not_allowed(event)
        for event in order:
            self.take(event)

    def _standings(self, group: list[LifeEvent]) -> dict[str, Standing]:
        named = {event.deal for event in group}
        closed = dict.fromkeys(named & self.closed_in.keys(), Standing.CLOSED)
        return closed | dict.fromkeys(named & self.open, Standing.OPEN)

    def take(self, event: LifeEvent) -> None:
        rule = _RULES.get(event.type)
        if rule is None:
            self._ignore(event, f"{event.type} is no event of the lifecycle")
        elif self.stage in TOMBSTONES or not rule(self, event):
            self._not_allowed(event)

    def _not_allowed(self, event: LifeEvent) -> None:
        self._ignore(event, f"{event.type} not allowed from {self.stage.value}")

    def result(self) -> Lifecycle:
        if not self.cycles:
            return Lifecycle()
        return Lifecycle(
            stage=self.stage,
            rest=self._rest(),
            cycles=tuple(cycle.frozen() for cycle in self.cycles),
            voided=tuple(self.voided),
            ignored=tuple(self.ignored),
            open_deals=frozenset(self.open),
            won_deals=frozenset(self.won),
            adopted_customer=Stage.CUSTOMER in self.adopted_as.values(),
        )

    def adopted(self, event: LifeEvent) -> bool:
        """Take over what a system showed before our first look (R1.17, R1.18 (9) to (14))."""
        if event.system in self.adopted_as:
            self._stands_no_more(event)
            return True
        if event.stage in WITH_SALES and event.org and self._is_unplaced():
            self.cycle.org = event.org
        self.adopted_as[event.system] = event.stage
        if event.outcome or event.stage == Stage.DISQUALIFIED:
            self._adopt_end(event)
        if self.stage is not Stage.DISQUALIFIED and event.stage in LADDER:
            self._adopt_stage(event, Stage(event.stage))
        return True

    def _adopt_stage(self, event: LifeEvent, stage: Stage) -> None:
        """Move the lead on to a stage as an event of its name would; never back."""
        if stage is Stage.CUSTOMER:
            self.stage = stage if self.stage in RESTING else self.stage
            return
        if stage in NOT_YET_SALES and self.cycle.n == 1:
            self.found_in = Stage.ENGAGED if stage is Stage.READY else stage
        if self.cycle.legs or LADDER[stage] <= LADDER[self.stage]:
            return  # of who was handed on, more is known than a stage says
        if stage is Stage.NURTURE:
            self.stage = stage
        elif stage is Stage.OPPORTUNITY:
            self._join(LifeEvent(at=event.at, type=stage, org=event.org))
        else:
            _RULES[stage](self, LifeEvent(at=event.at, type=stage, org=event.org))
        if SIDES[stage] == SALES:
            self.cycle.kind = "adopted"

    def known(self, _: LifeEvent) -> bool:
        return True

    def engaged(self, event: LifeEvent) -> bool:
        if self.stage is Stage.DISQUALIFIED:
            return False
        self.cycle.milestones.setdefault("engaged", event.at)
        if self.stage is Stage.KNOWN:
            self.stage = Stage.ENGAGED
        return True

    def ready(self, event: LifeEvent) -> bool:
        if self.stage not in RESTING:
            return False
        self.cycle.milestones.setdefault("ready", event.at)
        self._moves(event.kind or NEW)
        self.stage = Stage.READY
        return True

    def unready(self, _: LifeEvent) -> bool:
        if self.stage is not Stage.READY:
            return False
        self.stage = self._rest()
        return True

    def handed(self, event: LifeEvent) -> bool:
        if self.stage not in NOT_YET_SALES:
            return False
        told = "pushed" if self.stage is Stage.READY else "override"
        self.cycle.kind = event.kind or told
        self._moves()
        self.cycle.milestones["handed"] = event.at
        self.cycle.org = event.org
        self.stage = Stage.HANDED
        return True

    def sales_touch(self, event: LifeEvent) -> bool:
        if SIDES[self.stage] != SALES:
            return False
        self._mark("first_sales_touch", event.at)
        return True

    def accepted(self, event: LifeEvent) -> bool:
        takes = self.stage is Stage.HANDED or self.stage in NOT_YET_SALES
        if not takes and not self._takes_up_again(event):
            return False
        self._begin_sales(event.at, event.org)
        self._mark("accepted", event.at)
        self.stage = Stage.ACCEPTED
        return True

    def qualified(self, event: LifeEvent) -> bool:
        if self.stage not in (Stage.HANDED, Stage.ACCEPTED) and self.stage not in NOT_YET_SALES:
            return False
        self._begin_sales(event.at, event.org)
        self._mark("accepted", event.at)
        self._mark("qualified", event.at)
        self.stage = Stage.QUALIFIED
        return True

    def handed_on(self, event: LifeEvent) -> bool:
        """Another team of sales has it from now on, in the same cycle (decision 0031)."""
        by_hand = event.kind == BACK and self.stage is Stage.HANDED
        if self.stage not in TAKEN_ON and not (by_hand and self.cycle.legs.may_go_back):
            return False
        self.cycle.legs.begin(event, self.stage)
        if event.kind != BACK:
            self.cycle.milestones.setdefault("handed_on", event.at)
        self.stage = Stage.HANDED
        return True

    def opportunity(self, event: LifeEvent) -> bool:
        if event.deal in self.open:
            return True
        if event.deal in self.closed_in:
            return False
        self._join(event)
        return True

    def _join(self, event: LifeEvent) -> None:
        self._begin_sales(event.at, event.org)
        self._mark("accepted", event.at)
        self._mark("opportunity", event.at)
        if event.deal:  # a lead can be called an opportunity before there is a deal
            self.open.add(event.deal)
            self.cycle.deals.setdefault(event.deal)
        self.stage = Stage.OPPORTUNITY

    def returned(self, event: LifeEvent) -> bool:
        if event.kind == REASON_GIVEN:
            return self._explained(event)
        if not self._may_leave():
            return False
        outcome = "rejected" if self.stage is Stage.HANDED else "returned"
        reason = event.reason or MISSING_REASON
        out = self._takes_out(reason)
        if not out and self._gives_back(event, outcome, reason):
            return True
        if "accepted" in self.cycle.milestones:  # by the first team, where there are several
            outcome = "returned"
        self._close(event.at, outcome, reason, out=out)
        return True

    def stale(self, event: LifeEvent) -> bool:
        if not self._may_leave():
            return False
        outcome = "stale_untouched" if self.stage is Stage.HANDED else "stale_idle"
        if self._gives_back(event, outcome, outcome):
            return True
        self._close(event.at, outcome, outcome, out=False)
        return True

    def recalled(self, event: LifeEvent) -> bool:
        if not self._may_leave():
            return False
        if self._gives_back(event, "recalled", event.reason):
            return True
        self._close(event.at, "recalled", event.reason, out=False)
        return True

    def deal_won(self, event: LifeEvent) -> bool:
        return self._deal_closed(event, won=True)

    def deal_lost(self, event: LifeEvent) -> bool:
        if event.kind == REASON_GIVEN:
            return self._explained(event)
        return self._deal_closed(event, won=False)

    def _deal_closed(self, event: LifeEvent, *, won: bool) -> bool:
        if event.deal not in self.open:
            return False
        self.open.discard(event.deal)
        self.closed_in[event.deal] = self.cycle.n
        if won:
            self.won.add(event.deal)
            self._close_won(event.at)
        elif not self.open:
            reason = event.reason or MISSING_REASON
            self._close(event.at, "lost", reason, out=self._takes_out(reason))
        return True

    def _close_won(self, at: datetime) -> None:
        """The first win makes a customer at once; deals still open go on in the next cycle."""
        carried = [deal for deal in self.cycle.deals if deal in self.open]
        org = self.cycle.org
        self._close(at, "won", "", out=False)
        if carried:
            self._begin_sales(at, org)
            self.cycle.carried = True
            self.cycle.deals = dict.fromkeys(carried)
            self.cycle.milestones |= dict.fromkeys(("accepted", "opportunity"), at)
            self.stage = Stage.OPPORTUNITY

    def _explained(self, event: LifeEvent) -> bool:
        """Say why the trip that ended at this instant did; the end itself stays where it was."""
        if not event.deal and self._leg_explained(event):
            return True
        out = self.stage is Stage.DISQUALIFIED
        ended = self.cycle if out else next(iter(self.cycles[-2:-1]), None)
        if ended is None or ended.closed != event.at or ended.outcome not in _GIVEN_BACK:
            return False
        if (event.type == "deal_lost") != (event.deal in ended.deals):
            return False
        ended.reason = event.reason or MISSING_REASON
        if not out and self._takes_out(ended.reason):
            self.withdrawn = self.cycles.pop().frozen(event.at)
            self.voided.append(self.withdrawn)
            self.cycle, self.stage = ended, Stage.DISQUALIFIED
        elif out and ended.reason not in self.out:
            self.voided = [one for one in self.voided if one is not self.withdrawn]
            self._next_cycle(event.at)
            self.stage = self._rest()
        return True

    def deal_reopened(self, event: LifeEvent) -> bool:
        home = self.closed_in.pop(event.deal, 0)
        if not home:
            return False
        self.won.discard(event.deal)
        if self._resumes(home):
            self._resume(home, event.at)
        self._join(event)
        return True

    def _resumes(self, home: int) -> bool:
        """Whether the cycle of a reopened deal goes on, and those after it are void.

        Not where one of them reached sales other than by deals that were open at a win, and not
        while another win stands in it or after it.
        """
        if any(self.closed_in[deal] >= home for deal in self.won):
            return False
        later = self.cycles[home:]
        return all(one.carried or "handed" not in one.milestones for one in later)

    def _resume(self, home: int, at: datetime) -> None:
        """Void the cycles after `home` and take it up again, with their deals, as if not closed."""
        later = self.cycles[home:]
        self.voided += [cycle.frozen(at) for cycle in later]
        del self.cycles[home:]
        self.cycle = self.cycles[-1]
        for deal in (one for cycle in later for one in cycle.deals):
            self.cycle.deals.setdefault(deal)
            if deal in self.closed_in:  # a deal closes in a cycle that lists it
                self.closed_in[deal] = min(self.closed_in[deal], home)
        self.cycle.outcome = self.cycle.reason = ""
        self.cycle.closed = None
        self.stage = Stage.OPPORTUNITY

    def disqualified(self, event: LifeEvent) -> bool:
        if self.open or self.stage is Stage.DISQUALIFIED:
            return False
        self._close(event.at, "disqualified", event.reason, out=True)
        return True

    def reinstated(self, event: LifeEvent) -> bool:
        if self.stage is not Stage.DISQUALIFIED:
            return False
        self._next_cycle(event.at)
        self.stage = self._rest()
        return True

    def merged(self, _: LifeEvent) -> bool:
        self.stage = Stage.MERGED
        return True

    def erased(self, _: LifeEvent) -> bool:
        self.stage = Stage.ERASED
        return True


_RULES: dict[str, Callable[[_Folding, LifeEvent], bool]] = {
    **{name: getattr(_Folding, name) for name in RANK if hasattr(_Folding, name)},
    "queue_expired": _Folding.unready,
    "rejected": _Folding.returned,
}
