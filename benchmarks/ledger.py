"""What the ledger costs: µs per event, lead, operation and quota call, on a fresh SQLite file."""

from __future__ import annotations

import argparse
import json
import platform
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from crmbridge.model.event import Content, Event, Kind
from crmbridge.model.limits import Budget
from crmbridge.store import claims, cursors, events, lanes, leads, outbox
from crmbridge.store.budgets import LedgerBudgets
from crmbridge.store.claims import Settlement
from crmbridge.store.ledger import Ledger
from crmbridge.store.outbox import Op, State
from crmbridge.store.rows import LeadRow

T = TypeVar("T")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
REAL = 1_000_000.0
VALUES = {"email": "ann@b.example", "first_name": "Ann", "title": "CTO", "employees": {"$n": "12"}}


def batches(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def per_row(work: Callable[[], None], rows: int) -> float:
    start = time.perf_counter()
    work()
    return round((time.perf_counter() - start) / rows * 1e6, 1)


def entry(n: int) -> Event:
    return Event(
        kind=Kind.OBSERVED,
        at=NOW,
        recorded_at=NOW,
        key=f"marketing:contacts:{n}:2026-03-02T09:00:00.000000Z",
        lead=f"lead{n % 5000}",
        source=f"marketing:contacts:{n % 5000}",
        content=Content.stored("changed", {"values": VALUES, "n": n}),
    )


def lead(n: int, rev: int) -> LeadRow:
    state = {"values": VALUES, "score": n}
    return LeadRow(id=f"lead{n}", state=state, stage="known", rev=rev, updated_at=NOW)


def operation(n: int) -> Op:
    return Op(
        id=f"00000000-0000-5000-8000-{n:012}",
        key=f"acme:sales:Lead:lead{n}:update:{n}",
        system="sales",
        obj="Lead",
        action="update",
        lead=f"lead{n}",
        priority=2,
        payload=VALUES,
        payload_hash="0" * 64,
        created_at=REAL,
    )


def append(ledger: Ledger, rows: Sequence[Event], size: int) -> None:
    for batch in batches(rows, size):
        with ledger.write("pull") as tx:
            events.append(tx, batch)


def upsert(ledger: Ledger, rows: Sequence[LeadRow], size: int) -> None:
    for batch in batches(rows, size):
        with ledger.write("decide") as tx:
            leads.put_many(tx, batch)


def outbox_life(ledger: Ledger, rows: Sequence[Op], size: int) -> dict[str, float]:
    spent = {"intent": 0.0, "claim": 0.0, "settle": 0.0}
    with ledger.write("lease") as tx:
        mine = lanes.claim_lanes(tx, "sales", "bench", REAL, 3600)

    def put() -> None:
        for batch in batches(rows, size):
            with ledger.write("decide") as tx:
                outbox.put(tx, batch)

    spent["intent"] = per_row(put, len(rows))
    for _ in range(0, len(rows), size):
        start = time.perf_counter()
        with ledger.write("send") as tx:
            taken = claims.claim(tx, "sales", mine, now=REAL, limit=size, batch="b")
        middle = time.perf_counter()
        results = [Settlement(id=op.id, state=State.DONE, remote_id="00Q") for op in taken]
        with ledger.write("settle") as tx:
            claims.settle(tx, "sales", results, mine, REAL)
        spent["claim"] += (middle - start) / len(rows) * 1e6
        spent["settle"] += (time.perf_counter() - middle) / len(rows) * 1e6
    return {name: round(value, 1) for name, value in spent.items()}


def mark_and_clear(ledger: Ledger, names: Sequence[str], size: int) -> None:
    for batch in batches(names, size):
        with ledger.write("pull") as tx:
            cursors.mark(tx, [(name, NOW, "seen") for name in batch])
        with ledger.write("decide") as tx:
            cursors.clear(tx, [due.lead for due in cursors.take(tx, NOW, size)])


def read_all(ledger: Ledger, count: int) -> None:
    with ledger.read() as tx:
        assert len(events.since(tx, 0, count)) == count


def quota(ledger: Ledger, calls: int) -> None:
    limits = [
        Budget(name="burst", calls=10**6, seconds=1.0, share=1.0, source="benchmark"),
        Budget(name="day", calls=10**6, seconds=86_400.0, share=1.0, source="benchmark"),
    ]
    budgets = LedgerBudgets(ledger, "acme", "bench", limits)
    for _ in range(calls):
        budgets.take(["burst", "day"], 1)


def measure(folder: str, count: int) -> dict[str, object]:
    ledger = Ledger.open(f"sqlite:///{folder}/ledger.db", "acme")
    entries = [entry(n) for n in range(2 * count)]
    first, second = entries[:count], entries[count:]
    old, new = [lead(n, 1) for n in range(count)], [lead(n, 2) for n in range(count)]
    names = [row.id for row in old]
    figures: dict[str, object] = {
        "event append, 100 a transaction": per_row(lambda: append(ledger, first, 100), count),
        "event append, 1000 a transaction": per_row(lambda: append(ledger, second, 1000), count),
        "event known already, 1000": per_row(lambda: append(ledger, second, 1000), count),
        "event read": per_row(lambda: read_all(ledger, count), count),
        "lead insert, 200 a transaction": per_row(lambda: upsert(ledger, old, 200), count),
        "lead upsert, 200 a transaction": per_row(lambda: upsert(ledger, new, 200), count),
        "due: mark, take, clear": per_row(lambda: mark_and_clear(ledger, names, 200), count),
        "quota take of two": per_row(lambda: quota(ledger, 1000), 1000),
    }
    life = outbox_life(ledger, [operation(n) for n in range(count)], 100)
    figures |= {f"outbox {name}": value for name, value in life.items()}
    figures["outbox life"] = round(sum(life.values()), 1)
    with ledger.read() as tx:
        figures["rows"] = {"events": events.count(tx), "leads": len(list(leads.ids(tx)))}
        figures["open operations"] = outbox.pending(tx, "sales")
    ledger.close()
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(folder, options.rows)
    about = {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    if options.json:
        print(json.dumps({"about": about, "figures": figures}, indent=2))
        return
    print(f"Python {about['python']}, SQLite {about['sqlite']}; µs each unless said otherwise")
    for name, value in figures.items():
        print(f"{name:36} {value}")


if __name__ == "__main__":
    main()
