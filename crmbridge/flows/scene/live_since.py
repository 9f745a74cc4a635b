"""Since when a company's systems are written, and what was over before that."""

from __future__ import annotations

from datetime import UTC, datetime

from crmbridge.flows.scene.scene import Scene
from crmbridge.model.codec import instant, parse_instant
from crmbridge.store import cursors
from crmbridge.store.table import Tx

ARMED = "armed"
"""Row of the ledger's facts: whether somebody applied a plan."""
LIVE_SINCE = "live_since"
"""Row of the ledger's facts: when somebody first did. A ledger of an earlier build has none."""
_ALWAYS = datetime.min.replace(tzinfo=UTC)


def begin(tx: Tx, at: datetime) -> None:
    """Let the company's systems be written; the first time is when the past ends."""
    if not is_armed(tx) and cursors.get_meta(tx, LIVE_SINCE) is None:
        cursors.put_meta(tx, LIVE_SINCE, instant(at))
    cursors.put_meta(tx, ARMED, True)


def is_armed(tx: Tx) -> bool:
    """Whether the company's systems may be written."""
    return cursors.get_meta(tx, ARMED) is True


def live_since(scene: Scene) -> datetime:
    """When the past ended: what sales did or left undone before starts no clock and no nurture.

    A company that is not live yet would be from now on, which is what a plan shows.
    """
    known = cursors.get_meta(scene.tx, LIVE_SINCE)
    if isinstance(known, str):
        return parse_instant(known)
    return _ALWAYS if is_armed(scene.tx) else scene.now
