"""Whether all leads are being looked at anew, why, and how far that has come."""

from __future__ import annotations

from typing import Any

from crmbridge.store.cursors import get_meta, put_meta
from crmbridge.store.table import Tx

ANEW = "revisit"
"""Row of the ledger's facts: `why`, `since`, `after` the lead looked at last, `done` so far."""


def ask(tx: Tx, why: str, since: str) -> None:
    """Have every lead looked at anew; one that is under way starts over, for both reasons."""
    known = under_way(tx)
    reasons = dict.fromkeys([*known.get("why", "").split(", "), why])
    told = ", ".join(one for one in reasons if one)
    put_meta(tx, ANEW, {"why": told, "since": since, "after": "", "done": 0})


def note(tx: Tx, row: str, rules: str, why: str, since: str) -> bool:
    """Note by which rules all leads are looked at, as a hash; return whether others held before.

    Then every lead is looked at anew. `row` is where the ledger's facts keep the hash.
    """
    known = get_meta(tx, row)
    if known == rules:
        return False
    put_meta(tx, row, rules)
    if known is not None:
        ask(tx, why, since)
    return known is not None


def under_way(tx: Tx) -> dict[str, Any]:
    """How it stands; empty while nothing is looked at anew."""
    known = get_meta(tx, ANEW)
    return dict(known) if isinstance(known, dict) else {}


def move(tx: Tx, known: dict[str, Any], some: list[str]) -> None:
    """Note the leads that came next."""
    put_meta(tx, ANEW, known | {"after": some[-1], "done": int(known["done"]) + len(some)})


def end(tx: Tx) -> None:
    """Note that every lead had its turn."""
    put_meta(tx, ANEW, {})
