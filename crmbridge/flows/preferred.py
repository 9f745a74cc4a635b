"""Whom a ready lead goes to before all others: its last rep, or who works its account (R4.6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from crmbridge.company import SIDES
from crmbridge.flows.recycle import standing
from crmbridge.flows.scene import Scene
from crmbridge.flows.view import View
from crmbridge.model.lifecycle import Stage
from crmbridge.model.state import LeadState
from crmbridge.policy.operators import fold
from crmbridge.store import leads

AT_WORK = (Stage.OPPORTUNITY, Stage.QUALIFIED, Stage.ACCEPTED, Stage.HANDED)
"""Stages in which a rep works an account; who is furthest with it is its owner."""


class Accounts:
    """Which reps work which accounts now; the ledger is read at the first question only.

    An account is known by its name alone (the fact `account`): the mapping reads no account
    records, so nothing else says that two people have one employer. Of several reps of an account
    the one whose lead is furthest owns it, then who has most of its leads, then by id. What it
    costs follows the leads that are with sales.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        fields = (scene.company.field_of(side, "account") for side in SIDES)
        self._nothing = {fold(one.default) for one in fields if one and one.default}
        self._found: Mapping[str, list[tuple[int, str]]] | None = None

    def owner(self, lead: View) -> str:
        """Return our id of the rep who works this lead's account; empty for none.

        A rep who is to be avoided for this lead, or whom the teams file does not know, is none.
        """
        name = self._name(lead.state)
        if not name:
            return ""
        if self._found is None:
            self._found = self._read()
        avoided = {one.rep for one in lead.state.returns if one.avoid}
        theirs = [(far, rep) for far, rep in self._found.get(name, ()) if rep not in avoided]
        many = Counter(rep for _, rep in theirs)
        return min(theirs, key=lambda one: (one[0], -many[one[1]], one[1]), default=(0, ""))[1]

    def _read(self) -> Mapping[str, list[tuple[int, str]]]:
        work, teams = self._scene.work, self._scene.company.teams
        ids = leads.in_stages(self._scene.tx, [stage.value for stage in AT_WORK])
        work.load_leads(ids)
        found: dict[str, list[tuple[int, str]]] = {}
        for one in ids:
            state = work.state(one)
            name = self._name(state)
            if name and teams.rep(state.owner):
                far = AT_WORK.index(Stage(state.stage))
                found.setdefault(name, []).append((far, state.owner))
        return found

    def _name(self, state: LeadState) -> str:
        """The account's name as it is compared; empty for none, and for the mapping's stand-in."""
        name = state.value("account")
        folded = fold(name) if isinstance(name, str) else ""
        return "" if folded in self._nothing else folded


def preferred(scene: Scene, lead: View, accounts: Accounts) -> str:
    """Return our id of the rep whom a lead should go to if they are free; empty for anybody.

    The rep of the last trip, where the row of its reason says *prefer*. Else, for who was never
    with sales, the owner of their own record in the CRM. Else who works their account.
    """
    last = lead.returned
    if last and last.rep and standing(scene, last).rep == "prefer":
        return last.rep
    if last is None and scene.company.teams.rep(lead.state.owner):
        return lead.state.owner
    return accounts.owner(lead)
