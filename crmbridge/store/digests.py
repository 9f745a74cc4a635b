"""Which digests were sent: an entry each, found by whose it is and by its week."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from crmbridge.model.codec import decode_map
from crmbridge.model.payload import DigestSent
from crmbridge.store import events
from crmbridge.store.schema import op
from crmbridge.store.table import Tx


def key(who: str, week: str) -> str:
    """The key of the entry that says that somebody was sent the digest of a week."""
    return f"digest:{who}:{week}"


def text(tx: Tx, who: str, week: str) -> str:
    """The words of a digest that was sent, as they stand in the outbox; empty where they are gone.

    All ways have the same words.
    """
    mine = (op.c.company == tx.company, op.c.lead == "", op.c.decision == key(who, week))
    payload = tx.conn.execute(select(op.c.payload).where(*mine).limit(1)).scalar()
    return str(decode_map(payload["values"]).get("text") or "") if payload else ""


def sent(tx: Tx, who: Iterable[str], weeks: Iterable[str]) -> Mapping[tuple[str, str], DigestSent]:
    """Return what people were sent in some weeks, by person and week; who was sent none is absent.

    Few keys are asked, and none of the ledger's other entries is read.
    """
    them = list(weeks)
    found = events.by_keys(tx, (key(one, week) for one in who for week in them))
    told = (one.payload for one in found)
    return {(one.who, one.week): one for one in told if isinstance(one, DigestSent)}
