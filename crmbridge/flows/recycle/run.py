"""Leads that come back: taken back when nobody works them, routed by reason, let in again."""

from __future__ import annotations

from datetime import datetime

from crmbridge.agreement.recycle import (
    BY_AUTOMATION,
    IN_QUEUE,
    MISSING_REASON,
    OTHER,
    OWNER_LEFT,
    UNTOUCHED,
)
from crmbridge.flows.recycle.repair import ask, deal_open, fixed, merged
from crmbridge.flows.recycle.returned import settled, tell_of
from crmbridge.flows.reps.rotation import refund
from crmbridge.flows.reps.unassign import unassign
from crmbridge.flows.scene.lead_view import View
from crmbridge.flows.scene.live_since import live_since
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import instant
from crmbridge.model.deal import DELETED, OFF_DEAL
from crmbridge.model.lifecycle import EXPANSION, REASON_GIVEN, Cycle, Stage
from crmbridge.model.payload import Routed, Stale
from crmbridge.model.state import Return
from crmbridge.policy.recycle import Decision, Reentry, Returned, Situation, reentry, returned
from crmbridge.policy.sla.calendar import Calendar
from crmbridge.policy.sla.hours import calendar_of_team
from crmbridge.policy.sla.stale import stale_at

SUPPRESS = "suppress"
"""Track of the mapping for people to whom nothing may be sent."""
BACK = frozenset({"rejected", "returned", "stale_untouched", "stale_idle", "recalled", "lost"})
"""Outcomes of a trip to sales after which the lead is marketing's again."""


def take_back(scene: Scene, view: View) -> tuple[datetime | None, bool]:
    """Take a lead back that sales left lying.

    Returns when that will be, if it is still to come, and whether it happened now.
    """
    if view.passes_on:
        return None, False  # its team is done with it: it waits for the next one
    calendar = calendar_of_lead(scene, view.state.owner)
    deadline = stale_at(
        view.life,
        view.state.activity_at,
        scene.company.agreement,
        calendar,
        since=live_since(scene),
    )
    if deadline is None:
        return None, False
    if scene.now < deadline.at:
        return deadline.at, False
    told = Stale(
        reason=deadline.outcome,
        deadline=deadline.at,
        last_activity=view.state.activity_at,
        back=deadline.outcome in scene.company.agreement.back_reasons,
    )
    key = f"stale:{view.id}:{view.life.cycle}:{instant(deadline.at)}"
    scene.decided(told, view.id, key, at=deadline.at)
    return None, True


def calendar_of_lead(scene: Scene, owner: str) -> Calendar:
    """The business time of the team whose rep has a lead; weekdays for nobody we know."""
    teams = scene.company.teams
    return calendar_of_team(teams, teams.team_of(owner), scene.company.zone)


def route(scene: Scene, view: View) -> bool:
    """Decide what follows from each trip that ended; return whether anything was decided.

    A trip is routed once, and again when sales gives its reason later.
    """
    done = {one.at: one for one in view.returns}
    ended = [one for one in view.life.cycles if one.outcome in BACK and one.closed]
    fresh = [one for one in ended if one.closed not in done]
    for cycle in fresh:
        _route(scene, view, cycle)
    again = [one for one in ended if one.closed in done and _explained(view, one)]
    changed = [_again(scene, view, one, done[one.closed]) for one in again if one.closed]
    return bool(fresh) or any(changed)


def _explained(view: View, cycle: Cycle) -> bool:
    return any(one.kind == REASON_GIVEN and one.at == cycle.closed for one in view.state.life)


def _route(scene: Scene, view: View, cycle: Cycle) -> None:
    row, result = _meant(scene, view, cycle, view.state.owner)
    told = _told(scene, cycle, row, result)
    trip = f"{cycle.n}:{instant(row.at)}"
    scene.decided(told, view.id, f"routed:{view.id}:{trip}")
    if row.past:
        return
    ask(scene, view.id, row)
    tell_of(scene, view, row, cycle, result)
    if result.refund and cycle.kind == "pushed":
        refund(scene, view.id, row.rep, result.row, trip)


def _again(scene: Scene, view: View, cycle: Cycle, before: Return) -> bool:
    """Route a trip anew whose reason came later: its row counts from then on (R1.6, R5.2).

    A hand-off on its way goes on where the new row allows it; it is routed anew after that.
    """
    row, result = _meant(scene, view, cycle, before.rep)
    if row.reason == before.reason:
        return False
    if view.state.assigned is not None:
        if _allowed(scene, view, row, result):
            return False
        unassign(scene, view.id, "sales said later why it gave the lead back")
    refunded = _refunded(scene, view, row.at)
    settled(scene, view.id)
    told = _told(scene, cycle, row, result, before.reason)
    trip = f"{cycle.n}:{instant(row.at)}"
    key = f"routed:{view.id}:{trip}:{row.reason}:{view.state.rev}"
    scene.decided(told, view.id, key)
    if row.past:
        return True
    ask(scene, view.id, row)
    tell_of(scene, view, row, cycle, result)
    if result.refund and cycle.kind == "pushed" and not refunded:
        refund(scene, view.id, row.rep, result.row, trip)
    return True


