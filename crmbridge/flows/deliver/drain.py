"""Draining a system's outbox: claim, gate, send, settle, until nothing is due."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

from crmbridge.company import Company, channel_of
from crmbridge.errors import ConnectorError, Throttled
from crmbridge.flows.deliver.gate import drop, objection
from crmbridge.flows.deliver.messages import MessageTarget
from crmbridge.flows.deliver.of_deal import drop_of_deal
from crmbridge.flows.deliver.send import Results
from crmbridge.flows.deliver.target import SystemTarget, Target
from crmbridge.flows.limits.gate import note_taken, over_limits
from crmbridge.flows.read.observe import observe
from crmbridge.flows.read.recognise import recognised
from crmbridge.flows.read.unreadable import beside_the_feed, taken_in
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.event import Content, Event, Kind
from crmbridge.model.lead import Ref
from crmbridge.model.payload import WriteSent
from crmbridge.model.payload.writes import OF_DEAL
from crmbridge.model.record import Outcome
from crmbridge.net.priority import urgency
from crmbridge.policy.limits.judge import Over
from crmbridge.store import claims, events, lanes, live, outbox
from crmbridge.store.claims import BULK, Settlement
from crmbridge.store.crash import crash_point
from crmbridge.store.outbox import FIRST, Op, State, lead_of
from crmbridge.store.process import this_worker
from crmbridge.store.projection import unborn
from crmbridge.store.table import Tx
from crmbridge.system import Item, Seen

AHEAD = 4
"""Batches behind the one in hand whose people are looked for in the same calls: some vendors take
five queries in one, so that 1,000 people cost two calls instead of five."""
PAUSE = 60.0
"""Seconds until a batch is tried again that the system would not take as a whole."""


@dataclass(slots=True, kw_only=True)
class Delivered:
    """What a drain did: results by outcome, operations dropped at the gate, and what stopped it.

    `over` are the limits that would have been exceeded: then opt-outs alone were sent.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    dropped: int = 0
    error: ConnectorError | None = None
    over: list[Over] = field(default_factory=list)

    @property
    def done(self) -> int:
        """Writes that the vendor took."""
        return self.outcomes[Outcome.DONE]

    @property
    def any(self) -> bool:
        """Whether anything happened that may make leads due."""
        return bool(self.dropped or self.outcomes)


def drain(
    company: Company,
    side: str,
    *,
    least: int = 3,
    only: Collection[int] | None = None,
    stop: Callable[[], bool] = lambda: False,
    sleep: Callable[[float], None] = time.sleep,
) -> Delivered:
    """Send what is owed to one system, or by one way to people, most urgent first.

    `least` is the least urgent priority to send, and `only` the `seq` of the operations that may be
    sent; what nobody knows the end of is read back all the same. `stop` is asked between batches:
    the batch in hand is always settled. A vendor that rejects our credential ends the drain, with
    its error. What would exceed the company's limits stays owed.
    """
    if not _owed(company, side) or _only_read(company, side):
        return Delivered()
    target = target_of(company, side)
    work = _Drain(
        company=company,
        side=side,
        target=target,
        least=least,
        only=only,
        sleep=sleep,
        ttl=2 * target.timeout + 5,
    )
    try:
        work.begin()
        work.settle_unknown()
        while not stop() and work.batch():
            pass
    except ConnectorError as error:
        work.out.error = error
    finally:
        work.end()
    return work.out


def target_of(company: Company, side: str) -> Target:
    """One of the systems, or a way to people (`messages.…`)."""
    return MessageTarget(company, side) if channel_of(side) else SystemTarget(company, side)


def _only_read(company: Company, side: str) -> bool:
    """Whether a system joined a company at work, and nobody applied a plan since."""
    with company.ledger.read() as tx:
        return side in live.kept_out(tx, company.names)


def _owed(company: Company, side: str) -> bool:
    """Whether the system is owed anything that can be sent or read back by now."""
    with company.ledger.read() as tx:
        return outbox.pending(tx, side) > 0


