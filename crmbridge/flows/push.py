"""Sales-ready leads to sales, as fast as sales can take them: judged, lined up, handed out."""

from __future__ import annotations

from datetime import datetime

from crmbridge.agreement import Rep
from crmbridge.flows.again import look_again
from crmbridge.flows.recycle import may_return, standing
from crmbridge.flows.scene import Scene
from crmbridge.flows.view import View, view
from crmbridge.model.codec import instant, parse_instant
from crmbridge.model.lifecycle import OPEN_WORK, Stage
from crmbridge.policy.capacity import Assigned, Candidate, allocate
from crmbridge.policy.definition import Verdict, evaluate
from crmbridge.policy.recycle import Reentry
from crmbridge.store import cursors, leads

MARKETING = frozenset({Stage.KNOWN, Stage.ENGAGED, Stage.NURTURE, Stage.CUSTOMER})


def judge(scene: Scene, lead: View) -> Verdict:
    """Judge a lead by the definition in force."""
    agreement = scene.company.agreement
    return evaluate(
        agreement.definition,
        lead.facts,
        agreement.types,
        scene.now,
        scene.company.zone,
        origins=lead.case.origins,
        touches=lead.touches,
        exchange=lead.case.exchange,
    )


def line_up(scene: Scene, lead: View) -> None:
    """Put a lead into the waiting line, or take it out; and say when to look again."""
    stage = lead.life.stage
    if stage not in MARKETING and stage is not Stage.READY:
        return
    verdict = judge(scene, lead)
    back = may_return(scene, lead, ready=verdict.ready)
    last = lead.returned
    until = standing(scene, last).until if last else None
    if until is not None and until > scene.now:
        scene.work.due(lead.id, until, "cool-off ends")
    ready = verdict.ready and back.decision is Reentry.REENTER
    look_again(scene, lead, verdict, ready=ready or stage is Stage.READY)
    if ready == (stage is Stage.READY):
        return
    _decide(scene, lead, verdict, back.decision.value, ready=ready)


def _decide(scene: Scene, lead: View, verdict: Verdict, back: str, *, ready: bool) -> None:
    type_ = "ready" if ready else "unready"
    scene.decided(
        type_,
        lead.id,
        f"{type_}:{lead.id}:{lead.life.cycle}:{lead.state.rev}",
        verdict=verdict.explain(),
        engagement=str(lead.points),
        engagement_since=str(lead.since),
        reentry=back,
        definition=scene.company.definition,
    )
    if not ready and lead.state.assigned is not None:
        unassign(scene, lead.id, "no longer ready")


def unassign(scene: Scene, lead: str, why: str) -> None:
    """Take a hand-off back that the CRM has not acknowledged."""
    rev = scene.work.state(lead).rev
    scene.decided("unassigned", lead, f"unassigned:{lead}:{rev}", why=why)


def hand_out(scene: Scene) -> list[str]:
    """Give the leads in the waiting line to reps with room; return those that were given.

    Each of the others gets exactly one reason why it waits (R4.10).
    """
    rows = leads.waiting(scene.tx)
    if not rows:
        return []
    scene.work.load_leads(row.id for row in rows)
    scene.work.load_touches_of(row.id for row in rows)
    views = [view(scene, row.id) for row in rows]
    candidates = [
        _candidate(one) for one in views if not one.state.opted_out and not one.state.assigned
    ]
    given = []
    last = _last_given(scene)
    for result in allocate(candidates, _reps(scene), _open_work(scene), last):
        if isinstance(result, Assigned):
            _assign(scene, result.lead, result.rep)
            given.append(result.lead)
            last[result.rep] = scene.now
        elif scene.work.state(result.lead).waiting != result.reason:
            rev = scene.work.state(result.lead).rev
            key = f"waits:{result.lead}:{rev}:{result.reason}"
            scene.decided("waits", result.lead, key, reason=result.reason)
            scene.work.due(result.lead, scene.now, "waits")
    if given:
        cursors.put_meta(scene.tx, LAST_GIVEN, {rep: instant(at) for rep, at in last.items()})
    return given


LAST_GIVEN = "last_given"


def _last_given(scene: Scene) -> dict[str, datetime]:
    """When each rep was last given a lead: it only breaks ties, so it is kept beside the ledger."""
    kept = cursors.get_meta(scene.tx, LAST_GIVEN)
    return {rep: parse_instant(at) for rep, at in kept.items()} if isinstance(kept, dict) else {}


def _candidate(lead: View) -> Candidate:
    cycle = lead.life.current
    excluded = {one.rep for one in lead.state.returns if one.avoid and one.rep}
    raised = lead.hand_raise_at is not None and lead.hand_raise_at > cycle.opened
    return Candidate(
        lead=lead.id,
        queued_at=lead.state.queued_at or cycle.opened,
        engagement=lead.points,
        hand_raise=raised,
        exclude=frozenset(excluded),
        prefer=_prefer(lead),
    )


def _prefer(lead: View) -> str:
    last = lead.returned
    return last.rep if last and not last.avoid and last.klass == "returns" else ""


def _reps(scene: Scene) -> list[Rep]:
    """The reps who can be given leads: on, and with an active user in the CRM."""
    known = scene.reps.user_of
    return [rep for rep in scene.company.teams.reps if rep.on and ("sales", rep.id) in known]


def _open_work(scene: Scene) -> dict[str, int]:
    """Open leads by rep, those promised and not acknowledged yet among them (R4.1)."""
    counts = leads.open_counts_by_owner(scene.tx, [stage.value for stage in OPEN_WORK])
    promised = leads.assigned(scene.tx)
    scene.work.load_leads(row.id for row in promised)
    for row in promised:
        assigned = scene.work.state(row.id).assigned
        if assigned:
            counts[assigned["rep"]] = counts.get(assigned["rep"], 0) + 1
    return counts


def _assign(scene: Scene, lead: str, rep: str) -> None:
    """R4.12: one assignment a lead and cycle; the CRM's acknowledgement makes it a hand-off."""
    state, life = scene.work.state(lead), scene.work.lifecycle(lead)
    scene.decided(
        "assigned",
        lead,
        f"assigned:{lead}:{life.cycle}:{state.rev}",
        rep=rep,
        cycle=life.cycle,
        since=instant(scene.now),
        rev=state.rev,
        definition=scene.company.definition,
    )
    scene.work.due(lead, scene.now, "assigned")
