"""An explanation whole, now or as it was known at an earlier instant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from crmbridge.company import Company
from crmbridge.errors import ConfigError, CrmBridgeError
from crmbridge.flows.explain.facts import Sources, facts_told, with_sources
from crmbridge.flows.explain.money import account_told, won_told
from crmbridge.flows.explain.nurture import nurture_told
from crmbridge.flows.explain.past import count_desks
from crmbridge.flows.explain.room import name_of, org_told, room_told
from crmbridge.flows.explain.score import known_later, score_told
from crmbridge.flows.explain.stages import own_stage_told
from crmbridge.flows.explain.standing import (
    agreement_told,
    cycle_told,
    passing_told,
    record_told,
    return_told,
    taken_over_told,
    who_told,
)
from crmbridge.flows.explain.writes import held_told, writes_told
from crmbridge.flows.qualify.look_again import turns
from crmbridge.flows.qualify.verdict import judge
from crmbridge.flows.recycle.run import may_return
from crmbridge.flows.scene.lead_view import View, view
from crmbridge.flows.scene.scene import Reps, Scene
from crmbridge.model.codec import in_words, instant
from crmbridge.model.event import Event, Kind, said
from crmbridge.model.lifecycle import SIDES
from crmbridge.model.payload import LeadMerged
from crmbridge.policy.definition.smallest_change import distance, flip
from crmbridge.policy.definition.tree import WORDS
from crmbridge.store.projection import Workspace
from crmbridge.store.replay import past, story
from crmbridge.store.table import Tx

BOOKKEEPING = frozenset({"write", "scored"})
"""Decisions that the lists of writes and scores tell already."""
STANDING = frozenset(
    {
        "ready",
        "unready",
        "queue_expired",
        "waits",
        "assigned",
        "unassigned",
        "hand_on_due",
        "hand_on_off",
        "stale",
        "routed",
        "reinstated",
    }
)
"""Decisions by which a lead stands where it stands."""


def explain(
    company: Company,
    tx: Tx,
    lead: str,
    as_of: datetime | None = None,
    known_as_of: datetime | None = None,
) -> dict[str, Any]:
    """Explain a lead as it stands, or as it was known at `as_of`, in JSON's types.

    `lead` is our id (see `find_lead`). It is judged by the version of the agreement that is in
    force at `as_of`; each decision names the agreement that it was taken under. `known_as_of`,
    later than `as_of`, adds the scores with what was only learned since (R2.12). `tx` is only
    read. Facts are personal data. docs/howto/read-an-explanation.md has the keys.

    Raises:
        CrmBridgeError: nothing was known of the lead at `as_of`.
        ConfigError: `known_as_of` without an earlier `as_of`.
    """
    if known_as_of is not None and (as_of is None or known_as_of < as_of):
        raise ConfigError(
            "--known-as-of says until when to use what was learned after --as-of: give --as-of "
            "too, and an earlier time there"
        )
    entries = story(tx, lead, as_of)
    if not entries:
        when = f" at {in_words(as_of, company.zone)}" if as_of else ""
        raise CrmBridgeError(f"lead {lead[:8]} was not known{when}: choose a later instant")
    family = list(dict.fromkeys([lead, *(one.lead for one in entries)]))
    if as_of is None:
        told = _told(Scene.open(company, tx), lead, entries, live=tx)
        return told | {"held": held_told(tx, family, None)}
    with past(tx, lead, as_of) as then, company.moment(as_of):
        look = view(_scene(company, then, as_of), lead)
        note = count_desks(tx, then, set(family), as_of) if look.waits else ""
        told = _told(_scene(company, then, as_of), lead, entries, live=None, note=note)
        if known_as_of is not None:
            told["score"]["later"] = known_later(company, tx, look, as_of, known_as_of)
    return told | {"held": held_told(tx, family, as_of)}


def _scene(company: Company, then: Tx, as_of: datetime) -> Scene:
    reps = Reps.load(company, then)
    return Scene(company=company, tx=then, now=as_of, work=Workspace(then), reps=reps)


def _told(
    scene: Scene, lead: str, entries: Sequence[Event], live: Tx | None, note: str = ""
) -> dict[str, Any]:
    look = view(scene, lead)
    state, life = look.state, look.life
    sources = Sources(scene, look, entries)
    decisions = [_decision(event) for event in entries if _decides(event)]
    return {
        "lead": lead,
        "who": who_told(look),
        "as_of": instant(scene.now),
        "past": live is None,
        "merged_into": state.merged_into,
        "merged_from": [one.loser for one in said(entries, LeadMerged)],
        "stage": life.stage.value,
        "own_stage": own_stage_told(scene, look, sources, entries),
        "side": SIDES[life.stage],
        "cycle": life.cycle,
        "motion": str(look.facts.get("motion") or ""),
        "expansion": scene.company.agreement.judging(look.facts)
        is not scene.company.agreement.definition,
        "owner": state.owner,
        "owner_name": name_of(scene, state.owner) if state.owner else "",
        "in_queue": scene.reps.queues.get(state.owner, ""),
        "opted_out": state.opted_out,
        "agreement": agreement_told(scene, look),
        "facts": facts_told(scene, look, sources),
        "records": [record_told(entry) for entry in scene.work.refs(lead)],
        "ready": _ready(scene, look, sources),
        "score": score_told(look),
        "capacity": room_told(scene, look, entries, note),
        "waiting": _waiting(look),
        "org": org_told(scene, look, entries),
        "assigned": state.assigned,
        "passing": passing_told(scene, look),
        "cycles": [cycle_told(one) for one in (*life.cycles, *life.voided)],
        "taken_over": taken_over_told(entries),
        "ignored": [{"at": instant(x.at), "type": x.type, "why": x.why} for x in life.ignored],
        "returns": [return_told(scene, look, one) for one in state.returns],
        "track": state.track,
        "nurture": nurture_told(scene, look),
        "touches": {
            "count": len(look.touches),
            "first": state.first_touch,
            "last": state.last_touch,
        },
        # deals are shared among many, and the past of one lead does not know of the others
        "won": won_told(scene, look) if live is not None else None,
        "account": account_told(scene, look) if live is not None else None,
        "decision": next((one for one in decisions[::-1] if one["type"] in STANDING), None),
        "decisions": decisions,
        "writes": writes_told(entries, live),
    }


def _ready(scene: Scene, look: View, sources: Sources) -> dict[str, Any]:
    verdict = judge(scene, look)
    back = may_return(scene, look, ready=verdict.ready)
    way = flip(verdict.tree, wanted=not verdict.ready)
    end = turns(scene, look, verdict) if verdict.ready else None
    return {
        "result": WORDS[verdict.result],
        "criteria": with_sources(verdict.explain(), sources),
        "may_go": back.decision.value,
        "via": back.via,
        "until": instant(end) if end else "",
        "distances": {
            leaf.id: str(gap) for leaf in verdict.leaves() if (gap := distance(leaf)) is not None
        },
        "flip": {
            "wanted": WORDS[not verdict.ready],
            "possible": way.possible,
            "cost": way.cost,
            "steps": [{"criterion": name, "do": what} for name, what in way.steps],
            "needs": {name: str(gap) for name, gap in way.needs.items()},
            "estimate": way.estimate,
        },
    }


def _waiting(look: View) -> dict[str, Any] | None:
    if not look.waits:
        return None
    since = look.state.queued_at
    return {"reason": look.state.waiting, "since": instant(since) if since else ""}


def _decides(event: Event) -> bool:
    return event.kind is Kind.DECIDED and event.type not in BOOKKEEPING


def _decision(event: Event) -> dict[str, Any]:
    return {"at": instant(event.at), "type": event.type, **event.content.json}
