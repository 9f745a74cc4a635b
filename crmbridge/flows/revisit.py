"""All leads looked at anew, in the background: after a backfill, or under another mapping.

What changes the rules, or was taken in without a word, concerns leads to whom nothing happens.
They are made due by and by, in order of their ids, so that news never waits behind them. How far
this has come is a row of the ledger: a restart goes on from there.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

from crmbridge.flows.scene import Scene
from crmbridge.model.codec import instant
from crmbridge.store import cursors, leads
from crmbridge.store.table import Tx

REVISIT = "revisit"
"""Row of the ledger's facts: `why`, `since`, `after` the lead looked at last, `done` so far."""
LOOKED_BY = "looked_by"
"""Row of the ledger's facts: the hash of the mapping by which all leads were looked at."""
CHUNK = 500
"""Leads made due in one pass: as many as one transaction decides."""


def ask(tx: Tx, why: str, since: str) -> None:
    """Have every lead looked at anew; one that is under way starts over, for both reasons."""
    known = under_way(tx)
    reasons = dict.fromkeys([*known.get("why", "").split(", "), why])
    told = ", ".join(one for one in reasons if one)
    cursors.put_meta(tx, REVISIT, {"why": told, "since": since, "after": "", "done": 0})


def under_way(tx: Tx) -> dict[str, Any]:
    """How the present one stands; empty when none is under way."""
    known = cursors.get_meta(tx, REVISIT)
    return dict(known) if isinstance(known, dict) else {}


def note_mapping(scene: Scene) -> None:
    """Under another mapping than before, every record may lack something."""
    known = cursors.get_meta(scene.tx, LOOKED_BY)
    if known == scene.company.mapping_hash:
        return
    cursors.put_meta(scene.tx, LOOKED_BY, scene.company.mapping_hash)
    if known is not None:
        ask(scene.tx, "another mapping", instant(scene.now))


def step(scene: Scene) -> bool:
    """Make the next leads due; return whether more are to come."""
    known = under_way(scene.tx)
    if not known:
        return False
    some = list(islice(leads.ids(scene.tx, str(known["after"])), CHUNK))
    cursors.mark(scene.tx, ((one, scene.now, known["why"]) for one in some))
    if len(some) < CHUNK:
        cursors.put_meta(scene.tx, REVISIT, {})
        return False
    moved = known | {"after": some[-1], "done": int(known["done"]) + len(some)}
    cursors.put_meta(scene.tx, REVISIT, moved)
    return True
