"""Leads that come back: taken back when nobody works them, routed by reason, let in again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crmbridge.agreement.recycle import MISSING_REASON
from crmbridge.flows.hours import calendar_of_team
from crmbridge.flows.repair import ask, deal_open, fixed, merged
from crmbridge.flows.scene import Scene
from crmbridge.flows.turns import give_back
from crmbridge.flows.view import View
from crmbridge.model.codec import instant
from crmbridge.model.lifecycle import Cycle, Stage
from crmbridge.model.state import Return
from crmbridge.policy.calendar import Calendar
from crmbridge.policy.recycle import Decision, Reentry, Returned, Situation, reentry, returned
from crmbridge.policy.stale import stale_at
from crmbridge.store import events

OTHER = "other"
SUPPRESS = "suppress"
"""Track of the mapping for people to whom nothing may be sent."""
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
    ask(scene, view.id, row)
    _alarms(scene, view, row, cycle, result)
    if result.refund and cycle.kind == "pushed":
        _refund(scene, view, result.row, cycle)


def _alarms(scene: Scene, view: View, row: Return, cycle: Cycle, result: Returned) -> None:
    """What a return tells people beside its row."""
    _untouched_again(scene, view, row)
    _unexplained(scene, view, row, cycle)
    if result.loops > result.max_loops and result.class_ == "returns":
        scene.hold(
            "manual_only",
            view.id,
            "",
            f"This lead has come back {result.loops} times; the agreement allows "
            f"{result.max_loops} for {result.row}. It stays in nurture: only a person hands it "
            "over again, by an owner and an open status in the CRM.",
            loops=result.loops,
        )


def _untouched_again(scene: Scene, view: View, row: Return) -> None:
    """R5.5: a lead that nobody touched, twice, is for the management of sales to see."""
    before = [one for one in view.returns if one.outcome == "stale_untouched" and one.at < row.at]
    if row.outcome == "stale_untouched" and before:
        scene.hold(
            "untouched_twice",
            view.id,
            "",
            f"Sales has left this lead untouched {len(before) + 1} times; it goes on to another "
            "rep. That is not the lead's fault: look at the reps named here and at `crmbridge "
            "capacity show`.",
            reps=[one.rep for one in before] + [row.rep],
        )


def _unexplained(scene: Scene, view: View, row: Return, cycle: Cycle) -> None:
    """R5.2: a return without a reason, or for another reason that nobody wrote down."""
    if cycle.reason == MISSING_REASON and not _rejection(scene, view.id).get("text"):
        scene.hold(
            "missing_reason",
            view.id,
            str(cycle.n),
            f"{row.rep or 'Sales'} gave a lead back without a reason; it is treated as the row "
            f"{MISSING_REASON} says. Ask for the reason, and enter it in the CRM: it helps the "
            "next lead.",
            rep=row.rep,
        )
    if cycle.reason == OTHER and _rejection(scene, view.id).get("noted") is False:
        scene.hold(
            "missing_note",
            view.id,
            str(cycle.n),
            f"{row.rep or 'Sales'} gave a lead back with the reason {OTHER!r} and no note. Ask "
            "what it was; a reason that comes often deserves a row of its own in agreement.toml.",
            rep=row.rep,
        )


def _rejection(scene: Scene, lead: str) -> Mapping[str, Any]:
    """What sales said when it last gave a lead back: `text` is a reason the mapping lacks."""
    entries = events.of_lead(scene.tx, lead)
    told = [one.data for one in entries if one.type in ("rejected", "returned", "deal_lost")]
    return told[-1] if told else {}


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
        data_fixed_at=fixed(view.state, last),
        merged=merged(view.state, last),
        deal_open=deal_open(view, last),
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


def track_of(scene: Scene, view: View) -> str:
    """The nurture track that the lead belongs on now; empty for none (R5.6: permission wins).

    Whom nothing may be sent to is on the track `suppress`, where the mapping has one.
    """
    last = view.returned
    if last is None or view.state.opted_out or not _rests(view, last):
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
    last = view.returned
    return standing(scene, last).contact if last is not None and _rests(view, last) else ""


def _rests(view: View, last: Return) -> bool:
    """Whether a lead is where its newest return left it: no later trip has ended, none runs."""
    if any(cycle.closed and cycle.closed > last.at for cycle in view.life.cycles):
        return False
    return view.life.stage.value in ("nurture", "customer", "ready", "disqualified")
