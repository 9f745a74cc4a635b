"""Between the rows of the projections and what a workspace holds in hand; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from crmbridge.model.codec import instant
from crmbridge.model.lead import Ref
from crmbridge.model.lifecycle import SIDES, Cycle, Lifecycle, LifeEvent, Stage, fold
from crmbridge.model.state import Happened, LeadState, SeenState
from crmbridge.store.accounts import account_mark
from crmbridge.store.rows import AccountRow, CycleRow, LeadRow, RefRow


@dataclass(slots=True, kw_only=True)
class RefEntry:
    """One vendor record in hand; `lead` is empty while it belongs to none."""

    ref: Ref
    lead: str = ""
    live: bool = True
    seen: SeenState = field(default_factory=SeenState)


def fold_life(life: Iterable[Happened]) -> Lifecycle:
    """Fold what happened to a lead; each event says itself whether its reason is of class out."""
    items = list(life)
    return fold(
        [
            LifeEvent(
                at=one.at,
                type=one.type,
                reason=one.reason,
                deal=one.deal,
                kind=one.kind,
                arrival=number,
            )
            for number, one in enumerate(items)
        ],
        out_reasons=frozenset(one.reason for one in items if one.out),
    )


def state_of(row: LeadRow) -> LeadState:
    """Read a lead's state back from its row."""
    state = LeadState.of(row.id, dict(row.state))
    state.stage, state.cycle, state.owner = row.stage, row.cycle, row.owner or ""
    state.opted_out, state.rev = row.opted_out, row.rev
    return state


def lead_row(state: LeadState, life: Lifecycle, updated_at: datetime | None) -> LeadRow:
    """Return the row of a lead, and note on its state where it stands."""
    if updated_at is None:
        raise ValueError(f"lead {state.id} was changed by no event")
    state.stage, state.cycle = life.stage.value, life.cycle
    return LeadRow(
        id=state.id,
        person_key=state.id,
        state=state.to_json(),
        stage=state.stage,
        cycle=state.cycle,
        owner=state.owner or None,
        rev=state.rev,
        opted_out=state.opted_out,
        in_sales=SIDES[life.stage] == "sales",
        waiting=life.stage is Stage.READY and state.assigned is None,
        updated_at=updated_at,
    )


def entry_of(row: RefRow) -> RefEntry:
    """Read a vendor record back from its row."""
    return RefEntry(
        ref=Ref(system=row.system, obj=row.obj, id=row.id),
        lead=row.lead or "",
        live=row.live,
        seen=SeenState.of(dict(row.seen)),
    )


def ref_row(entry: RefEntry) -> RefRow:
    """Return the row of a vendor record."""
    return RefRow(
        system=entry.ref.system,
        obj=entry.ref.obj,
        id=entry.ref.id,
        lead=entry.lead or None,
        live=entry.live,
        person_key=entry.lead or str(entry.ref),
        seen=entry.seen.to_json(),
        changed_at=entry.seen.changed_at,
    )


def cycle_rows(lead: str, life: Lifecycle) -> list[CycleRow]:
    """Return the rows of a lead's cycles; one that stands takes the place of a void namesake."""
    rows = [_cycle(lead, cycle) for cycle in (*life.voided, *life.cycles)]
    return list({row.n: row for row in rows}.values())


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
        },
    )


def account_row(state: LeadState, life: Lifecycle) -> AccountRow | None:
    """Return who works a lead's account; `None` when sales has not got it, or nobody knows."""
    mark = account_mark(state.value("account"))
    if SIDES[life.stage] != "sales" or not state.owner or not mark:
        return None
    return AccountRow(lead=state.id, account=mark, owner=state.owner, stage=life.stage.value)
