"""The rows of a lead's trips: one a number, and the one that stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crmbridge.model.event import Content, Event, Kind
from crmbridge.store import leads
from crmbridge.store.ledger import Ledger
from crmbridge.store.projection import Workspace
from crmbridge.store.trips import trips
from tests.stages.compare import remade

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
STORY = ("known", "ready", "handed", "opportunity", "deal_lost", "deal_reopened", "deal_lost")


def happens(work: Workspace, number: int, type_: str) -> None:
    at = NOW + timedelta(hours=number)
    work.emit(
        Event(
            kind=Kind.OBSERVED,
            at=at,
            recorded_at=at,
            key=f"{number}",
            lead="jo",
            source="test",
            content=Content.stored(type_, {"deal": "sales:Opportunity:1"} if number > 2 else {}),
        )
    )


def test_a_trip_that_stands_is_kept_over_a_void_one_of_its_number(ledger: Ledger) -> None:
    for number, type_ in enumerate(STORY):
        with ledger.write("test") as tx:
            work = Workspace(tx)
            happens(work, number, type_)
            work.flush()
            life = work.lifecycle("jo")
            rows = leads.cycles_of(tx, ["jo"]).get("jo", [])
            stand = {cycle.n: cycle.opened for cycle in life.cycles}
            told = {row.n: row.opened for row in rows if not row.voided}
            assert told == (stand if number else {})  # of one that is only known there is no row
            assert [trip.n for trip in trips(tx)] == sorted(stand)
    assert [cycle.n for cycle in life.voided] == [2]
    assert sorted(stand) == [1, 2]


AGAIN = ("engaged", "ready", "handed", "sales_touch", "accepted", "opportunity", "deal_lost")


@pytest.mark.parametrize("type_", AGAIN)
def test_a_step_whose_entry_is_there_already_leaves_the_lead_as_a_rebuild_makes_it(
    ledger: Ledger, type_: str
) -> None:
    story = ("known", "engaged", "ready", "handed", "sales_touch", "accepted", "opportunity")
    with ledger.write("test") as tx:
        work = Workspace(tx)
        for number, one in enumerate((*story, "deal_lost")):
            happens(work, number, one)
        work.flush()
    with ledger.write("test") as tx:
        work = Workspace(tx)
        happens(work, (*story, "deal_lost").index(type_), type_)
        assert work.flush() == []
    before, again = remade(ledger)
    assert before == again
