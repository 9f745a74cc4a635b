"""A dump is the same for the same projections, and clearing leaves the entries."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from crmbridge.model.event import Event
from crmbridge.store import cursors, dump, events, leads, trail
from crmbridge.store.ledger import Ledger
from crmbridge.store.rows import IdentityRow, LeadRow, RefRow, TouchRow
from crmbridge.store.table import Tx
from tests.stages.ledgers import ledger_at

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def fill(tx: Tx, names: list[str]) -> None:
    for name in names:
        state = {"name": f"Zoë {name} \ud800"}
        leads.put_many(tx, [LeadRow(id=name, state=state, stage="known", updated_at=NOW)])
        leads.put_refs(tx, [RefRow(system="sales", obj="Lead", id=name, lead=name)])
        leads.put_identities(tx, [IdentityRow(hash=f"h{name}", lead=name)])
        trail.put_touches(tx, [TouchRow(id=name, at=NOW, kind="form", lead=name)])


def test_the_order_of_writing_does_not_show(ledger: Ledger, tmp_path: Path) -> None:
    other = ledger_at(tmp_path / "other.db", "globex")
    with ledger.write("t") as tx:
        fill(tx, ["a", "b"])
        first = list(dump.canonical_dump(tx))
    with other.write("t") as tx:
        fill(tx, ["b", "a"])
        second = list(dump.canonical_dump(tx))
    other.close()
    assert first == second
    assert len(first) == 8
    assert all(line.isascii() for line in first)


def test_a_changed_row_shows(ledger: Ledger) -> None:
    with ledger.write("t") as tx:
        fill(tx, ["a"])
        before = list(dump.canonical_dump(tx))
        trail.put_touches(tx, [TouchRow(id="a", at=NOW, kind="call", lead="a")])
        assert list(dump.canonical_dump(tx)) != before


def test_clearing_takes_the_companys_projections_only(
    ledger: Ledger, url: str, entry: Callable[..., Event]
) -> None:
    other = Ledger.open(url, "globex")
    with other.write("t") as tx:
        fill(tx, ["a"])
    with ledger.write("t") as tx:
        fill(tx, ["a", "b"])
        events.append(tx, [entry("k", "a")])
        cursors.mark(tx, [("a", NOW, "seen")])
        dump.clear_projections(tx)
        assert list(dump.canonical_dump(tx)) == []
        assert (events.count(tx), cursors.due_count(tx)) == (1, 1)
    with other.read() as tx:
        assert len(list(dump.canonical_dump(tx))) == 4
    other.close()
