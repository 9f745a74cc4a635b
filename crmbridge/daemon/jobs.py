"""What each of a company's jobs does when its turn comes: look, decide, deliver, watch, fill."""

from __future__ import annotations

import math
import time

from crmbridge.daemon import digest, low, operators, stuck, writer
from crmbridge.daemon.desk import Desk
from crmbridge.daemon.engine import Hand, Job
from crmbridge.daemon.kit import Kit
from crmbridge.daemon.owed import next_attempt
from crmbridge.daemon.pace import Strain, slower
from crmbridge.errors import ConfigError, ConnectorError, CrmBridgeError, Unavailable
from crmbridge.flows.decide import decide
from crmbridge.flows.deliver import Delivered, drain, target_of
from crmbridge.flows.limits.gate import end_if_quiet, go_on
from crmbridge.flows.operate.survey import must_fit
from crmbridge.flows.read import backfill
from crmbridge.flows.read.pull import Pulled, pull
from crmbridge.flows.revenue.post import post_books
from crmbridge.log import get_logger
from crmbridge.store import cursors
from crmbridge.store.chain import link

log = get_logger("crmbridge.daemon")


def do(desk: Desk, job: Job, hand: Hand) -> None:
    """Do one job of a company; a reason of ours for which it cannot be done becomes an alarm."""
    try:
        _do(desk, job, hand)
    except CrmBridgeError as error:
        if not hand.stopping():
            desk.stuck(job, error)
        raise
    desk.unstuck(job)


def _do(desk: Desk, job: Job, hand: Hand) -> None:
    match job.kind:
        case "pull":
            look(desk, job.side, hand)
        case "decide":
            settle(desk)
        case "drain":
            deliver(desk, job.side, hand)
        case "watch":
            watch(desk)
        case "files":
            renew(desk, hand)
        case "alarms":
            operators.tell(desk)
            stuck.watch(desk)
            low.watch(desk)
        case "digest":
            tell_the_week(desk)
        case "backfill":
            fill(desk, hand)


def look(desk: Desk, side: str, hand: Hand) -> None:
    """Look at one side, and say when to look again."""
    job = desk.job("pull", side)
    if wait := desk.ways[side, "in"].wait:
        desk.engine.every(job, wait)
        return
    desk.began[side] = time.monotonic()
    with desk.shelf.use() as kit:
        try:
            _check(desk, kit, side)
            pulled = pull(kit.reading, side, stop=hand.stopping, sleep=hand.sleep)
        except (ConnectorError, ConfigError) as error:
            if not hand.stopping():
                desk.tally.add("crmbridge_looks_total", side=side, outcome=type(error).__name__)
                desk.engine.every(job, desk.failed(side, "in", error))
                _tried(desk, side)
            return
        every, news = kit.reading.mapping.system(side).every, bool(pulled.changed)
        ample = news or kit.reading.budgets[side].ample()
    if not hand.stopping():
        _looked(desk, side, pulled, next_look(desk, side, every, news, ample))


def _check(desk: Desk, kit: Kit, side: str) -> None:
    """Hold the mapping against a side: with new connectors, hourly, and when its schema changed."""
    system = kit.reading.systems[side]
    at, changes = kit.looked.get(side, (-math.inf, 0))
    if time.monotonic() - at < desk.pace.survey and changes == system.schema_changes:
        return
    kit.looked.pop(side, None)
    warnings = must_fit(kit.reading, side)
    kit.looked[side] = (time.monotonic(), system.schema_changes)
    desk.warned(side, [str(one) for one in warnings])


def next_look(desk: Desk, side: str, every: float, news: bool, ample: bool) -> float:
    """Seconds to the next look, `every` as the mapping says.

    A look that finds nothing makes the next one wait longer only while the day's quota is scarce:
    somebody who asks for sales in a quiet hour must not wait for calls that nobody needs.
    """
    if news or ample:
        return every
    return slower(desk.interval.get(side, every), every, desk.pace.idle)


def _looked(desk: Desk, side: str, pulled: Pulled, wait: float) -> None:
    _count(desk, side, pulled)
    if desk.fine(side, "in"):
        desk.ways[side, "out"].retry()
        desk.engine.enqueue(desk.job("drain", side))
    news = bool(pulled.changed)
    desk.seen[side] = time.monotonic()
    desk.interval[side] = wait
    desk.engine.every(desk.job("pull", side), wait)
    if news:
        log.info("looked", company=desk.name, side=side, changed=pulled.changed)
        desk.engine.enqueue(desk.job("decide"))
    _tried(desk, side)


def _count(desk: Desk, side: str, pulled: Pulled) -> None:
    desk.tally.add("crmbridge_looks_total", side=side, outcome="done")
    for obj, counted in pulled.counts.items():
        for fate in ("changed", "unchanged", "held"):
            number = getattr(counted, fate)
            desk.tally.add("crmbridge_records_total", number, side=side, object=obj, fate=fate)


def _tried(desk: Desk, side: str) -> None:
    if side not in desk.tried:
        desk.tried.add(side)
        desk.engine.enqueue(desk.job("decide"))


