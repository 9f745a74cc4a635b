"""Why a lead stands where it stands: facts, criteria, returns, decisions and writes, as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from crmbridge.company import Company
from crmbridge.errors import CrmBridgeError
from crmbridge.flows.again import turns
from crmbridge.flows.explain_score import known_later, score_told
from crmbridge.flows.push import judge
from crmbridge.flows.recycle import may_return, standing
from crmbridge.flows.scene import Reps, Scene
from crmbridge.flows.view import View, view
from crmbridge.model.codec import encode, instant
from crmbridge.model.event import Event, Kind
from crmbridge.model.lifecycle import SIDES, Cycle, Stage
from crmbridge.model.state import Return
from crmbridge.policy.explain import WORDS
from crmbridge.policy.flip import distance, flip
from crmbridge.store import held, outbox
from crmbridge.store.projection import RefEntry, Workspace
from crmbridge.store.replay import past, story
from crmbridge.store.table import Tx

BOOKKEEPING = frozenset({"write", "scored"})
"""Decisions that the lists of writes and scores tell already."""


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
    read. Facts are personal data.

    Raises:
        CrmBridgeError: nothing was known of the lead at `as_of`.
    """
    entries = story(tx, lead, as_of)
    if not entries:
        when = f" at {instant(as_of)}" if as_of else ""
        raise CrmBridgeError(f"lead {lead} was not known{when}: choose a later instant")
    if as_of is None:
        scene = Scene.open(company, tx)
        return _told(scene, lead, entries, live=tx)
    with past(tx, lead, as_of) as then, company.moment(as_of):
        scene = Scene(
            company=company,
            tx=then,
            now=as_of,
            work=Workspace(then),
            reps=Reps.load(company, then),
        )
        told = _told(scene, lead, entries, live=None)
        if known_as_of is not None:
            look = view(scene, lead)
            told["score"]["later"] = known_later(company, tx, look, as_of, known_as_of)
        return told


def _told(scene: Scene, lead: str, entries: list[Event], live: Tx | None) -> dict[str, Any]:
    look = view(scene, lead)
    state, life = look.state, look.life
    return {
        "lead": lead,
        "as_of": instant(scene.now),
        "merged_into": state.merged_into,
        "stage": life.stage.value,
        "side": SIDES[life.stage],
        "cycle": life.cycle,
        "owner": state.owner,
        "opted_out": state.opted_out,
        "agreement": {"now": scene.company.definition, "of_the_hand_off": state.definition},
        "facts": _facts(look),
        "records": [_record(entry) for entry in scene.work.refs(lead)],
        "ready": _ready(scene, look),
        "score": score_told(look),
        "waiting": _waiting(look),
        "assigned": state.assigned,
        "cycles": [_cycle(one) for one in (*life.cycles, *life.voided)],
        "returns": [_returned(scene, one) for one in state.returns],
        "track": state.track,
        "touches": {
            "count": len(look.touches),
            "first": state.first_touch,
            "last": state.last_touch,
        },
        "decisions": [_decision(event) for event in entries if _decides(event)],
        "writes": _writes(entries, live),
        "held": _held(live, lead) if live else [],
    }


def _facts(look: View) -> list[dict[str, Any]]:
    return [
        {"fact": word, "value": encode(fact.value), "source": fact.by, "at": instant(fact.at)}
        for word, fact in sorted(look.state.facts.items())
    ]


def _record(entry: RefEntry) -> dict[str, Any]:
    seen = entry.seen
    return {
        "record": str(entry.ref),
        "live": entry.live,
        "status": seen.status,
        "changed_at": instant(seen.changed_at) if seen.changed_at else "",
        "converted_to": seen.converted_to,
    }


def _ready(scene: Scene, look: View) -> dict[str, Any]:
    verdict = judge(scene, look)
    back = may_return(scene, look, ready=verdict.ready)
    way = flip(verdict.tree, wanted=not verdict.ready)
    end = turns(scene, look, verdict) if verdict.ready else None
    return {
        "result": WORDS[verdict.result],
        "criteria": verdict.explain(),
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
    state = look.state
    if look.life.stage is not Stage.READY or state.assigned is not None:
        return None
    since = state.queued_at
    return {"reason": state.waiting, "since": instant(since) if since else ""}


def _cycle(cycle: Cycle) -> dict[str, Any]:
    return {
        "n": cycle.n,
        "opened": instant(cycle.opened),
        "kind": cycle.kind,
        "milestones": {name: instant(at) for name, at in cycle.milestones.items()},
        "effective": {name: instant(at) for name, at in cycle.effective.items()},
        "outcome": cycle.outcome,
        "reason": cycle.reason,
        "closed": instant(cycle.closed) if cycle.closed else "",
        "deals": list(cycle.deals),
        "voided": instant(cycle.voided) if cycle.voided else "",
    }


def _returned(scene: Scene, one: Return) -> dict[str, Any]:
    row = scene.company.agreement.recycle.reasons.get(one.reason)
    now = standing(scene, one)
    return one.row() | {
        "row": row.model_dump(mode="json", by_alias=True) if row else None,
        "until_by_the_table_now": instant(now.until) if now.until else None,
    }


def _decides(event: Event) -> bool:
    return event.kind is Kind.DECIDED and event.type not in BOOKKEEPING


def _decision(event: Event) -> dict[str, Any]:
    return {"at": instant(event.at), "type": event.type, **event.data}


def _writes(entries: Iterable[Event], live: Tx | None) -> list[dict[str, Any]]:
    """Each write with what was asked, and each answer to it in order."""
    made: dict[str, dict[str, Any]] = {}
    for event in entries:
        op = str(event.data.get("op", ""))
        if event.type == "write":
            made[op] = _write(event)
        elif op in made:
            made[op]["state"] = "sending" if event.type == "sent" else event.type
            made[op]["answers"].append(_answer(event))
    if live is not None:
        for ident, row in outbox.get(live, made).items():
            made[ident] |= {
                "state": row.state.value,
                "attempts": row.attempts,
                "priority": row.priority,
                "result": dict(row.result) if row.result else None,
            }
    return list(made.values())


def _write(event: Event) -> dict[str, Any]:
    data = event.data
    return {
        "op": data["op"],
        "at": instant(event.at),
        "system": data["system"],
        "object": data["obj"],
        "action": data["action"],
        "state": "intent",
        "changes": [
            {"field": name, "before": before, "after": after, "rule": rule}
            for name, (before, after, rule) in data["changes"].items()
        ],
        "answers": [],
    }


def _answer(event: Event) -> dict[str, Any]:
    names = ("ref", "created", "code", "message", "field", "why", "attempt")
    told = {name: event.data[name] for name in names if event.data.get(name)}
    return {"at": instant(event.at), "type": event.type, **told}


def _held(tx: Tx, lead: str) -> list[dict[str, Any]]:
    return [
        {
            "id": one.id,
            "kind": one.kind,
            "advice": one.advice,
            "count": one.count,
            "last_at": instant(one.last_at),
        }
        for one in held.find(tx, lead=lead)
    ]
