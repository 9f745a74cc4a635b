"""A rep's own desk, as they see and switch it themselves: what they hold, and how much comes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from crmbridge.agreement import Rep
from crmbridge.agreement.stages import name_of
from crmbridge.company import Company
from crmbridge.errors import CrmBridgeError
from crmbridge.flows.alert.sla import ANSWER, FIRST_TOUCH, clocks
from crmbridge.flows.owed.brief import Brief, brief
from crmbridge.flows.reps.hand_on import HELD, names_of
from crmbridge.flows.reps.pause import Pause, holds, pause, resume
from crmbridge.flows.reps.presence import desks
from crmbridge.flows.reps.rotation import Turns, day_of
from crmbridge.flows.reps.takers import next_teams
from crmbridge.flows.routing.assign import fetch, fetchable
from crmbridge.flows.routing.what_if import state_of
from crmbridge.flows.scene.lead_view import View, view
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import parse_instant
from crmbridge.policy.routing.rep import Desk
from crmbridge.policy.sla.clocks import Status
from crmbridge.store import held, leads
from crmbridge.store.table import Tx

MOST = 50
"""Leads that are shown; nobody works more at once."""
NEXT = {
    FIRST_TOUCH: "Call or write to them",
    ANSWER: "Accept it, or give it back with a reason",
    "ready": "Wait for it in the CRM",
    "handed": "Accept it, or give it back with a reason",
    "accepted": "Qualify it, or give it back with a reason",
    "qualified": "Open a deal, or give it back with a reason",
    "opportunity": "Win the deal",
}
"""What a rep does next, by the clock that runs or the stage."""
OWN = "own page"
"""How an act of a rep's own stands in the history, after their id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLead:
    """A lead that a rep has: what to do next, until when, and what to know. Personal data.

    `due` is the nearest clock that runs or ran out, `late` whether it did; `new` says that the CRM
    has not taken the lead yet. `waits_for` names the team that it waits for, empty while it is
    this rep's to work, `waits_since` since when, and `told` says that it waits too long, so that
    whoever operates was told.
    """

    lead: str
    stage: str
    brief: Brief
    since: datetime | None
    todo: str = ""
    due: datetime | None = None
    late: bool = False
    new: bool = False
    waits_for: str = ""
    waits_since: datetime | None = None
    told: bool = False

    def __repr__(self) -> str:
        return f"OwnLead({self.lead[:8]}, {self.stage})"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDesk:
    """How a rep stands; `why_no_more` and `why_no_pause` say what keeps them, empty for nothing.

    `waiting` is how many leads stand in their team's line, `may_fetch` how many of those they would
    get if they asked now; both are 0 where `why_no_more` says something. `pause` is `None` while
    they take leads.
    """

    rep: Rep
    team: str
    state: str
    open: int
    limit: int
    today: int
    per_day: int | None
    leads: tuple[OwnLead, ...]
    waiting: int
    may_fetch: int
    why_no_more: str
    pause: Pause | None
    why_no_pause: str
    why_no_resume: str


def own_desk(company: Company, tx: Tx, rep: Rep) -> OwnDesk:
    """Look at a rep's desk; `tx` is only read. The rep is a person of teams.toml."""
    scene = Scene.open(company, tx)
    turns = Turns.load(scene)
    shape = company.teams.team_of(rep.id)
    team = next(one for one in desks(scene, company.teams, turns) if shape and one.id == shape.id)
    desk = next(one for one in team.desks if one.id == rep.id)
    off = holds(company, tx, rep.id, scene.now)
    done = turns.of(rep.id).pulled.get(day_of(scene, rep.id, scene.now).isoformat(), 0)
    left = max(0, rep.pull.per_day - done)
    why_no_more = _why_no_more(rep, desk, left)
    more = None if why_no_more else fetchable(scene, rep.id, left)
    return OwnDesk(
        rep=rep,
        team=shape.name or shape.id if shape else "",
        state="paused" if off else state_of(desk),
        open=desk.open,
        limit=desk.open_limit,
        today=desk.today,
        per_day=desk.per_day,
        leads=tuple(_leads(scene, rep)),
        waiting=len(more.line) if more else 0,
        may_fetch=len(more.best) if more else 0,
        why_no_more=why_no_more,
        pause=off,
        why_no_pause=_why_no_pause(rep),
        why_no_resume=_why_no_resume(rep, off),
    )


