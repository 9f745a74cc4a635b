"""Entries about whose turn it was are found by their type, by an index and within times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from crmbridge.model.event import Content, Event
from crmbridge.model.kind import Kind
from crmbridge.model.payload import read
from crmbridge.store import desk, events
from crmbridge.store.ledger import Ledger
from crmbridge.store.schema import DESK_SQL

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)


def waits(n: int, type_: str = "waits") -> Event:
    at = AT + timedelta(hours=n)
    content = Content(read(type_, {"reason": f"r{n}"}))
    return Event(
        kind=Kind.DECIDED, content=content, at=at, recorded_at=at, key=f"k{n}", lead=f"lead{n}"
    )


def test_entries_of_a_type_come_by_time_within_the_times_asked(ledger: Ledger) -> None:
    with ledger.write("test") as tx:
        events.append(tx, [waits(2), waits(0), waits(1), waits(3)])
    with ledger.read() as tx:
        told = [(one.lead, one.said["reason"]) for one in desk.noted(tx, "waits")]
        some = desk.noted(tx, "waits", AT + timedelta(hours=1), AT + timedelta(hours=3))
        assert told == [(f"lead{n}", f"r{n}") for n in range(4)]
        assert [one.lead for one in some] == ["lead1", "lead2"]
        assert list(desk.noted(tx, "refunded")) == []


def test_a_type_without_the_index_is_refused(ledger: Ledger) -> None:
    with ledger.read() as tx, pytest.raises(ValueError, match="only assigned, handed"):
        list(desk.noted(tx, "touch"))


@pytest.mark.of_file
def test_the_index_is_used_and_holds_the_types_that_are_offered(ledger: Ledger) -> None:
    assert all(f"'{one}'" in DESK_SQL for one in desk.TYPES)
    asked = f"SELECT lead FROM event WHERE company = 'acme' AND {DESK_SQL} AND type = 'waits'"
    with ledger.read() as tx:
        plan = tx.conn.execute(text(f"EXPLAIN QUERY PLAN {asked} ORDER BY at")).all()
    assert "event_desk" in str(plan)
