"""Deals and the people whom only weak evidence puts on them: who is moved by it, and who is not.

Belonging to the account, or having answered a campaign, says less than a role. So it is looked at
once everything is read: a role that comes in with the same look has spoken by then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sized
from contextlib import contextmanager

from crmbridge.company import Company
from crmbridge.flows.read.observe.on_deals import (
    catch_up,
    is_weak,
    leads_on,
    leave,
    load_on,
    on_deal,
    qualify_converted,
    withdraw,
)
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.deal import DealState
from crmbridge.model.evidence import WEAK, Evidence
from crmbridge.model.lifecycle import OPEN_WORK
from crmbridge.store import totals
from crmbridge.store.rows import DealRow, PartRow

BATCH = 1000
"""Deals looked at in one transaction, at most."""
PEOPLE = 50_000
"""People on all of them together, at most; one deal with more is looked at alone."""


def settle_deals(company: Company, *, silent: bool = False) -> int:
    """Move the people of all deals that are to be looked at; return how many deals there were.

    `silent` makes no lead due.
    """
    with company.ledger.read() as tx:
        if not totals.is_any_due(tx):  # most looks find nothing, and write nothing
            return 0
    done = 0
    while True:
        with company.ledger.write("pull") as tx:
            deals = totals.take_due(tx, BATCH)
            left: list[str] = []
            if deals:
                scene = Scene.open(company, tx)
                left = _settle(scene, deals)
                if silent:
                    scene.work.forget_due()
                scene.work.flush()
                totals.deals_due(tx, left)
        done += len(deals) - len(left)
        if len(deals) < BATCH and not left:
            return done


def _few(held: Mapping[str, Sized]) -> int:
    """How many deals, in their order, to look at in one transaction: by the people on them."""
    people = 0
    for place, found in enumerate(held.values()):
        people += len(found)
        if people > PEOPLE and place:
            return place
    return len(held)


def _settle(scene: Scene, deals: list[str]) -> list[str]:
    """Move the people of some deals; return those of the deals that are left to the next batch."""
    load_on(scene, deals)
    parts = totals.parts_of(scene.tx, deals)
    held = scene.work.holders(deals)
    many = _few(held)
    deals, left = deals[:many], deals[many:]
    held = {one: held[one] for one in deals}
    scene.work.load_leads(lead for found in held.values() for lead in found)
    scene.work.load_leads(row.lead for rows in parts.values() for row in rows)
    for ident in deals:
        row = scene.work.deals.get(ident)
        if row is None:
            qualify_converted(scene, ident)
            continue
        weak = {lead: kind for lead, kind in held[ident].items() if kind in WEAK}
        for lead, kind in weak.items():
            _join(scene, lead, row, kind)
        _let_go(scene, row, parts.get(ident, ()), held[ident].keys())
    return left


def _join(scene: Scene, lead: str, deal: DealRow, kind: Evidence) -> None:
    """A win makes a customer of whoever shares it; an open deal moves those whom sales works."""
    known = on_deal(scene, lead, deal.id)
    mine = known.state or deal.state == DealState.WON
    if mine or (deal.state == DealState.OPEN and scene.work.lifecycle(lead).stage in OPEN_WORK):
        with _due_if_moved(scene, lead):
            catch_up(scene, lead, deal, kind)


def _let_go(scene: Scene, deal: DealRow, parts: Iterable[PartRow], held: Iterable[str]) -> None:
    """Take off the deal whom nothing puts on it any more; weak evidence leaves no trace."""
    on = {*held, *(leads_on(scene, deal.id) if not deal.outside else ())}
    for lead in (row.lead for row in parts if row.listed and row.lead not in on):
        with _due_if_moved(scene, lead):
            if deal.outside or is_weak(scene, lead, deal.id):
                withdraw(scene, lead, deal)
            elif deal.state != DealState.DELETED:
                leave(scene, lead, deal)


@contextmanager
def _due_if_moved(scene: Scene, lead: str) -> Iterator[None]:
    """Make a lead due that took a step inside."""
    before = len(scene.work.pending)
    yield
    if len(scene.work.pending) > before:
        scene.work.due(lead, scene.now, "deal")
