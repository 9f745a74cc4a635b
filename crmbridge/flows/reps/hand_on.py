"""Teams in a row: which leads a team of sales is done with, and which team gets them next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from crmbridge.agreement import Team, Teams
from crmbridge.agreement.recycle import MISSING_REASON
from crmbridge.flows.reps.overdue import HELD as BREACHED
from crmbridge.flows.reps.overdue import settle
from crmbridge.flows.reps.rotation import refund
from crmbridge.flows.reps.takers import next_teams
from crmbridge.flows.reps.unassign import unassign
from crmbridge.flows.scene.lead_view import View, view
from crmbridge.flows.scene.scene import Notice, Scene
from crmbridge.model.codec import instant, parse_instant
from crmbridge.model.lifecycle import TAKEN_ON, Leg, Stage
from crmbridge.model.payload import (
    HandedOn,
    HandOnDue,
    HandOnOff,
    Returned,
)
from crmbridge.policy.routing.remedy import REASONS, remedy
from crmbridge.store import held

HELD = "hand_on_waits"
"""Kind of held work: nobody of the next team has had room for too long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOn:
    """To which teams a lead goes next, and whom there it should go to; `giver` is who has it."""

    to: tuple[str, ...]
    back: bool = False
    reason: str = ""
    rep: str = ""
    giver: str = ""

    def is_told(self, told: dict[str, Any]) -> bool:
        """Whether it is what the lead's state says already."""
        said = (tuple(told["to"]), told["back"], told["rep"], told["giver"])
        return said == (self.to, self.back, self.rep, self.giver)


def line_on(scene: Scene, look: View) -> bool:
    """Put a lead into the line of the team that gets it next, or out of it; whether it is news."""
    wanted, stands = hand_on(scene, look), look.passes_on
    if wanted is None:
        return _ended(scene, look) if look.life.current.goes_back else _off(scene, look)
    if stands and wanted.is_told(look.state.passing):
        return _watch(scene, look, wanted)
    life = look.life
    leg = len(life.current.legs)
    if look.state.assigned is not None and stands:
        unassign(scene, look.id, "the lead goes to another team")
    told = HandOnDue(
        to=wanted.to,
        cycle=life.cycle,
        leg=leg,
        back=wanted.back,
        reason=wanted.reason,
        rep=wanted.rep,
        giver=wanted.giver,
    )
    scene.decided(told, look.id, f"hand_on_due:{look.id}:{life.cycle}:{leg}:{look.state.rev}")
    if wanted.back and not stands:
        _tell_of_return(scene, look)
    return True


def _ended(scene: Scene, look: View) -> bool:
    """Nobody can get back what a team gave back: its reason ends the trip."""
    leg = look.life.current.goes_back
    if leg is None or look.life.stage not in TAKEN_ON:
        return False
    _off(scene, look)
    told = Returned(reason=leg.reason, out=False, text="")
    scene.decided(told, look.id, f"not_back:{look.id}:{look.life.cycle}:{_when(leg)}")
    return True


def _off(scene: Scene, look: View) -> bool:
    """The lead waits for no next team any more; whether it did."""
    if (look.state.assigned or {}).get("on"):
        unassign(scene, look.id, "it is to be handed on no more")
    if not look.passes_on:
        return False
    told = HandOnOff(why="its team is not done with it any more")
    scene.decided(told, look.id, f"hand_on_off:{look.id}:{look.state.rev}")
    held.end(scene.tx, look.id, [HELD], scene.now)
    return True


def hand_on(scene: Scene, look: View) -> HandOn | None:
    """Which team gets a lead next that sales has; `None` where the one that has it goes on."""
    state, life = look.state, look.life
    if life.stage not in TAKEN_ON or state.opted_out:
        return None
    if (leg := life.current.goes_back) is not None:
        return _back(scene, look, leg)
    team = team_in_hand(scene, look)
    if team is None or team.hands_on is None:
        return None
    if team.hands_on.when == "qualified" and life.stage is not Stage.QUALIFIED:
        return None
    return HandOn(to=team.hands_on.to, giver=state.owner)


def team_in_hand(scene: Scene, look: View) -> Team | None:
    """The team that has a lead: its owner's, else the one that was given it.

    Whoever takes a lead out of a team's queue works for that team, though teams.toml does not
    name them.
    """
    teams, owner = scene.company.teams, look.state.owner
    if teams.rep(owner) is not None:
        return teams.team_of(owner)
    return teams.team(str(look.state.handover.get("team") or ""))


def _back(scene: Scene, look: View, leg: Leg) -> HandOn | None:
    """To the team before, and its rep who had the lead; `None` where the file has no such team."""
    team, rep = (*holder_before(look), "", "")[:2]
    teams = scene.company.teams
    if teams.team(team) is None:
        handing = (one.id for one in teams.teams if one.hands_on and leg.team in one.hands_on.to)
        team, rep = next(handing, ""), ""
    if not team:
        return None
    return HandOn(to=(team,), back=True, reason=leg.reason, rep=rep, giver=look.state.owner)


