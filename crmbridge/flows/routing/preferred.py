"""Whom a ready lead goes to before all others: its last rep, or who works its account (R4.6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from crmbridge.flows.recycle.run import standing
from crmbridge.flows.scene.account import account_of, load_account_deals
from crmbridge.flows.scene.lead_view import View
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lifecycle import Stage
from crmbridge.store.rows import AccountRow

AT_WORK = (Stage.OPPORTUNITY, Stage.QUALIFIED, Stage.ACCEPTED, Stage.HANDED)
"""Stages in which a rep works an account; who is furthest with it is its owner."""


def wanted(scene: Scene, lead: View) -> str:
    """Return our id of the rep whom a lead's own past names; empty for none.

    The rep of the last trip, where the row of its reason says *prefer*. Else, for who was never
    with sales, the owner of their own record in the CRM. Nobody waits for who is in no team.
    """
    last = lead.returned
    if last is None:
        named = lead.state.owner
    else:
        named = last.rep if standing(scene, last).rep == "prefer" else ""
    return named if scene.company.teams.rep(named) else ""


class Accounts:
    """Who owns some accounts now, read in one go."""

    def __init__(self, scene: Scene, marks: Iterable[str]) -> None:
        self._known = {rep.id for rep in scene.company.teams.reps}
        wanted = sorted({one for one in marks if one})
        scene.work.load_workers(wanted)
        self._found = {
            mark: [
                (AT_WORK.index(Stage(row.stage)), row.owner)
                for row in scene.work.workers(mark)
                if _counts(row)
            ]
            for mark in wanted
        }

    def owner(self, mark: str, avoided: frozenset[str] = frozenset()) -> str:
        """Return our id of the rep who owns an account; empty for none.

        Of several the one whose lead is furthest, then who has most of its leads, then by id.
        Who is to be avoided, or whom the teams file does not know, is none.
        """
        some = self._found.get(mark, ())
        theirs = [(far, rep) for far, rep in some if rep in self._known - avoided]
        many = Counter(rep for _, rep in theirs)
        return min(theirs, key=lambda one: (one[0], -many[one[1]], one[1]), default=(0, ""))[1]


def ask_ahead(scene: Scene, leads: Iterable[str]) -> None:
    """Read in one go who works the accounts of some leads in hand, and the accounts' deals."""
    some = list(leads)
    load_account_deals(scene, some)
    scene.work.load_workers(account_of(scene, scene.work.state(one)) for one in some)


def _counts(row: AccountRow) -> bool:
    return row.stage in AT_WORK


def account_owner(scene: Scene, lead: View) -> str:
    """Return our id of the rep who works a lead's account and may have it; empty for none."""
    avoided = frozenset(one.rep for one in lead.returns if one.avoid)
    mark = account_of(scene, lead.state)
    return Accounts(scene, [mark]).owner(mark, avoided)
