"""Whether a company's systems are written, and since when."""

from __future__ import annotations

from datetime import datetime

from crmbridge.model.codec import instant
from crmbridge.store import cursors
from crmbridge.store.table import Tx

ARMED = "armed"
"""Row of the ledger's facts: whether somebody applied a plan."""
LIVE_SINCE = "live_since"
"""Row of the ledger's facts: when somebody first did. A ledger of an earlier build has none."""


def begin(tx: Tx, at: datetime) -> None:
    """Let the company's systems be written; the first time is when the past ends."""
    if not is_armed(tx) and cursors.get_meta(tx, LIVE_SINCE) is None:
        cursors.put_meta(tx, LIVE_SINCE, instant(at))
    cursors.put_meta(tx, ARMED, True)


def is_armed(tx: Tx) -> bool:
    """Whether the company's systems may be written."""
    return cursors.get_meta(tx, ARMED) is True
