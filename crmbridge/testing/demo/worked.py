"""What became of the leads that each caller and rep had, counted from the trips and their legs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

from crmbridge.company import Company
from crmbridge.flows.scene.lead_view import view
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.event import Event, looks, said
from crmbridge.model.lifecycle import Cycle
from crmbridge.model.lifecycle.stage import TOMBSTONES
from crmbridge.model.payload import Handed, HandedOn
from crmbridge.store import leads
from crmbridge.store.table import Tx

ON = "handed_on"
_GAVE_BACK = ("rejected", "returned")
_TAKEN_ON = frozenset({"accepted", "qualified", "opportunity"})


@dataclass(slots=True, kw_only=True)
class Desk:
    """The quarter of one who works leads: the times that they had one, by what became of each."""

    given: int = 0
    accepted: int = 0
    handed_on: int = 0
    """They were done with it, and the next team got it."""
    got_back: int = 0
    """The next team gave it back to them; not counted in `given`."""
    rejected: int = 0
    """Given back before they took it on."""
    silent: int = 0
    """Given back without a reason, before they took it on or after."""
    returned: int = 0
    """Given back after they took it on."""
    untouched: int = 0
    idle: int = 0
    lost: int = 0
    won: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The part of a trip in which one team has the lead: all of it, or a leg.

    `team` is empty for the team that had it first. `until` is when another team or marketing got
    it; `None` while it is not over.
    """

    team: str
    since: datetime
    until: datetime | None
    back: bool
    accepted: bool
    outcome: str
    reason: str


def desks(company: Company, tx: Tx, seen: list[Event]) -> dict[str, Desk]:
    """Count for everybody who had a lead, by our id of them; `seen` are the ledger's entries.

    A part of a trip is counted for who of the team had the lead last in it.
    """
    owners: dict[str, list[tuple[datetime, str]]] = {}
    for one in seen:
        for rep in _given(one):
            owners.setdefault(one.lead, []).append((one.at, rep))
    scene = Scene.open(company, tx)
    out: dict[str, Desk] = {}
    for lead in leads.ids(tx):
        mine = sorted(owners.get(lead, []), key=itemgetter(0))
        life = view(scene, lead).life if mine else None
        if life is None or life.stage in TOMBSTONES:
            continue
        for cycle in life.cycles:
            for part in parts(cycle):
                if rep := _whose(company, part, mine):
                    count(out.setdefault(rep, Desk()), part)
    return out


def _given(one: Event) -> Iterator[str]:
    """Who has the lead by an entry, if it says so."""
    reps = [told.rep for told in said([one], Handed)]
    reps += [told.rep for told in said([one], HandedOn)]
    reps += [told.owner for told in looks([one])]
    yield from filter(None, reps)


def parts(cycle: Cycle) -> Iterator[Part]:
    """The parts of a trip, one for each team that had the lead in turn; none before a hand-off."""
    since = cycle.milestones.get("handed")
    if since is None:
        return
    ends = [*(leg.at for leg in cycle.legs), cycle.closed]
    yield Part(
        team="",
        since=since,
        until=ends[0],
        back=False,
        accepted=bool(cycle.legs) or "accepted" in cycle.effective,
        outcome=ON if cycle.legs else cycle.outcome,
        reason="" if cycle.legs else cycle.reason,
    )
    for leg, until in zip(cycle.legs, ends[1:], strict=True):
        yield Part(
            team=leg.team,
            since=leg.at,
            until=until,
            back=leg.kind == "back",
            accepted=bool(_TAKEN_ON & set(leg.milestones)),
            outcome=leg.outcome or cycle.outcome,
            reason=leg.reason if leg.outcome else cycle.reason,
        )


def _whose(company: Company, part: Part, owners: list[tuple[datetime, str]]) -> str:
    """Who of the part's team had the lead last in it; empty where nobody is known."""
    mine = [
        (rep, team.id)
        for at, rep in owners
        if at >= part.since and (part.until is None or at < part.until or at == part.since)
        if (team := company.teams.team_of(rep)) is not None
    ]
    wanted = part.team or (mine[0][1] if mine else "")
    return next((rep for rep, of in reversed(mine) if of == wanted), "")


def count(desk: Desk, part: Part) -> None:
    """Count a part of a trip for who had the lead in it."""
    desk.given += not part.back
    desk.got_back += part.back
    desk.accepted += part.accepted and not part.back
    desk.handed_on += part.outcome == ON
    gave_back = part.outcome in _GAVE_BACK
    desk.rejected += gave_back and not part.accepted
    desk.returned += gave_back and part.accepted
    desk.silent += gave_back and part.reason == "missing_reason"
    desk.untouched += part.outcome == "stale_untouched"
    desk.idle += part.outcome == "stale_idle"
    desk.lost += part.outcome == "lost"
    desk.won += part.outcome == "won"
