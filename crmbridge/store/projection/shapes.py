"""Between the rows of the projections and what a workspace holds in hand; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from crmbridge.model.codec import instant
from crmbridge.model.event import Event
from crmbridge.model.lead import Ref
from crmbridge.model.lifecycle import (
    SIDES,
    TAKEN_ON,
    Cycle,
    Lifecycle,
    LifeEvent,
    Stage,
    fold,
    standing,
)
from crmbridge.model.side import SALES
from crmbridge.model.state import Happened, LeadState, SeenState
from crmbridge.policy.routing.account_mark import lead_domain_mark
from crmbridge.policy.totals.counted import Counted
from crmbridge.policy.totals.trip import beside
from crmbridge.store import born
from crmbridge.store.accounts import account_mark
from crmbridge.store.rows import AccountRow, CycleRow, LeadRow, RefRow


@dataclass(slots=True, kw_only=True)
class RefEntry:
    """One vendor record in hand; `lead` is empty while it belongs to none."""

    ref: Ref
    lead: str = ""
    live: bool = True
    seen: SeenState = field(default_factory=SeenState)
    first: Event | None = None
    """The entry of its first look, where that says all of it or was written just now."""


def fold_life(life: Iterable[Happened]) -> Lifecycle:
    """Fold what happened to a lead; each event says itself whether its reason is of class out.

    `life` is in the order in which we learned of it. What was taken back does not count.
    """
    items = standing(life)
    return fold(
        [
            LifeEvent(
                at=one.at,
                type=one.type,
                reason=one.reason,
                deal=one.deal,
                kind=one.kind,
                arrival=number,
                stage=one.stage,
                outcome=one.outcome,
                system=one.system,
                team=one.team,
                rep=one.rep,
                back=one.back,
                org=one.org,
            )
            for number, one in enumerate(items)
        ],
        out_reasons=frozenset(one.reason for one in items if one.out),
    )


def state_of(row: LeadRow, firsts: Mapping[int, Event]) -> LeadState:
    """Read a lead's state back from its row, or from the entry that the row leaves it to."""
    left = row.state is None
    state = born.state_of(firsts[row.rev]) if left else LeadState.of(row.id, row.state or {})
    state.stage, state.cycle, state.owner = row.stage, row.cycle, row.owner or ""
    state.opted_out, state.rev = row.opted_out, row.rev
    return state


def is_waiting(state: LeadState, life: Lifecycle) -> bool:
    """Whether a lead is in a waiting line, promised to nobody: of marketing, or of a next team."""
    waits = life.stage is Stage.READY or passes_on(state, life)
    return waits and state.assigned is None


def passes_on(state: LeadState, life: Lifecycle) -> bool:
    """Whether a team of sales is done with a lead that it has, and no other has it yet."""
    told = state.passing
    if not told or life.stage not in TAKEN_ON:
        return False
    return bool(told["cycle"] == life.cycle and told["leg"] == len(life.current.legs))


def lead_row(
    state: LeadState,
    life: Lifecycle,
    updated_at: datetime | None,
    counted: Counted,
    first: Event | None = None,
) -> LeadRow:
    """Return the row of a lead, and note on its state where it stands.

    The state is left to the entry `first` where that is the lead's first look and says all of it.
    """
    if updated_at is None:
        raise ValueError(f"lead {state.id} was changed by no event")
    state.stage, state.cycle = life.stage.value, life.cycle
    left = first is not None and first.seq == state.rev and born.state_of(first) == state
    return LeadRow(
        id=state.id,
        state=None if left else state.to_json(),
        stage=state.stage,
        cycle=state.cycle,
        owner=state.owner or None,
        rev=state.rev,
        opted_out=state.opted_out,
        in_sales=SIDES[life.stage] == SALES,
        waiting=is_waiting(state, life),
        updated_at=updated_at,
        counted=None if left else counted.to_json(),
    )


def entry_of(row: RefRow, firsts: Mapping[int, Event]) -> RefEntry:
    """Read a vendor record back from its row, or from the entry that the row leaves it to."""
    if row.seen is None:
        seen = born.seen_of(firsts[row.heard])
    else:
        seen = SeenState.of(row.seen, row.heard)
    return RefEntry(
        ref=Ref(system=row.system, obj=row.obj, id=row.id),
        lead=row.lead or "",
        live=row.live,
        seen=seen,
        first=firsts.get(row.heard) if row.seen is None else None,
    )


def ref_row(entry: RefEntry, *, whole: bool = False) -> RefRow:
    """Return the row of a vendor record; `whole` leaves nothing to an entry."""
    first, seen = entry.first, entry.seen
    left = first is not None and first.seq == seen.heard and born.seen_of(first) == seen
    return RefRow(
        system=entry.ref.system,
        obj=entry.ref.obj,
        id=entry.ref.id,
        lead=entry.lead or None,
        live=entry.live,
        seen=None if left and not whole else seen.to_json(),
        changed_at=seen.changed_at,
        heard=seen.heard,
    )


def cycle_rows(lead: str, life: Lifecycle) -> list[CycleRow]:
    """Return the rows of a lead's cycles; one that stands takes the place of a void namesake.

    A lead of which nothing but that it is known has happened has none: `trips` knows.
    """
    if len(life.cycles) == 1 and not life.voided and _is_blank(life.cycles[0]):
        return []
    rows = [_cycle(lead, cycle) for cycle in (*life.voided, *life.cycles)]
    return list({row.n: row for row in rows}.values())


def _is_blank(cycle: Cycle) -> bool:
    told = cycle.outcome or cycle.closed or cycle.milestones or cycle.kind or cycle.reason
    return cycle.n == 1 and not (told or cycle.effective or cycle.deals)


def _cycle(lead: str, cycle: Cycle) -> CycleRow:
    return CycleRow(
        lead=lead,
        n=cycle.n,
        opened=cycle.opened,
        outcome=cycle.outcome,
        closed=cycle.closed,
        voided=cycle.voided is not None,
        data={
            "milestones": {name: instant(at) for name, at in cycle.milestones.items()},
            "effective": {name: instant(at) for name, at in cycle.effective.items()},
            "kind": cycle.kind,
            "reason": cycle.reason,
            "deals": list(cycle.deals),
            **beside(cycle),
        },
    )


def account_row(state: LeadState, life: Lifecycle) -> AccountRow | None:
    """Return who works a lead's account; `None` when sales has not got it, or nobody knows."""
    mark, domain = account_mark(state.value("account")), lead_domain_mark(state.value)
    if SIDES[life.stage] != SALES or not state.owner or not (mark or domain):
        return None
    stage = life.stage.value
    return AccountRow(lead=state.id, account=mark, owner=state.owner, stage=stage, domain=domain)
