"""Due leads to decisions: taken back, routed, lined up, handed out; and the writes then owed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from crmbridge.company import Company
from crmbridge.flows.alert.bundle import any_waits, bundles
from crmbridge.flows.alert.signals import signal_ops, signals
from crmbridge.flows.alert.sla import alarm_ops, watch
from crmbridge.flows.due.clock_set_back import note_clock
from crmbridge.flows.due.everybody import note_mapping, note_teams, step
from crmbridge.flows.due.owner_known import name_owner
from crmbridge.flows.fit.causes import forget
from crmbridge.flows.fit.look import offer_again
from crmbridge.flows.held import left_behind
from crmbridge.flows.held.ends import over, words_known
from crmbridge.flows.nurture.tend import tend
from crmbridge.flows.owed.consent import ask_by_hand
from crmbridge.flows.owed.credit import load_credit
from crmbridge.flows.owed.deals import deal_ops, note_deals
from crmbridge.flows.owed.ops import ONE_A_CYCLE, as_ops, instead_of
from crmbridge.flows.owed.rates import hold_rates
from crmbridge.flows.owed.revenue import credit, has_won, load_won
from crmbridge.flows.owed.unwanted import withdraw
from crmbridge.flows.owed.write import Write
from crmbridge.flows.owed.writes import owed
from crmbridge.flows.qualify.scores_told import keep_score
from crmbridge.flows.qualify.verdict import line_up, unassign
from crmbridge.flows.read.observe.identity import follow
from crmbridge.flows.read.observe.weigh_anew import weigh_anew
from crmbridge.flows.recycle.nobody import give_up
from crmbridge.flows.recycle.repair import notice
from crmbridge.flows.recycle.returned import load_unexplained
from crmbridge.flows.recycle.run import route, take_back
from crmbridge.flows.reps.hand_on import line_on
from crmbridge.flows.revenue.post import post_books
from crmbridge.flows.routing.assign import hand_out
from crmbridge.flows.routing.preferred import ask_ahead
from crmbridge.flows.routing.queue import refresh
from crmbridge.flows.scene.agreement_in_force import note_in_force
from crmbridge.flows.scene.lead_view import View, view
from crmbridge.flows.scene.scene import Scene
from crmbridge.flows.scene.sharing_in_force import note_sharing
from crmbridge.flows.stages.enter import enter_stage
from crmbridge.model.lifecycle import Stage
from crmbridge.model.payload import WriteOwed, changes_of
from crmbridge.model.side import SALES
from crmbridge.store import cursors, held, outbox
from crmbridge.store.outbox import Op, lead_of
from crmbridge.store.projection import unborn
from crmbridge.store.table import Tx

BATCH = 500
"""Leads decided in one transaction: bounds how long other writers wait."""
TOMBS = frozenset({Stage.MERGED, Stage.ERASED})
Writing = Callable[[str], AbstractContextManager[Tx]]
"""Opens a transaction, as `Ledger.write` does; `point` names its commit."""


@dataclass(slots=True, kw_only=True)
class Decided:
    """What a decision pass did: leads looked at, leads given to reps, writes recorded.

    `more` says that further leads are to be looked at anew, by and by.
    """

    looked: int = 0
    given: int = 0
    more: bool = False
    ops: list[Op] = field(default_factory=list)

    def add(self, other: Decided) -> None:
        """Add another batch."""
        self.looked += other.looked
        self.given += other.given
        self.ops += other.ops


def decide(company: Company, *, only: str = "", whole: bool = False) -> Decided:
    """Decide for every lead that is due, then hand out what waits; commits batch by batch.

    `only` restricts it to one lead (by our id), due or not; the spigot still serves the whole
    line in order. Of leads that are to be looked at anew, some are taken each time, or `whole`.
    """
    with company.ledger.write("decide") as tx:
        scene = Scene.open(company, tx)
        note_clock(scene)
        note_rules(scene)
        note_deals(scene)
        if only:
            cursors.mark(tx, [(only, scene.now, "asked")])
    owed_of_deals = _Deals()
    if not only:
        post_books(company, then=owed_of_deals.tell)
    done = _decide(company, company.ledger.write, only=only, whole=whole)
    done.ops += _hours_over(company)
    return owed_of_deals.added_to(done)


def _hours_over(company: Company) -> list[Op]:
    """Tell people together what waited for the end of its hour."""
    with company.ledger.read() as tx:
        if not any_waits(tx, company.now()):
            return []
    with company.ledger.write("decide") as tx:
        scene = Scene.open(company, tx)
        return record(scene, bundles(scene))


def decide_in(company: Company, tx: Tx) -> Decided:
    """Decide for all that is due, and hand out, within a transaction that somebody else ends.

    A plan and its apply are this one piece of work at one instant: the first keeps nothing of it,
    the second all or nothing. The instant may lie back, so it is no news of the clock.
    """
    scene = Scene.open(company, tx)
    note_rules(scene)
    note_deals(scene)
    owed_of_deals = _Deals()
    post_books(company, lambda _: nullcontext(tx), owed_of_deals.tell)
    return owed_of_deals.added_to(_decide(company, lambda _: nullcontext(tx), whole=True))


@dataclass(slots=True, kw_only=True)
class _Deals:
    """The writes onto deals that were recorded as the books were posted."""

    ops: list[Op] = field(default_factory=list)

    def tell(self, scene: Scene, deals: Sequence[str]) -> None:
        ops = deal_ops(scene, deals)
        withdraw(scene, deals, ops)
        self.ops += record(scene, ops)

    def added_to(self, done: Decided) -> Decided:
        done.ops = self.ops + done.ops
        return done


def _decide(company: Company, write: Writing, *, only: str = "", whole: bool) -> Decided:
    done = Decided()
    _all_due(company, write, done, only)
    while not only and _anew(company, write, done) and whole:
        pass
    _serve(company, write, done)
    _all_due(company, write, done, only)
    return done


def note_rules(scene: Scene) -> None:
    """Note by which agreement and mapping is decided; others than before concern many leads."""
    changed = [note_in_force(scene), note_mapping(scene)]
    note_teams(scene)
    note_sharing(scene.company, scene.tx, scene.now)
    if any(changed):
        words_known(scene)
    if any(changed) or held.find(scene.tx, kind=left_behind.KIND):
        left_behind.hold_left(scene)


def _anew(company: Company, write: Writing, done: Decided) -> bool:
    """Decide for some of the leads that are to be looked at anew; return whether more are."""
    with write("decide") as tx:
        done.more = step(Scene.open(company, tx))
    _all_due(company, write, done, "")
    return done.more


def _serve(company: Company, write: Writing, done: Decided) -> None:
    """Serve the line once its places are up to date, batch by batch."""
    while True:
        with write("decide") as tx:
            scene = Scene.open(company, tx)
            if refresh(scene, BATCH) < BATCH:
                done.add(give(scene))
                return


def _all_due(company: Company, write: Writing, done: Decided, only: str) -> None:
    while True:
        with write("decide") as tx:
            batch = decide_batch(Scene.open(company, tx), only=only)
        done.add(batch)
        if not batch.looked:
            return


def give(scene: Scene) -> Decided:
    """Serve the waiting line once."""
    return Decided(given=len(hand_out(scene)))


def decide_batch(scene: Scene, *, only: str = "") -> Decided:
    """Decide for the next leads that are due, in the scene's transaction."""
    due = [one.lead for one in cursors.take(scene.tx, scene.now, BATCH, only=only)]
    if not due:
        return Decided()
    cursors.clear(scene.tx, due)
    scene.work.load_leads(due)
    scene.work.load_refs_of(due)
    scene.work.load_touches_of(due)
    mapping = scene.company.mapping
    for name in mapping.on(SALES):
        scene.work.load_refs(unborn(one, name, mapping.system(name).lead.object) for one in due)
    ask_ahead(scene, due)
    load_unexplained(scene, due)
    load_won(scene, due)
    offer_again(scene, due)
    moved = [lead for lead in due if settle_stage(scene, lead)]
    for lead in due:
        if lead not in moved or follow(scene, lead) != lead:
            forget(scene, lead)
    over(scene, due)
    hold_rates(scene, moved)
    told = [one for lead in moved for one in signals(scene, lead)]
    alarms = [one for lead in moved for one in watch(scene, lead)]
    scene.work.flush()  # operations are named after the lead's newest entry
    ask_ahead(scene, moved)
    load_won(scene, moved)
    load_credit(scene, (follow(scene, lead) for lead in moved))
    ops = as_ops(scene, [one for lead in moved for one in writes(scene, lead)])
    withdraw(scene, moved, ops)
    ops += signal_ops(scene, told) + alarm_ops(scene, alarms)
    return Decided(looked=len(due), ops=record(scene, ops))