@dataclass(slots=True, kw_only=True)
class _Drain:
    company: Company
    side: str
    target: Target
    least: int
    only: Collection[int] | None
    sleep: Callable[[float], None]
    ttl: float
    lanes: dict[int, int] = field(default_factory=dict)
    out: Delivered = field(default_factory=Delivered)
    asked: int = 0

    def begin(self) -> None:
        with self.company.ledger.write("lease") as tx:
            self.lanes = lanes.claim_lanes(tx, self.side, this_worker(), time.time(), self.ttl)

    def ask(self) -> None:
        """Note how far the ledger is before the vendor is asked, or told, anything."""
        with self.company.ledger.read() as tx:
            self.asked = events.last_seq(tx)

    def end(self) -> None:
        with self.company.ledger.write("lease") as tx:
            lanes.release(tx, self.side, this_worker())

    def batch(self) -> bool:
        """Send one batch; return whether there was one."""
        claimed, ops = self._claim()
        if not claimed:
            return False
        try:
            ops = self._look_before_creating(ops)
        except ConnectorError as error:
            # a quota that is used up stays so for a while; all else is tried with the next turn
            self._put_back(ops, error, after=PAUSE if isinstance(error, Throttled) else 0.0)
            raise
        if ops:
            self.ask()
            try:
                results = self.target.send(ops, self.sleep)
            except ConnectorError as error:
                self._put_back(ops, error, after=PAUSE)
                raise
            crash_point("sent")
            self._settle(results)
        return True

    def _claim(self) -> tuple[int, list[Op]]:
        """Take the next operations; return how many, and those of them that pass the gate."""
        now = time.time()
        with self.company.ledger.write("send") as tx:
            self.lanes = lanes.renew(tx, self.side, this_worker(), now, self.ttl)
            ops = claims.claim(
                tx,
                self.side,
                self.lanes,
                now=now,
                limit=self.target.batch,
                batch=uuid4().hex,
                least=self._least(tx),
                only=self.only,
            )
            scene = Scene.open(self.company, tx)
            good = self._gate(scene, ops)
            for op in good:
                scene.work.emit(_sent(scene, op))
            scene.work.flush()
        return len(ops), good

    def _least(self, tx: Tx) -> int:
        """The least urgent priority that may leave now: past a limit, opt-outs alone."""
        if self.side not in self.company.names:
            return self.least
        self.out.over = over_limits(self.company, tx)
        return min(self.least, FIRST) if self.out.over else self.least

    def _look_before_creating(self, ops: list[Op]) -> list[Op]:
        """A person whom sales entered a minute ago must not get a second record from us."""
        self.ask()
        with urgency(min((op.priority for op in ops), default=BULK)):
            found = self.target.known(ops, self._behind)
        if not found:
            return ops
        self._observe(found)
        with self.company.ledger.write("send") as tx:
            scene = Scene.open(self.company, tx)
            good = self._gate(scene, ops)
            scene.work.flush()
        return good

    def _behind(self) -> list[Op]:
        """The operations of the next batches, as far as one can tell by now."""
        with self.company.ledger.read() as tx:
            limit = AHEAD * self.target.batch
            return claims.upcoming(
                tx, self.side, self.lanes, now=time.time(), limit=limit, least=self.least
            )

    def _observe(self, found: Sequence[Item]) -> None:
        taken_in(self.company, beside_the_feed(found), self._take)

    def _take(self, seen: Seen) -> None:
        with self.company.ledger.write("settle") as tx:
            scene = Scene.open(self.company, tx, asked=self.asked)
            observe(scene, recognised(scene, seen.items))
            scene.work.flush()

    def _gate(self, scene: Scene, ops: Sequence[Op]) -> list[Op]:
        """Drop what must not leave any more; return the rest."""
        scene.work.load_leads(map(lead_of, ops))
        scene.work.deals.load(op.lead for op in ops if op.action in OF_DEAL)
        idents = ((op, str(op.payload.get("id") or "")) for op in ops)
        scene.work.load_refs(Ref(system=op.system, obj=op.obj, id=one) for op, one in idents if one)
        # what is to be made must not be there; of all others their own record says enough
        scene.work.load_refs_of(op.lead for op in ops if op.action == "handoff")
        good: list[Op] = []
        dropped: list[Settlement] = []
        for op in ops:
            gone = self._dropped(scene, op)
            if gone is None:
                good.append(op)
            else:
                dropped.append(gone)
        claims.settle(scene.tx, self.side, dropped, self.lanes, time.time())
        self.out.dropped += len(dropped)
        return good

    def _dropped(self, scene: Scene, op: Op) -> Settlement | None:
        if op.action in OF_DEAL:
            return drop_of_deal(scene, op)
        why = objection(scene, op)
        return drop(scene, op, why) if why else None

    def _settle(self, results: Results) -> None:
        moved: list[tuple[str, str]] = []
        with self.company.ledger.write("settle") as tx:
            scene = Scene.open(self.company, tx, asked=self.asked)
            outbox.note(tx, (op for op, _ in results))
            scene.work.load_leads(lead_of(op) for op, _ in results)
            scene.work.deals.load(op.lead for op, _ in results if op.action in OF_DEAL)
            scene.work.load_refs(
                Ref(system=op.system, obj=op.obj, id=written.id) for op, written in results
            )
            scene.work.load_refs(unborn(op.lead, op.system, op.obj) for op, _ in results)
            valid = lanes.valid(tx, self.side, self.lanes)
            settled = []
            done = []
            for op, written in results:
                if valid.get(op.lane) != op.epoch:
                    continue
                settled.append(self.target.settle(scene, op, written))
                self.out.outcomes[written.outcome] += 1
                if written.outcome is Outcome.DONE:
                    done.append(op)
                if written.moved_to:
                    moved.append(written.moved_to)
            if self.side in self.company.names:
                note_taken(self.company, tx, done)
            claims.settle(tx, self.side, settled, self.lanes, time.time())
            scene.work.flush()
        self.ask()
        # so that the next decision knows the records that ours became
        if found := self.target.moved(moved):
            self._observe(found)

    def _put_back(self, ops: Sequence[Op], error: ConnectorError, *, after: float) -> None:
        """Nothing was sent: the work stays due, unchanged, in so many seconds."""
        with self.company.ledger.write("settle") as tx:
            back = [
                Settlement(
                    id=op.id,
                    state=State.LATER,
                    not_before=time.time() + after,
                    result={"code": type(error).__name__, "message": str(error)},
                )
                for op in ops
            ]
            claims.settle(tx, self.side, back, self.lanes, time.time())

    def settle_unknown(self) -> None:
        """Read back what nobody knows the outcome of, before anything of it is sent again."""
        timeout = self.target.timeout
        with self.company.ledger.write("send") as tx:
            ops = claims.unknown(tx, self.side, self.lanes, now=time.time(), timeout=timeout)
        if ops:
            self.ask()
            with urgency(min(op.priority for op in ops)):
                results, seen = self.target.read_back(ops)
            self._settle(results)
            if seen:
                self._observe(seen)


def _sent(scene: Scene, op: Op) -> Event:
    told = WriteSent(op=op.id, attempt=op.attempts, system=op.system, action=op.action)
    return Event(
        kind=Kind.DELIVERED,
        content=Content(told),
        at=scene.now,
        recorded_at=scene.now,
        key=f"sent:{op.id}:{op.attempts}:{op.batch}",
        lead=lead_of(op),
    )