def _why_no_more(rep: Rep, desk: Desk, left: int) -> str:
    if not desk.on:
        return "You take no leads now, so you cannot ask for more."
    if not rep.pull.per_day:
        return "Your manager lets nobody in your place ask for more."
    if not left:
        return f"You had the {rep.pull.per_day} that you may ask for today. Tomorrow you may again."
    if not desk.room:
        return f"You hold {desk.open} of {desk.open_limit} leads. Accept or give back some first."
    return ""


def _why_no_pause(rep: Rep) -> str:
    if rep.own_pause_days:
        return ""
    return "Your manager keeps pauses for themselves. Ask them."


def _why_no_resume(rep: Rep, off: Pause | None) -> str:
    if off is None or off.by == own_word(rep.id):
        return ""
    who = "Your whole team was" if off.what.startswith("team:") else "You were"
    return f"{who} paused by {off.by}. Ask them to end it."


def _leads(scene: Scene, rep: Rep) -> Iterator[OwnLead]:
    promised = [row.id for row in leads.assigned(scene.tx)]
    scene.work.load_leads(promised)
    mine = [one for one in promised if (scene.work.state(one).assigned or {}).get("rep") == rep.id]
    owned = leads.open_work_of(scene.tx, [rep.id])[:MOST]
    scene.work.load_leads(owned)
    found = [_own(scene, view(scene, one), new=one in mine) for one in (*mine, *owned)]
    late = datetime.max.replace(tzinfo=scene.now.tzinfo)
    yield from sorted(found, key=lambda one: (not one.late, one.due or late, one.lead))


def _own(scene: Scene, look: View, *, new: bool) -> OwnLead:
    running = [one for one in clocks(scene, look) if not one.stopped]
    first = min(running, key=lambda one: one.reading.due, default=None)
    stages, core = scene.company.agreement.stages, look.life.stage.value
    passes = look.passes_on and not new
    return OwnLead(
        lead=look.id,
        stage=name_of(stages, core, look.state.part_in(core)),
        brief=brief(scene, look),
        since=look.life.current.in_hand.get("handed"),
        todo="" if passes else _todo("ready" if new else first.name if first else core),
        due=first.reading.due if first else None,
        late=bool(first and first.reading.status is Status.BREACHED),
        new=new,
        waits_for=_waits_for(scene, look) if passes else "",
        waits_since=parse_instant(look.state.passing["since"]) if passes else None,
        told=passes and bool(held.find(scene.tx, kind=HELD, lead=look.id)),
    )


def _waits_for(scene: Scene, look: View) -> str:
    """The teams that may get a lead next; of those the file names where none of them takes it."""
    teams = scene.company.teams
    return names_of(teams, next_teams(teams, look) or look.state.passing["to"])


def _todo(what: str) -> str:
    """What is to be done next, by the clock that runs, else by the stage."""
    return NEXT.get(what, "")


def own_word(rep: str) -> str:
    """How an act of a rep's own, by their id, stands in the history."""
    return f"{rep} ({OWN})"


def pause_own(company: Company, rep: Rep, days: int, why: str) -> Pause:
    """Let a rep take no leads for some days from now, by their own word.

    Raises:
        CrmBridgeError: teams.toml does not let them, or not for so long, no reason is given, or
            they are paused already.
    """
    if refused := _why_no_pause(rep):
        raise CrmBridgeError(refused)
    if not 1 <= days <= rep.own_pause_days:
        raise CrmBridgeError(
            f"You may pause for 1 to {rep.own_pause_days} days. For longer, ask your manager."
        )
    if not why.strip():
        raise CrmBridgeError("Say why in a few words: your manager sees it.")
    until = company.now() + timedelta(days=days)
    said = " ".join(why.split())[:200]
    what = pause(company, rep.id, own_word(rep.id), until, said, over=False)
    return Pause(what=what, at=company.now(), by=own_word(rep.id), until=until, why=why)


def resume_own(company: Company, rep: Rep) -> None:
    """End a rep's own pause.

    Raises:
        CrmBridgeError: they are not paused, or somebody else paused them.
    """
    with company.ledger.read() as tx:
        off = holds(company, tx, rep.id, company.now())
    if refused := _why_no_resume(rep, off):
        raise CrmBridgeError(refused)
    resume(company, rep.id, own_word(rep.id))


def more_of_own(company: Company, rep: Rep, wanted: int) -> int:
    """Give a rep the best leads of their team's line that they may have; return how many.

    Raises:
        CrmBridgeError: why they get none.
    """
    with company.ledger.write("pull") as tx:
        scene = Scene.open(company, tx)
        got = fetch(scene, rep.id, wanted)
        scene.work.flush()
    return len(got)
