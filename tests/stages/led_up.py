"""What people had touched before hand-offs and meetings, counted the slow way from all rows.

Written apart from `store.led_up` and `store.readers`, of which nothing is used here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import Table, select

from crmbridge.store import Ledger, schema
from crmbridge.store.rows import ActivityRow, CycleRow, LeadRow, TouchRow
from crmbridge.store.table import Tx, fetch


def what_led_up_is_kept(ledger: Ledger) -> None:
    """Hold the four tables against all cycles, activities and touches."""
    with ledger.read() as tx:
        touches: dict[str, list[TouchRow]] = defaultdict(list)
        for row in fetch(tx, TouchRow):
            if row.lead:
                touches[row.lead].append(row)
        assert _kept(tx, schema.hand_off) == sorted(_hand_offs(tx, touches))
        assert _kept(tx, schema.first_meeting) == sorted(_meetings(tx, touches))
        readers = {one: _often(some) for one, some in touches.items()}
        rows = ((one, *map(list, zip(*some, strict=True))) for one, some in readers.items() if some)
        assert _kept(tx, schema.reader) == sorted(rows)
        people, times = Counter[Any](), Counter[Any]()
        for some in readers.values():
            for (kind, asset), n in some:
                people[kind, asset] += 1
                times[kind, asset] += n
        assert _kept(tx, schema.reach) == sorted(
            (*one, many, times[one]) for one, many in people.items()
        )


def _kept(tx: Tx, table: Table) -> list[Any]:
    mine = select(table).where(table.c.company == tx.company)
    return sorted(tuple(row[1:]) for row in tx.conn.execute(mine))


def _often(touches: list[TouchRow]) -> list[tuple[list[str], int]]:
    found = Counter((one.kind, one.asset) for one in touches if one.asset)
    return [(list(one), n) for one, n in sorted(found.items())]


def _assets(touches: list[TouchRow], at: datetime, *, then: bool) -> list[list[str]]:
    before = [one for one in touches if one.at < at or (then and one.at == at)]
    return [one for one, _ in _often(before)]


def _hand_offs(tx: Tx, touches: dict[str, list[TouchRow]]) -> list[Any]:
    source = {
        row.id: row.counted[1] if row.counted and len(row.counted) > 1 else ""
        for row in fetch(tx, LeadRow)
    }
    listed: dict[str, list[str]] = defaultdict(list)
    rows = []
    for one in sorted(fetch(tx, CycleRow), key=lambda row: (row.lead, row.n)):
        if one.voided:
            continue
        brings = [deal for deal in one.data["deals"] if deal not in listed[one.lead]]
        brings = brings if one.outcome == "won" else []
        listed[one.lead] += brings
        when = {name: datetime.fromisoformat(told) for name, told in one.data["effective"].items()}
        if "handed" not in when or one.data["kind"] in ("adopted", "sales_initiated"):
            continue
        mine, at = touches[one.lead], when["handed"]
        campaigns = {row.campaign for row in mine if row.campaign and row.at <= at}
        rows.append(
            (
                *(one.lead, one.n, at, when.get("accepted"), one.closed, one.outcome),
                *(one.data["reason"], source.get(one.lead, ""), brings, sorted(campaigns)),
                _assets(mine, at, then=True),
            )
        )
    return rows


def _meetings(tx: Tx, touches: dict[str, list[TouchRow]]) -> list[Any]:
    first: dict[str, datetime] = {}
    for row in fetch(tx, ActivityRow):
        if row.lead and row.kind == "meeting":
            first[row.lead] = min(row.at, first.get(row.lead, row.at))
    return [
        (
            *(one, at, sum(row.at < at for row in touches[one])),
            _assets(touches[one], at, then=False),
        )
        for one, at in first.items()
    ]
