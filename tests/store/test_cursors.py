"""Cursors stand where they were put, and due leads keep their earliest time."""

from datetime import UTC, datetime, timedelta

import pytest

from crmbridge.store import cursors
from crmbridge.store.cursors import Cursor, Due
from crmbridge.store.ledger import Ledger

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_cursor_keeps_the_connectors_own_text(ledger: Ledger) -> None:
    first = Cursor(
        system="sales", obj="Lead", name="changes", position='{"é": "1"}', updated_at=NOW
    )
    moved = Cursor(
        system="sales",
        obj="Lead",
        name="changes",
        position="2",
        updated_at=NOW + HOUR,
        generation=1,
    )
    with ledger.write("pull") as tx:
        assert cursors.get_cursor(tx, "sales", "Lead", "changes") is None
        cursors.put_cursor(tx, first)
        assert cursors.get_cursor(tx, "sales", "Lead", "changes") == first
        cursors.put_cursor(tx, moved)
        assert cursors.all_cursors(tx) == [moved]


def test_a_due_lead_keeps_its_earliest_time(ledger: Ledger) -> None:
    with ledger.write("pull") as tx:
        cursors.mark(tx, [])
        cursors.mark(tx, [("a", NOW + HOUR, "sla"), ("b", NOW, "seen"), ("c", NOW + HOUR, "sla")])
        cursors.mark(tx, [("a", NOW, "seen"), ("b", NOW + HOUR, "sla")])
        assert cursors.take(tx, NOW, 10) == [
            Due(lead="a", at=NOW, why="seen"),
            Due(lead="b", at=NOW, why="seen"),
        ]
        assert [item.lead for item in cursors.take(tx, NOW + HOUR, 2)] == ["a", "b"]
        assert (cursors.due_count(tx), cursors.due_count(tx, NOW)) == (3, 2)


def test_cleared_leads_are_due_no_more(ledger: Ledger) -> None:
    with ledger.write("decide") as tx:
        cursors.mark(tx, [("a", NOW, "seen"), ("b", NOW + HOUR, "sla")])
        cursors.clear(tx, ["a", "none"])
        assert cursors.take(tx, NOW, 10) == []
        assert cursors.next_due(tx) == NOW + HOUR
        cursors.clear(tx, ["b"])
        assert cursors.next_due(tx) is None


def test_a_time_without_a_zone_is_refused(ledger: Ledger) -> None:
    with pytest.raises(Exception, match="no time zone"), ledger.write("pull") as tx:
        cursors.mark(tx, [("a", datetime(2026, 3, 2), "seen")])  # noqa: DTZ001


def test_facts_of_the_company_are_kept(ledger: Ledger) -> None:
    with ledger.write("pull") as tx:
        assert cursors.get_meta(tx, "account") is None
        cursors.put_meta(tx, "account", {"sales": "org1"})
        cursors.put_meta(tx, "account", {"sales": "org2"})
        assert cursors.get_meta(tx, "account") == {"sales": "org2"}