def settle_stage(scene: Scene, lead: str) -> bool:
    """Bring a lead's stage up to date; return whether it still is anybody's lead."""
    lead = follow(scene, lead)
    weigh_anew(scene, lead)
    name_owner(scene, lead)
    look = view(scene, lead)
    if look.life.stage in TOMBS:
        return False
    if look.coming is not None:
        scene.work.due(lead, look.coming, "touch")
    look = _back_from_sales(scene, look)
    if look.state.opted_out and look.state.assigned is not None:
        unassign(scene, lead, "opted out")
    ask_by_hand(scene, lead)
    if line_on(scene, look):
        look = view(scene, lead)
    line_up(scene, look)
    tend(scene, view(scene, lead))
    keep_score(scene, look)
    if has_won(scene, lead):
        credit(scene, view(scene, lead))
    enter_stage(scene, view(scene, lead))
    return True


def _back_from_sales(scene: Scene, look: View) -> View:
    """Take a lead back that sales does not work, and decide what follows from each return."""
    lead = look.id
    if give_up(scene, look):
        look = view(scene, lead)
    deadline, taken = take_back(scene, look)
    if deadline is not None:
        scene.work.due(lead, deadline, "stale")
    if taken:
        look = view(scene, lead)
    for follows in (route, notice):
        if follows(scene, look):
            look = view(scene, lead)
    return look


