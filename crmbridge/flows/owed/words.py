"""A lead in the words that a mapping may send out."""

from __future__ import annotations

from crmbridge.agreement.stages import name_of
from crmbridge.flows.content.asked import rating_link
from crmbridge.flows.nurture.track import track_of
from crmbridge.flows.owed.consent import said_of
from crmbridge.flows.owed.credit import credit_words
from crmbridge.flows.owed.revenue import Won
from crmbridge.flows.recycle.run import contact_of, cool_off_of
from crmbridge.flows.scene.lead_view import View
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import parse_instant
from crmbridge.model.lifecycle import SIDES
from crmbridge.model.record import Value
from crmbridge.model.side import SALES
from crmbridge.net.messages import one_line

SCORES = ("engagement", "score_fit", "grade", "rating")
"""Scores as they were last decided to be told (`flows.qualify.scores_told`), never the live ones:
they fall with every second and would be written again and again."""

LONGEST = 255
"""Characters of a history: what a text field of most systems takes."""


def words(scene: Scene, view: View, won: Won) -> dict[str, Value]:
    """Everything that we have an opinion on; facts that we never learned are absent."""
    state, life = view.state, view.life
    current, last = life.current, view.returned
    part = state.part_in(life.stage)
    out: dict[str, Value] = {word: fact.value for word, fact in state.facts.items()}
    out.pop("opted_out", None)
    if (said := said_of(state)) is not None:
        out["opted_out"] = said
    out |= {word: state.score[word] for word in SCORES if word in state.score}
    rep = scene.company.teams.rep(state.assigned["rep"] if state.assigned else state.owner)
    out |= {
        "stage": life.furthest.value,
        "own_stage": name_of(scene.company.agreement.stages, life.stage, part),
        "own_stage_at": parse_instant(state.part["at"]) if part else None,
        "team": _team(scene, view) or None,
        "cycle": life.cycle,
        "reason": last.reason if last else None,
        "track": track_of(scene, view) or None,
        "contact": contact_of(scene, view) or None,
        "waiting": state.waiting or None,
        "definition": state.definition or None,
        "outcome": last.outcome if last else None,
        "loops": view.loops or None,
        "trips": _trips(scene, view) or None,
        "cool_off_until": cool_off_of(scene, view),
        "ready_at": current.milestones.get("ready"),
        "handed_at": current.milestones.get("handed"),
        "accepted_at": current.milestones.get("accepted"),
        "handed_on_at": current.milestones.get("handed_on"),
        "returned_at": last.at if last else None,
        "won_amount": won.value.amount if won.value else None,
        "won_currency": won.value.currency if won.value else None,
        "won_at": won.at,
        "won_deals": len(won.deals) or None,
        "won_apart": "; ".join(map(str, won.apart)) or None,
        "first_touch": state.first_touch or None,
        "last_touch": state.last_touch or None,
        "owner_name": _owner_name(scene, view) or None,
        "owner_email": (rep.email or None) if rep else None,
    }
    if scene.company.writes("rating_link"):
        out["rating_link"] = rating_link(scene, view) or None
    return out | credit_words(scene, view.id)


def _team(scene: Scene, view: View) -> str:
    """The name of the team of sales that has the lead; empty while none has it."""
    team = scene.company.teams.team_of(view.state.owner)
    return (team.name or team.id) if team and SIDES[view.life.stage] == SALES else ""


def _owner_name(scene: Scene, view: View) -> str:
    """The name of who has the lead, or of the queue that its record is in."""
    owner = view.state.assigned["rep"] if view.state.assigned else view.state.owner
    return scene.name_of(owner)


def _trips(scene: Scene, view: View) -> str:
    """What came of each trip to sales, the newest first, in one line of vendors' text fields."""
    ended = [one for one in reversed(view.life.cycles) if one.outcome and one.closed]
    told = []
    for one in ended:
        why = f", {one.reason}" if one.reason and one.reason != one.outcome else ""
        day = one.closed.astimezone(scene.company.zone).date() if one.closed else ""
        told.append(f"{day} {one.outcome}{why}")
    return one_line("; ".join(told).replace("_", " "), LONGEST)
