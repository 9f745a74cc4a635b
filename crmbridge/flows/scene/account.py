"""A lead's account: the mark of its name, and the deals that sales has with it (R3.4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lead import Ref
from crmbridge.model.side import SALES
from crmbridge.model.state import LeadState
from crmbridge.policy.routing.account_mark import account_mark, lead_domain_mark
from crmbridge.store import firms, totals


@dataclass(frozen=True, slots=True)
class AccountDeals:
    """How many deals of a lead's accounts are open, and how many were won and stand."""

    open: int = 0
    won: int = 0
    firms: tuple[str, ...] = ()
    """The accounts, as refs in text."""


NO_DEALS = AccountDeals()


def account_of(scene: Scene, lead: LeadState) -> str:
    """Return the mark of a lead's account; empty for none.

    It is the account that has the lead's domain, where the ledger knows one; else that of its name.
    """
    domain = lead_domain_mark(lead.value)
    load_domains(scene, [domain])
    return scene.domains.get(domain, "") or _named(scene, lead)


def load_domains(scene: Scene, domains: Iterable[str]) -> None:
    """Look up in bulk which accounts have some domains; not at all where none are read."""
    missing = {one for one in domains if one and one not in scene.domains}
    if missing and any(
        spec.firm and spec.firm.domain for _, spec in scene.company.mapping.systems()
    ):
        scene.domains |= dict.fromkeys(missing, "") | firms.by_domain(scene.tx, missing)


def _named(scene: Scene, lead: LeadState) -> str:
    """The mark of the name of a lead's account; empty for none, and for the mapping's stand-in."""
    mark = account_mark(lead.value("account"))
    if not mark:
        return ""
    fields = (scene.company.field_of(side, "account") for side in scene.company.names)
    nothing = {account_mark(one.default) for one in fields if one and one.default}
    return "" if mark in nothing else mark


def load_account_deals(scene: Scene, leads: Iterable[str]) -> None:
    """Look up in bulk what deals there are with the accounts of some leads in hand.

    A lead's accounts are those that its records belong to now, and those that have the name of its
    account.
    """
    missing = [one for one in dict.fromkeys(leads) if one not in scene.accounts]
    if not missing:
        return
    states = {one: scene.work.state(one) for one in missing}
    load_domains(scene, (lead_domain_mark(state.value) for state in states.values()))
    marks = {one: account_of(scene, state) for one, state in states.items()}
    scene.work.load_refs_of(missing)
    people = {one: [str(entry.ref) for entry in scene.work.refs(one)] for one in missing}
    hand = scene.work.kept.belongings
    hand.load(ref for refs in people.values() for ref in refs)
    named = firms.by_mark(scene.tx, {mark for mark in marks.values() if mark})
    mine: dict[str, set[str]] = {}
    for one in missing:
        periods = (hand.newest(ref) for ref in people[one])
        mine[one] = {it.account for it in periods if it and it.until is None}
        mine[one].update(named.get(marks[one], ()))
    found = totals.deals_of_firms(scene.tx, {ref for refs in mine.values() for ref in refs})
    for one, refs in mine.items():
        counts = [found[ref] for ref in refs if ref in found]
        scene.accounts[one] = AccountDeals(
            sum(it.get("open", 0) for it in counts),
            sum(it.get("won", 0) for it in counts),
            tuple(sorted(refs)),
        )


def firm_owners(scene: Scene, lead: LeadState) -> list[str]:
    """Return whom sales names as owner of a lead's accounts, each once: our rep id or their user.

    First of those that its records belong to now, then of those that have the name of its account.
    Nobody where the mapping reads no owner of accounts.
    """
    people = [str(entry.ref) for entry in scene.work.refs(lead.id)]
    hand = scene.work.kept.belongings
    hand.load(people)
    periods = [hand.newest(ref) for ref in people]
    mine = [one.account for one in periods if one is not None and one.until is None]
    mark = account_of(scene, lead)
    mine += firms.by_mark(scene.tx, [mark]).get(mark, []) if mark else []
    found = firms.get_firms(scene.tx, mine)
    users = [found[one].owner for one in mine if one in found and found[one].live]
    sales = scene.company.mapping.on(SALES)
    theirs = [Ref.parse(user) for user in users if user.partition(":")[0] in sales]
    return [
        scene.reps.rep_of.get(str(user), f"{user.system}:{user.id}")
        for user in dict.fromkeys(theirs)
    ]


def firm_of(scene: Scene, lead: LeadState, system: str, obj: str) -> str:
    """Return the id of the account in a system of sales that a lead belongs to; empty for none.

    It has the lead's domain, or else the name of its account. Of several that have the domain it is
    the one with the name; where that leaves several, a person has to say which.
    """
    prefix = f"{system}:{obj}:"
    by_domain = _of(firms.having(scene.tx, lead_domain_mark(lead.value)), prefix)
    mark = _named(scene, lead)
    by_name = _of(firms.by_mark(scene.tx, [mark]).get(mark, []), prefix) if mark else []
    both = [one for one in by_domain if one in by_name]
    found = both if len(by_domain) > 1 else by_domain or by_name
    return found[0] if len(found) == 1 else ""


def _of(refs: Iterable[str], prefix: str) -> list[str]:
    return [one.removeprefix(prefix) for one in refs if one.startswith(prefix)]


def account_deals(scene: Scene, lead: str) -> AccountDeals:
    """Return what deals there are with a lead's accounts."""
    load_account_deals(scene, [lead])
    found = scene.accounts[lead]
    return found if isinstance(found, AccountDeals) else NO_DEALS
