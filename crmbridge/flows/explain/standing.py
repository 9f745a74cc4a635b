"""The parts of an explanation that say how a lead stands: records, trips, returns, agreement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crmbridge.agreement import Agreement
from crmbridge.flows.recycle.run import standing
from crmbridge.flows.scene.lead_view import View
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import instant
from crmbridge.model.event import Event
from crmbridge.model.lifecycle import Cycle, Leg
from crmbridge.model.payload import TakenOver
from crmbridge.model.state import Return
from crmbridge.store.projection import RefEntry

WHO = ("first_name", "last_name", "title", "account", "email")


def who_told(look: View) -> dict[str, str]:
    """Return who this is, as far as anybody said; empty texts for the rest."""
    return {word: str(look.state.value(word) or "") for word in WHO}


def record_told(entry: RefEntry) -> dict[str, Any]:
    """Return one vendor record of the lead."""
    seen = entry.seen
    return {
        "record": str(entry.ref),
        "live": entry.live,
        "status": seen.status,
        "changed_at": instant(seen.changed_at) if seen.changed_at else "",
        "converted_to": seen.converted_to,
    }


def cycle_told(cycle: Cycle) -> dict[str, Any]:
    """Return one trip with its dates as they happened, and as reports count them (R1.9)."""
    return {
        "n": cycle.n,
        "opened": instant(cycle.opened),
        "kind": cycle.kind,
        "org": cycle.org,
        "milestones": {name: instant(at) for name, at in cycle.milestones.items()},
        "effective": {name: instant(at) for name, at in cycle.effective.items()},
        "outcome": cycle.outcome,
        "reason": cycle.reason,
        "closed": instant(cycle.closed) if cycle.closed else "",
        "deals": list(cycle.deals),
        "voided": instant(cycle.voided) if cycle.voided else "",
        "legs": [_leg_told(one) for one in cycle.legs],
    }


def _leg_told(leg: Leg) -> dict[str, Any]:
    """The part of a trip in which a team had the lead that another team had before."""
    return {
        "team": leg.team,
        "rep": leg.rep,
        "at": instant(leg.at),
        "kind": leg.kind,
        "milestones": {name: instant(at) for name, at in leg.milestones.items()},
        "outcome": leg.outcome,
        "reason": leg.reason,
        "closed": instant(leg.closed) if leg.closed else "",
    }


def passing_told(scene: Scene, look: View) -> dict[str, Any] | None:
    """Which teams a lead waits for that its team is done with; `None` for other leads."""
    told = look.state.passing
    if not look.passes_on:
        return None
    teams = [scene.company.teams.team(one) for one in told["to"]]
    return {
        "to": list(told["to"]),
        "names": [one.name or one.id for one in teams if one],
        "back": told["back"],
        "since": told["since"],
        "waiting": look.state.waiting,
    }


def taken_over_told(entries: Sequence[Event]) -> list[dict[str, Any]]:
    """Return what each record showed of the lead at the first look, the oldest first."""
    return [
        {
            "at": instant(event.at),
            "record": str(told.ref),
            "stage": told.stage,
            "outcome": told.outcome,
            "reason": told.reason,
        }
        for event in entries
        if isinstance(told := event.payload, TakenOver)
    ]


def return_told(scene: Scene, look: View, one: Return) -> dict[str, Any]:
    """Return one return: what was decided then, its row, and what that row means now.

    `stands` is false for one that a reopened deal took back, and for one whose reason sales
    replaced later.
    """
    row = scene.company.agreement.recycle.reasons.get(one.reason)
    now = standing(scene, one)
    return one.row() | {
        "row": row.model_dump(mode="json", by_alias=True) if row else None,
        "stands": any(one is other for other in look.returns),
        "max_loops": now.max_loops,
        "bar": now.bar,
        "contact": now.contact,
        "until_by_the_table_now": instant(now.until) if now.until else None,
    }


def agreement_told(scene: Scene, look: View) -> dict[str, Any]:
    """Return the version that judges, with hash and signatures, and that of the hand-off.

    `next_from` is when another version takes effect, empty when none waits.
    """
    company = scene.company
    versions, version = company.versions, company.agreement
    following = versions.next_start(scene.now)
    return {
        "now": company.definition,
        "of_the_hand_off": look.state.definition,
        **_version(scene, version),
        "handed_over_under": _handed_under(scene, look),
        "next_from": instant(following) if following else "",
    }


def _version(scene: Scene, version: Agreement) -> dict[str, Any]:
    versions = scene.company.versions
    hashed = versions.hashes[version.version]
    return {
        "version": version.version,
        "hash": hashed,
        "effective_from": version.effective_from.isoformat(),
        "status": versions.status(version, scene.now),
        "signed": [
            {"side": one.side, "name": one.name, "on": one.on.isoformat()}
            for one in version.signed
            if one.hash == hashed
        ],
    }


def _handed_under(scene: Scene, look: View) -> dict[str, Any] | None:
    """The version of the hand-off; `None` before one, and where its file is gone or changed."""
    number, _, start = look.state.definition.removeprefix("v").partition(":")
    version = scene.company.versions.numbered(int(number)) if number.isdigit() else None
    if version is None or not scene.company.versions.hashes[version.version].startswith(start):
        return None
    return _version(scene, version)
