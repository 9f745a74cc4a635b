"""To whom each lead was given is kept as entries come, by a rebuild, and when a ledger is older."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from crmbridge.model.event import Content, Event, Kind
from crmbridge.model.payload import Assigned
from crmbridge.store import Ledger, assignments, events, schema
from crmbridge.store.assignments import Given
from crmbridge.store.projection import Workspace
from crmbridge.store.projection.apply import apply
from crmbridge.store.projection.rebuild import rebuild
from tests.stages.ledgers import ledger_at

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ONE, TWO = "1" * 32, "2" * 32


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = ledger_at(tmp_path / "l.db")
    yield opened
    opened.close()


def assigned(rep: str, cycle: int | None = 1, on: str = "", limit: int | None = None) -> Assigned:
    said = {"rep": rep, "team": "dach", "definition": "v1:a", "rating": "hot", "hand_raise": True}
    said |= {"cycle": cycle, "on": on, "v": "1/2"}
    said |= {"capacity": {"open": 4, "limit": limit, "fill": None, "bar": ""}}
    return Assigned.read(said)


def tell(ledger: Ledger, *told: tuple[str, Assigned]) -> None:
    with ledger.write("test") as tx:
        made = [
            Event(
                kind=Kind.DECIDED,
                content=Content(said),
                at=NOW + timedelta(minutes=n),
                recorded_at=NOW,
                key="",
                lead=lead,
            )
            for n, (lead, said) in enumerate(told)
        ]
        work = Workspace(tx)
        work.load_leads({lead for lead, _ in told})
        for one in events.append(tx, made):
            apply(work, one)
        work.write_rows()


def given(rep: str, *, full: bool = False) -> Given:
    return Given(rep, "dach", "v1:a", "hot", hand_raise=True, full=full)


def kept(ledger: Ledger) -> dict[tuple[str, int], Given]:
    with ledger.read() as tx:
        return assignments.all_of(tx)


def test_of_a_cycle_the_last_assignment_counts_and_a_hand_on_never(ledger: Ledger) -> None:
    tell(ledger, (ONE, assigned("ann")), (ONE, assigned("bob", limit=5)), (TWO, assigned("ann", 2)))
    tell(ledger, (ONE, assigned("eva", on="on")), (TWO, assigned("cat", None, limit=6)))
    expected = {
        (ONE, 1): given("bob", full=True),
        (TWO, 2): given("ann"),
        (TWO, 1): given("cat"),
    }
    assert kept(ledger) == expected
    with ledger.write("test") as tx:
        rebuild(tx)
    assert kept(ledger) == expected
    with ledger.write("test") as tx:  # as in a ledger that an earlier build wrote
        tx.conn.execute(delete(schema.assignment))
        assignments.make_anew(tx)
    assert kept(ledger) == expected