def settle(desk: Desk) -> None:
    """Decide for the leads that are due, and call for the deliveries that follow."""
    job = desk.job("decide")
    if not desk.may_act():
        post_books(desk.company)  # the books are ours, and write to no system
        desk.engine.every(job, desk.pace.outbox)
        return
    company = desk.company
    done = decide(company)
    for what, number in (
        ("leads", done.looked),
        ("handoffs", done.given),
        ("writes", len(done.ops)),
    ):
        desk.tally.add("crmbridge_decided_total", number, what=what)
    if done.looked:
        log.info(
            "decided",
            company=desk.name,
            leads=done.looked,
            handoffs=done.given,
            writes=len(done.ops),
        )
    told = {op.system for op in done.ops} & set(company.targets)  # what waits for its hour is none
    for side in told:
        desk.engine.enqueue(desk.job("drain", side))
    end_if_quiet(company)
    desk.engine.every(job, desk.pace.decide)
    with desk.ledger.read() as tx:
        due = cursors.next_due(tx)
    if done.more:
        desk.engine.enqueue(job, after=1.0)
    elif due is not None:
        wait = (due - company.clock.now()).total_seconds()
        desk.engine.enqueue(job, after=min(desk.pace.decide, max(1.0, wait)))


def deliver(desk: Desk, side: str, hand: Hand) -> None:
    """Send what is owed to one side, and say when the rest is due."""
    way = desk.ways[side, "out"]
    look = desk.ways.get((side, "in"))
    if (look and look.state == "paused") or way.wait or not desk.may_act():
        return
    with desk.shelf.use() as kit:
        timeout = target_of(kit.writing, side).timeout
        due = _when(desk, side, timeout)
        if due is None:
            desk.fine(side, "out")
        if due is None or due > 0:
            writer.note(desk, kit.writing)
            return
        strain = Strain(hand.stopping, hand.sleep)
        go_on(kit.writing)
        out = drain(kit.writing, side, stop=strain.stop, sleep=strain.sleep)
        end_if_quiet(kit.writing)
        writer.note(desk, kit.writing)
    error = out.error or (Unavailable("two tries failed in a row") if strain.over else None)
    _delivered(desk, side, out)
    job = desk.job("drain", side)
    if hand.stopping():
        return
    if error is not None:
        desk.engine.enqueue(job, after=desk.failed(side, "out", error))
        return
    desk.fine(side, "out")
    if out.any and (due := _when(desk, side, timeout)) is not None:
        desk.engine.enqueue(job, after=max(1.0, due))


def _when(desk: Desk, side: str, timeout: float) -> float | None:
    """Seconds until something is owed to a side; `None` when nothing is."""
    now = time.time()
    with desk.ledger.read() as tx:
        at = next_attempt(tx, side, timeout, now)
    return None if at is None else at - now


def _delivered(desk: Desk, side: str, out: Delivered) -> None:
    for outcome, number in out.outcomes.items():
        desk.tally.add("crmbridge_deliveries_total", number, side=side, outcome=str(outcome))
    desk.tally.add("crmbridge_deliveries_total", out.dropped, side=side, outcome="dropped")
    if out.any:
        said = {str(outcome): number for outcome, number in out.outcomes.items()}
        log.info("delivered", company=desk.name, side=side, dropped=out.dropped, **said)
        desk.engine.enqueue(desk.job("decide"))


CHAIN = 60.0
"""Seconds between two links of the hash chain: a block is one transaction and one row."""
LINKS = 50
"""Blocks at a time: a first read is bound within minutes."""


def watch(desk: Desk) -> None:
    """See whether another process asked for a backfill, and bind new entries into the chain."""
    if (
        set(desk.company.names) <= desk.tried
        and not desk.bulk.wait
        and backfill.asked(desk.company)
    ):
        desk.engine.enqueue(desk.job("backfill"))
    if time.monotonic() - desk.chained >= CHAIN:
        desk.chained = time.monotonic()
        link(desk.company.ledger, most=LINKS)


def tell_the_week(desk: Desk) -> None:
    """Put the digests that are due into the outbox, and call for their delivery."""
    if not desk.may_act():
        return
    made = digest.post(desk.company)
    if made:
        log.info("digests", company=desk.name, messages=len(made))
    for target in {op.system for op in made}:
        desk.engine.enqueue(desk.job("drain", target))


def renew(desk: Desk, hand: Hand) -> None:
    """Take the company's files anew where they changed."""
    if desk.renewal is not None:
        desk.renewal.look(desk, hand)


def fill(desk: Desk, hand: Hand) -> None:
    """Do the backfill that was asked for; one that cannot go on now is taken up again later."""
    with desk.shelf.use() as kit:
        error = backfill.serve_requests(kit.bulk, stop=hand.stopping, sleep=hand.sleep)
    if error is None:
        desk.bulk.fine()
    elif not hand.stopping() and desk.bulk.failed(error):
        log.warning("backfill waits", company=desk.name, error=type(error).__name__)