def _refunded(scene: Scene, view: View, at: datetime) -> bool:
    """Whether any reason that sales has given so far for a trip gave the turn back."""
    table = scene.company.agreement.recycle.reasons
    said = [table.get(one.reason) for one in view.state.returns if one.at == at]
    return any(one.refund_fairness for one in said if one)


def _meant(scene: Scene, view: View, cycle: Cycle, rep: str) -> tuple[Return, Returned]:
    """What the end of a trip means under the recycle table in force."""
    closed = cycle.closed or scene.now
    result = returned(
        _reason(scene, cycle),
        scene.company.agreement.recycle,
        closed,
        scene.company.zone,
        earlier_loops=sum(one.counted for one in view.returns if one.at < closed),
        closed_lost=cycle.outcome == "lost",
        expansion=cycle.motion == EXPANSION,
    )
    row = Return(
        at=closed,
        reason=result.row,
        klass=result.class_,
        track=result.track or "",
        loops=result.loops,
        until=result.until,
        outcome=cycle.outcome,
        rep=rep,
        counted=result.counted,
        avoid=result.rep == "avoid",
        cycle=cycle.n,
        past=closed < live_since(scene) or _found_over(view, closed),
    )
    return row, result


def _found_over(view: View, closed: datetime) -> bool:
    """Whether a trip was over when we first looked, which is when it counts as closed."""
    return any(one.type == "adopted" and one.at == closed for one in view.state.life)


def _reason(scene: Scene, cycle: Cycle) -> str:
    """The reason whose row applies; for what is ours to say and has no row, the row `other`.

    What nobody had is nobody's failure but sales', as what lay there untouched.
    """
    reason = cycle.reason or MISSING_REASON
    nobodys = (OWNER_LEFT, IN_QUEUE, BY_AUTOMATION)
    if reason in nobodys and reason not in scene.company.agreement.reasons:
        return UNTOUCHED
    ours = cycle.outcome == "recalled" or reason in (DELETED, OFF_DEAL)
    return OTHER if ours and reason not in scene.company.agreement.reasons else reason


def _told(
    scene: Scene, cycle: Cycle, row: Return, result: Returned, before: str | None = None
) -> Routed:
    """What the entry of a routed trip says; a reason without a row is held for a person."""
    reason = _reason(scene, cycle)
    if result.warning:
        scene.hold(
            "unmapped_reason",
            "",
            reason,
            f"Sales gave a lead back with a reason that has no row: {reason!r}. Add it to the "
            "recycle table of agreement.toml, or map it to one of the rows in mapping.toml.",
        )
    return Routed(
        back=row,
        reason=reason,
        cycle=cycle.n,
        contact=result.contact,
        before=before,
        warning=result.warning,
    )


def _allowed(scene: Scene, view: View, row: Return, result: Returned) -> bool:
    """Whether a lead may stay with sales although its newest return is another one now."""
    newest = view.bound
    if newest is None or newest.at > row.at:
        return True
    found = reentry(result, scene.now, _situation(view, row, ready=True))
    return found.decision is Reentry.REENTER


def may_return(scene: Scene, view: View, *, ready: bool) -> Decision:
    """Whether a lead that came back may go to sales again, and if not, what it waits for."""
    last = view.bound
    if last is None:
        return Decision(decision=Reentry.REENTER if ready else Reentry.WAIT_NOT_READY)
    return reentry(standing(scene, last), scene.now, _situation(view, last, ready=ready))


def _situation(view: View, last: Return, *, ready: bool) -> Situation:
    return Situation(
        ready=ready,
        engagement_since=view.since,
        permitted=not view.state.opted_out,
        hand_raise_at=view.hand_raise_at,
        data_fixed_at=fixed(view.state, last),
        merged=merged(view.state, last),
        deal_open=deal_open(view, last),
    )


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


def return_track(scene: Scene, view: View) -> str:
    """The nurture track that the newest return puts a lead on; empty for none (R5.6).

    Whom nothing may be sent to is on the track `suppress`, where the mapping has one. Who came
    back before crmbridge was there is where marketing put them then.
    """
    last = view.bound
    if last is None or last.past or view.state.opted_out or not _rests(view, last):
        return ""
    contact = standing(scene, last).contact
    if contact == "none":
        return SUPPRESS if SUPPRESS in scene.company.mapping.tracks else ""
    out = view.life.stage is Stage.DISQUALIFIED
    return last.track if last.klass == "returns" and not out else ""


def contact_of(scene: Scene, view: View) -> str:
    """What may be sent to a lead: nurture, content_only or none; empty for who never came back."""
    if view.state.opted_out:
        return "none"
    last = view.bound
    return standing(scene, last).contact if last is not None and _rests(view, last) else ""


def cool_off_of(scene: Scene, view: View) -> datetime | None:
    """Until when a lead that rests after a return may not go again; `None` without a date."""
    last = view.bound
    if last is None or view.life.stage is Stage.DISQUALIFIED or not _rests(view, last):
        return None
    until = standing(scene, last).until
    return until if until is not None and until > last.at else None


def _rests(view: View, last: Return) -> bool:
    """Whether a lead is where its newest return left it: no later trip has ended, none runs."""
    if any(cycle.closed and cycle.closed > last.at for cycle in view.life.cycles):
        return False
    return view.life.stage.value in ("nurture", "customer", "ready", "disqualified")
