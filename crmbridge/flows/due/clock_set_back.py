"""A clock that ran ahead and was set right: what fell due in that future is due now."""

from __future__ import annotations

from datetime import timedelta

from crmbridge.flows.scene.scene import Scene
from crmbridge.log import get_logger
from crmbridge.model.codec import instant, parse_instant
from crmbridge.store import cursors, leads

CLOCK = "clock"
"""Row of the ledger's facts: the latest business instant by which anything was decided."""
STRAY = timedelta(minutes=2)
"""Clocks of two processes or two readings may differ by this much without a word."""
STEP = timedelta(seconds=30)
"""How often the row is moved: a decision must not cost a write for it alone."""

log = get_logger(__name__)


def note_clock(scene: Scene) -> int:
    """Note how late it is; when it was later before, make what became due since then due now.

    So are the leads that were decided about in that future, as decays and waits looked to it.
    Returns how many leads that were. Deciding a lead too early does no harm: it is found due again
    for the instant that its facts give.
    """
    known = cursors.get_meta(scene.tx, CLOCK)
    before = parse_instant(known) if isinstance(known, str) else None
    if before is not None and scene.now <= before - STRAY:
        decided = leads.changed_after(scene.tx, scene.now)
        cursors.mark(scene.tx, ((one, scene.now, "the clock was set back") for one in decided))
        moved = len(decided) + cursors.bring_forward(scene.tx, scene.now, before)
        log.warning(
            "the clock was set back", seconds=round((before - scene.now).total_seconds()), due=moved
        )
        cursors.put_meta(scene.tx, CLOCK, instant(scene.now))
        return moved
    if before is None or scene.now >= before + STEP:
        cursors.put_meta(scene.tx, CLOCK, instant(scene.now))
    return 0
