"""What led up to each hand-off and to each first meeting, kept as the leads change."""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Text, delete, func, or_, select, type_coerce

from crmbridge.model.codec import parse_instant
from crmbridge.policy.totals.counted import ADOPTED
from crmbridge.store.dialect import bulk, insert
from crmbridge.store.schema import activity, cycle, first_meeting, hand_off, lead, touch
from crmbridge.store.table import Tx, among, chunks

NOBODYS = (ADOPTED, "sales_initiated")
"""Kinds of cycles that are with sales, and that nobody handed over."""
MEETINGS = ("meeting",)
"""Kinds of activities that are meetings."""
WON = "won"


class _Seen(NamedTuple):
    """A touch: when it was, and what it names."""

    at: datetime
    kind: str
    asset: str
    campaign: str


class _Cycle(NamedTuple):
    n: int
    outcome: str
    closed: datetime | None
    data: Mapping[str, Any]


def keep(tx: Tx, leads: Iterable[str]) -> None:
    """Make the rows of some leads anew, once their cycles, touches and activities are written."""
    for piece in chunks(sorted(set(leads))):
        cycles, met = _cycles(tx, piece), _met(tx, piece)
        for table in (hand_off, first_meeting):
            mine = (table.c.company == tx.company, among(table.c.lead, piece))
            tx.conn.execute(delete(table).where(*mine))
        if who := sorted({*cycles, *met}):
            seen, sources = _touches(tx, who), _sources(tx, sorted(cycles))
            made = (row for one in cycles for row in _handed(tx, one, cycles, seen, sources))
            bulk(tx.conn, insert(hand_off), tuple(hand_off.c.keys()), made)
            firsts = (_first(tx, one, at, seen.get(one, ())) for one, at in met.items())
            bulk(tx.conn, insert(first_meeting), tuple(first_meeting.c.keys()), firsts)


def _cycles(tx: Tx, leads: Sequence[str]) -> dict[str, list[_Cycle]]:
    """The cycles that stand and were handed over or won, by lead and in order."""
    said = type_coerce(cycle.c.data, Text)  # canonical: a quotation mark in a value is escaped
    asked = select(cycle.c.lead, cycle.c.n, cycle.c.outcome, cycle.c.closed, cycle.c.data).where(
        cycle.c.company == tx.company,
        among(cycle.c.lead, leads),
        cycle.c.voided == 0,
        or_(said.contains('"handed":"'), cycle.c.outcome == WON),
    )
    found: dict[str, list[_Cycle]] = defaultdict(list)
    for ident, *told in tx.conn.execute(asked):
        found[ident].append(_Cycle(*told))
    return {ident: sorted(some, key=lambda one: one.n) for ident, some in found.items()}


def _met(tx: Tx, leads: Sequence[str]) -> dict[str, datetime]:
    at = func.min(activity.c.at, type_=activity.c.at.type)
    asked = select(activity.c.lead, at).where(
        activity.c.company == tx.company,
        among(activity.c.lead, leads),
        activity.c.kind.in_(MEETINGS),
    )
    return {ident: first for ident, first in tx.conn.execute(asked.group_by(activity.c.lead))}


def _touches(tx: Tx, leads: Iterable[str]) -> dict[str, list[_Seen]]:
    """Touches by lead, by time."""
    found: dict[str, list[_Seen]] = defaultdict(list)
    columns = tuple(touch.c[name] for name in _Seen._fields)
    for piece in chunks(leads):
        mine = (touch.c.company == tx.company, among(touch.c.lead, piece))
        for ident, *told in tx.conn.execute(select(touch.c.lead, *columns).where(*mine)):
            found[ident].append(_Seen(*told))
    return {ident: sorted(some) for ident, some in found.items()}


def _sources(tx: Tx, leads: Iterable[str]) -> dict[str, str]:
    """The source of each lead as the totals count it: the second place of what it adds."""
    found: dict[str, str] = {}
    for piece in chunks(leads):
        mine = (lead.c.company == tx.company, among(lead.c.id, piece))
        for ident, counted in tx.conn.execute(select(lead.c.id, lead.c.counted).where(*mine)):
            found[ident] = counted[1] if counted and len(counted) > 1 else ""
    return found


def _handed(
    tx: Tx,
    ident: str,
    cycles: Mapping[str, Sequence[_Cycle]],
    seen: Mapping[str, Sequence[_Seen]],
    sources: Mapping[str, str],
) -> Iterator[tuple[Any, ...]]:
    """The rows of a lead's hand-offs. A deal that outlives a win is the first won cycle's."""
    listed: set[str] = set()
    touches = seen.get(ident, ())
    for n, outcome, closed, data in cycles[ident]:
        brings = [one for one in data["deals"] if outcome == WON and one not in listed]
        listed.update(brings)
        handed, accepted = (data["effective"].get(name) for name in ("handed", "accepted"))
        if handed is None or data["kind"] in NOBODYS:
            continue
        at = parse_instant(handed)
        before = touches[: bisect_right(touches, at, key=lambda one: one.at)]
        yield (
            *(tx.company, ident, n, at, parse_instant(accepted) if accepted else None, closed),
            *(outcome, data["reason"], sources.get(ident, ""), brings),
            *(sorted({one.campaign for one in before} - {""}), assets(before)),
        )


def _first(tx: Tx, ident: str, at: datetime, touches: Sequence[_Seen]) -> tuple[Any, ...]:
    before = touches[: bisect_left(touches, at, key=lambda one: one.at)]
    return (tx.company, ident, at, len(before), assets(before))


def assets(touches: Collection[_Seen]) -> list[tuple[str, str]]:
    """The kinds and assets of touches, each pair once."""
    return sorted({(one.kind, one.asset) for one in touches if one.asset})


def pairs_of(text: str) -> list[tuple[str, str]]:
    """Read kinds and assets as they are written in a row."""
    return [(kind, asset) for kind, asset in json.loads(text)]
