"""Work that should have gone by itself and did not: writes, decisions, and looks at a system."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from crmbridge.daemon import writer
from crmbridge.daemon.desk import ADVICE, Desk
from crmbridge.log import get_logger
from crmbridge.model.codec import instant
from crmbridge.store import cursors
from crmbridge.store.alarms import WAYS
from crmbridge.store.live import kept_out
from crmbridge.store.table import Tx
from crmbridge.store.waits import stuck

EVERY = 30.0
"""Seconds between two looks at what is stuck, at most."""
LOOKS = 10.0
"""A side is looked at in vain for so many of its intervals before that is told."""
WAY = "stuck"

log = get_logger("crmbridge.daemon")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is stuck: what an alarm calls it, the words for it, and since when."""

    about: str
    message: str
    since: str


def watch(desk: Desk) -> None:
    """Note what is stuck, and that what was is no more; raises `LedgerError`."""
    if time.monotonic() - desk.watched < min(EVERY, desk.pace.patience / 4):
        return
    desk.watched = time.monotonic()
    with desk.ledger.read() as tx:
        found = {one.about: one for one in _found(desk, tx)}
    # before that nobody can tell that something is not stuck
    lasted = desk.still("daemon", True) >= desk.pace.patience
    for about in ("decide", *desk.company.targets):
        one = found.get(about)
        if one is not None:
            before = (about, WAY) in desk.troubles
            desk.ill(about, WAY, "stuck", "Stuck", one.message, since=one.since)
            if not before:
                said = {"company": desk.name, "about": about, "since": one.since}
                log.warning("stuck", message=one.message, advice=ADVICE["stuck"], **said)
        elif ((about, WAY) in desk.troubles or lasted) and desk.well(about, WAY):
            log.info("gets on", company=desk.name, about=about)


def _found(desk: Desk, tx: Tx) -> Iterator[Found]:
    if not desk.may_act():
        return
    yield from _looks(desk, tx)
    yield from _decisions(desk, tx)
    yield from _writes(desk, tx)


def _writes(desk: Desk, tx: Tx) -> Iterator[Found]:
    """Writes that nothing holds up, and none of which goes.

    A system that is away or paused is told of already, and so is a writer that stopped.
    """
    patience = desk.pace.patience
    if writer.stopped(desk):
        return
    found = {one.system: one for one in stuck(tx, time.time() - patience)}
    out = kept_out(tx, desk.company.names)
    for system in (one for one in desk.company.targets if one not in out):
        one = found.get(system)
        waits = desk.still(f"out {system}", one)
        ways = [desk.ways[system, way] for way in WAYS if (system, way) in desk.ways]
        if one is not None and waits >= patience and all(way.state == "open" for way in ways):
            message = f"writes that could have gone, and did not: {one.count}"
            since = instant(datetime.fromtimestamp(one.since, UTC))
            yield Found(about=system, message=message, since=since)


def _decisions(desk: Desk, tx: Tx) -> Iterator[Found]:
    """The lead that is due longest stays so: it is not decided about."""
    due = cursors.take(tx, desk.company.clock.now(), 1)
    mark = (due[0].lead, due[0].at) if due else None
    waits = desk.still("due", mark)
    if due and waits >= desk.pace.patience:
        number = cursors.due_count(tx, desk.company.clock.now())
        message = f"leads that are due, and are not decided about: {number}"
        yield Found(about="decide", message=message, since=_ago(waits))


def _looks(desk: Desk, tx: Tx) -> Iterator[Found]:
    """No look at a side ends, and none of its cursors moves."""
    at = cursors.all_cursors(tx)
    for side in desk.company.names:
        mine = tuple((one.obj, one.name, one.position) for one in at if one.system == side)
        waits = desk.still(f"in {side}", (desk.seen.get(side), mine))
        every = desk.company.mapping.system(side).every * desk.pace.idle
        way = desk.ways[side, "in"]
        if way.state == "open" and waits >= max(desk.pace.patience, LOOKS * every):
            message = "no look at it has ended, and no position in what it tells has moved"
            yield Found(about=side, message=message, since=_ago(waits))


def _ago(seconds: float) -> str:
    return instant(datetime.fromtimestamp(time.time() - seconds, UTC))
