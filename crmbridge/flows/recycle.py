"""Leads that come back: taken back when nobody works them, routed by reason, let in again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crmbridge.flows.hours import calendar_of_team
from crmbridge.flows.scene import Scene
from crmbridge.flows.turns import give_back
from crmbridge.flows.view import View
from crmbridge.model.codec import instant
from crmbridge.model.lifecycle import Cycle
from crmbridge.model.state import Return
from crmbridge.policy.calendar import Calendar
from crmbridge.policy.recycle import Decision, Reentry, Returned, Situation, reentry, returned
from crmbridge.policy.stale import stale_at

BACK = frozenset({"rejected", "returned", "stale_untouched", "stale_idle", "recalled", "lost"})
"""Outcomes of a trip to sales after which the lead is marketing's again."""


def take_back(scene: Scene, view: View) -> tuple[datetime | None, bool]:
    """Take a lead back that sales left lying.

    Returns when that will be, if it is still to come, and whether it happened now.
    """
    calendar = calendar_of_lead(scene, view.state.owner)
    deadline = stale_at(view.life, view.state.activity_at, scene.company.agreement, calendar)
    if deadline is None:
        return None, False
    if scene.now < deadline.at:
        return deadline.at, False
    scene.decided(
        "stale",
        view.id,
        f"stale:{view.id}:{view.life.cycle}:{instant(deadline.at)}",
        at=deadline.at,
        reason=deadline.outcome,
        deadline=instant(deadline.at),
        last_activity=instant(view.state.activity_at) if view.state.activity_at else "",
    )
    return None, True


def calendar_of_lead(scene: Scene, owner: str) -> Calendar:
    """The business time of the team whose rep has a lead; weekdays for nobody we know."""
    teams = scene.company.teams
    return calendar_of_team(teams, teams.team_of(owner), scene.company.zone)


def route(scene: Scene, view: View) -> bool:
    """Decide what follows from each trip that ended and was not routed; return whether any was."""
    done = {one.at for one in view.returns}
    fresh = [one for one in view.life.cycles if one.outcome in BACK and one.closed not in done]
    for cycle in fresh:
        _route(scene, view, cycle)
    return bool(fresh)


def _route(scene: Scene, view: View, cycle: Cycle) -> None:
    closed = cycle.closed or scene.now
    reason = cycle.reason or "missing_reason"
    if cycle.outcome == "recalled":
        reason = reason if reason in scene.company.agreement.reasons else "other"
    result = returned(
        reason,
        scene.company.agreement.recycle,
        closed,
        scene.company.zone,
        earlier_loops=view.loops,
        closed_lost=cycle.outcome == "lost",
    )
    row = Return(
        at=closed,
        reason=result.row,
        klass=result.class_,
        track=result.track or "",
        loops=result.loops,
        until=result.until,
        outcome=cycle.outcome,
        rep=view.state.owner,
        counted=result.counted,
        avoid=result.rep == "avoid",
        cycle=cycle.n,
    )
    data: dict[str, Any] = {
        "return": row.row(),
        "reason": reason,
        "cycle": cycle.n,
        "contact": result.contact,
    }
    if result.warning:
        data["warning"] = result.warning
        scene.hold(
            "unmapped_reason",
            "",
            reason,
            f"Sales gave a lead back with a reason that has no row: {reason!r}. Add it to the "
            "recycle table of agreement.toml, or map it to one of the rows in mapping.toml.",
        )
    scene.decided("routed", view.id, f"routed:{view.id}:{cycle.n}:{instant(closed)}", **data)
    if result.refund and cycle.kind == "pushed":
        _refund(scene, view, result.row, cycle)


def _refund(scene: Scene, view: View, reason: str, cycle: Cycle) -> None:
    """R4.9: the lead was nothing to work on, so the rep has the turn back."""
    rep = view.state.owner
    if v := give_back(scene, rep):
        key = f"refunded:{view.id}:{cycle.n}:{instant(cycle.closed or scene.now)}"
        scene.decided("refunded", view.id, key, rep=rep, v=v, reason=reason)


def may_return(scene: Scene, view: View, *, ready: bool) -> Decision:
    """Whether a lead that came back may go to sales again, and if not, what it waits for."""
    last = view.returned
    if last is None:
        return Decision(decision=Reentry.REENTER if ready else Reentry.WAIT_NOT_READY)
    situation = Situation(
        ready=ready,
        engagement_since=view.since,
        permitted=not view.state.opted_out,
        hand_raise_at=view.hand_raise_at,
        deal_open=bool(view.life.open_deals),
    )
    return reentry(standing(scene, last), scene.now, situation)


def standing(scene: Scene, last: Return) -> Returned:
    """What a return means under the recycle table in force."""
    table = scene.company.agreement.recycle
    counted = table.reasons[last.reason].counts_loop if last.reason in table.reasons else 0
    return returned(
        last.reason,
        table,
        last.at,
        scene.company.zone,
        earlier_loops=last.loops - counted,
        closed_lost=last.outcome == "lost",
    )


def track_of(view: View) -> str:
    """The nurture track that the lead belongs on now; empty for none (R5.6: permission wins)."""
    last = view.returned
    if last is None or view.state.opted_out or last.klass != "returns":
        return ""
    if any(cycle.closed and cycle.closed > last.at for cycle in view.life.cycles):
        return ""
    return last.track if view.life.stage.value in ("nurture", "customer", "ready") else ""