def holder_before(look: View) -> tuple[str, ...]:
    """The team and rep who handed a lead on to the team that has it; empty for none."""
    before = look.state.handover.get("before", ())
    return tuple(before[-1]) if before else ()


def handed_on(
    scene: Scene, lead: str, team: str, rep: str, giver: str, on: str, kind: str = "pushed"
) -> HandedOn:
    """What is told of a lead that another team has now: `on` it was handed, or given `back`."""
    look = view(scene, lead)
    back = on == "back"
    giving = scene.company.teams.team_of(giver) or team_in_hand(scene, look)
    owner = look.state.owner
    same = giving is not None and any(one.id == owner for one in giving.reps)
    mine = (giving.id if giving else "", owner if same else giver)
    before = stack_after(look, back, mine)
    return HandedOn(kind="back" if back else kind, team=team, rep=rep, before=before)


def stack_after(look: View, back: bool, of: tuple[str, str]) -> tuple[tuple[str, ...], ...]:
    """The teams that may get a lead back once it was handed on; `of` is the team that has it.

    A lead that was given back is the one's before, whoever's record still shows it.
    """
    before = tuple(tuple(one) for one in look.state.handover.get("before", ()))
    given_back = look.life.current.goes_back is not None
    if back:
        return before[:-1]
    return before if given_back else (*before, of)


def avoided(scene: Scene, look: View) -> frozenset[str]:
    """Reps who had the lead in this cycle and gave it back for a reason that says to avoid them."""
    rows = scene.company.agreement.recycle.reasons
    return frozenset(
        leg.rep
        for leg in look.life.current.legs
        if leg.rep and leg.reason in rows and rows[leg.reason].rep == "avoid"
    )


def _watch(scene: Scene, look: View, wanted: HandOn) -> bool:
    """Show a person a lead that nobody of the next team has had room for, for too long."""
    since = parse_instant(look.state.passing["since"])
    late = since + _longest(scene.company.teams, wanted.to)
    if scene.now < late:
        scene.work.due(look.id, late, "waits to be handed on")
        return False
    scene.hold(
        HELD,
        look.id,
        f"{look.life.cycle}:{len(look.life.current.legs)}",
        _advice(scene, look, wanted),
        teams=list(wanted.to),
        rep=wanted.giver,
    )
    return False


def _advice(scene: Scene, look: View, wanted: HandOn) -> str:
    """Why the lead waits, and what frees it: the words of the line (`remedy`).

    Of several teams that may get it each is named with what frees it there, where that differs.
    """
    teams, scores, why = scene.company.teams, look.scores, look.state.waiting
    mine = next_teams(teams, look)
    because = f": {REASONS[why]}" if why in REASONS else ""
    acts = [
        (one, remedy(why, teams.team(one), scores.in_line, scores.rating, on=True)) for one in mine
    ]
    same = {act for _, act in acts} or {remedy(why, None, "", "")}
    act = same.pop() if len(same) == 1 else _each(teams, acts)
    return (
        f"This lead has waited for {names_of(teams, mine or wanted.to)} longer than a lead may "
        f"wait there{because}. {act} Until then it stays with the rep who has it."
    )


def _each(teams: Teams, acts: Iterable[tuple[str, str]]) -> str:
    return " ".join(f"For {teams.called(team)}: {act[:1].lower()}{act[1:]}" for team, act in acts)


def names_of(teams: Teams, to: Sequence[str]) -> str:
    """Teams as people call them: one of them gets the lead."""
    names = [teams.called(one) for one in to]
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _longest(teams: Teams, to: Iterable[str]) -> timedelta:
    found: list[Team] = [one for one in (teams.team(ident) for ident in to) if one is not None]
    return timedelta(days=max((one.max_wait_days for one in found), default=14))


def _tell_of_return(scene: Scene, look: View) -> None:
    """The rep has the turn back where the row says so; the manager hears of a missing reason."""
    leg = look.life.current.goes_back
    if leg is None:
        return
    row = scene.company.agreement.recycle.reasons.get(leg.reason)
    if row is not None and row.refund_fairness and leg.kind == "pushed":
        refund(scene, look.id, leg.rep, leg.reason, f"{look.life.cycle}:{_when(leg)}")
    if leg.reason == MISSING_REASON:
        key = f"missing_reason:{look.id}:{look.life.cycle}:{_when(leg)}"
        whose = scene.company.teams.called(leg.rep or leg.team) or "sales"
        notice = Notice(
            lead=look.id,
            key=key,
            rep=leg.rep,
            subject="Given back without a reason",
            text=f"{whose} gave this lead back without a reason; it goes to the team before.",
        )
        scene.notices.append(notice)


def _when(leg: Leg) -> str:
    return instant(leg.closed) if leg.closed else ""


def settle_clocks(scene: Scene, lead: str) -> None:
    """Another team has the lead: what was overdue of the team before waits for nobody any more."""
    settle(scene, lead)
    held.end(scene.tx, lead, [BREACHED, HELD], scene.now)