def writes(scene: Scene, lead: str) -> Iterable[tuple[str, Write]]:
    """What a lead's state owes to the systems, with the lead that it is now."""
    lead = follow(scene, lead)
    for write in owed(scene, view(scene, lead)):
        yield lead, write


def record(scene: Scene, ops: list[Op]) -> list[Op]:
    """Put operations into the outbox with the decision that each carries out.

    One that says the same as the newest open operation of its identity is left out: it is on its
    way already.
    """
    open_now = outbox.open_hashes(scene.tx, {op.lead for op in ops})
    fresh = [op for op in ops if open_now.get(op.identity) != op.payload_hash]
    put = outbox.put(scene.tx, _beside_held(scene, fresh))
    outbox.end_held(scene.tx, put.added, time.time())
    for op in put.added:
        told = WriteOwed(
            op=op.id,
            system=op.system,
            obj=op.obj,
            action=op.action,
            changes=changes_of(op.payload["changes"]),
        )
        scene.decided(told, lead_of(op), f"write:{op.id}")
    scene.work.flush()
    return put.added


def _beside_held(scene: Scene, ops: list[Op]) -> list[Op]:
    """Give writes another key whose like ended refused, and hand-offs whose like is held.

    A hand-off is one a cycle and assignment otherwise, and says another thing by now; and what was
    refused may be taken, though nothing is new of the lead: a field that was gone is back.
    """
    once = {op.lead for op in ops if op.action in ONE_A_CYCLE}
    waits = outbox.held_versions(scene.tx, once)
    written = [op for op in ops if op.action in (*ONE_A_CYCLE, "update")]
    before = outbox.refused_versions(scene.tx, written)
    before |= {op.id: waits[op.identity] for op in ops if _waits_held(op, waits)}
    return [instead_of(scene, op, ver) if (ver := before.get(op.id)) else op for op in ops]


def _waits_held(op: Op, held: Mapping[tuple[str, str, str, str], int]) -> bool:
    return op.action in ONE_A_CYCLE and op.identity in held
