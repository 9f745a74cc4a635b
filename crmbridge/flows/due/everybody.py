"""All leads looked at anew, in the background: after a backfill, or under another mapping or team.

What changes the rules, or was taken in without a word, concerns leads to whom nothing happens.
They are made due by and by, in order of their ids, so that news never waits behind them. How far
this has come is a row of the ledger: a restart goes on from there.
"""

from __future__ import annotations

from itertools import islice

from crmbridge.agreement import Rep, Team
from crmbridge.company import digest
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import instant
from crmbridge.store import anew, cursors, leads

LOOKED_BY = "looked_by"
"""Row of the ledger's facts: the hash of the mapping by which all leads were looked at."""
STAFFED_BY = "staffed_by"
"""Row of the ledger's facts: a hash of the reps by whom all leads were looked at."""
CHUNK = 500
"""Leads made due in one pass: as many as one transaction decides."""


def note_mapping(scene: Scene) -> bool:
    """Under another mapping than before, every record may lack something; whether it is another."""
    now = instant(scene.now)
    return anew.note(scene.tx, LOOKED_BY, scene.company.mapping_hash, "another mapping", now)


def note_teams(scene: Scene) -> None:
    """With other reps, or found by other signs, leads may have an owner whom we know now.

    Which team gets a lead next follows from the file too.
    """
    teams = scene.company.teams.teams
    staff = digest(
        [[team.id, [_found_by(rep) for rep in team.reps], *_next(team)] for team in teams]
    )
    anew.note(scene.tx, STAFFED_BY, staff, "other reps", instant(scene.now))


def _next(team: Team) -> list[object]:
    """Who gets a team's leads next; nothing where nobody does."""
    on = team.hands_on
    return [[list(on.to), on.when]] if on is not None else []


def _found_by(rep: Rep) -> list[object]:
    """What a rep is found by in the CRM; the address alone where that is all."""
    more = [one for one in (rep.user, rep.queue, rep.assignment_rules, rep.system) if one]
    return [rep.id, rep.email, *more]


def step(scene: Scene) -> bool:
    """Make the next leads due; return whether more are to come."""
    known = anew.under_way(scene.tx)
    if not known:
        return False
    some = list(islice(leads.ids(scene.tx, str(known["after"])), CHUNK))
    cursors.mark(scene.tx, ((one, scene.now, known["why"]) for one in some))
    if len(some) < CHUNK:
        anew.end(scene.tx)
        return False
    anew.move(scene.tx, known, some)
    return True
