"""Looking a few rows up costs the same in a large ledger: every look-up goes by its index."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.schema import CreateIndex, DropIndex

from crmbridge.store import (
    accounts,
    book_looks,
    books,
    campaigns,
    events,
    firms,
    held,
    leads,
    outbox,
    products,
    queue,
    schema,
    totals,
    trail,
)
from crmbridge.store.known import DEALS, HAPPENINGS, PEOPLE, ROLES, known
from crmbridge.store.ledger import Ledger
from crmbridge.store.table import Tx

pytestmark = pytest.mark.of_file

LOOKUPS: dict[str, Callable[[Tx, list[str]], object]] = {
    "lead": leads.get_many,
    "cycle": leads.cycles_of,
    "ref": leads.refs_of,
    "identity": leads.identities_of,
    "touch": trail.touches_of,
    "activity": trail.activities_of,
    "role of a deal": trail.roles_of_deals,
    "account": accounts.workers,
    "firm": firms.get_firms,
    "belonging of a person": firms.belongings_of,
    "belonging to a firm": firms.belongings_to,
    "campaign": campaigns.get_campaigns,
    "member of a campaign": campaigns.members_of,
    "membership of a person": campaigns.memberships_of,
    "product of a deal": products.products_of,
    "known member": lambda tx, ids: known(tx, "member", "sales", "CampaignMember", ids),
    "operation": outbox.open_hashes,
    "stake of a lead": book_looks.stakes_of,
    "deal that a lead has a stake in": lambda tx, ids: books.mark(tx, (), leads=ids),
    "deal of an account": lambda tx, ids: books.mark(tx, (), accounts=ids),
    "account of a lead": books.firms_of,
    "stake in a deal": book_looks.holders_of,
    "deal in the books": books.booked,
    "what was posted of a deal": books.posted,
    "what campaigns are credited with": lambda tx, ids: book_looks.backed_by(tx, ids, ["linear"]),
    "what campaigns and people are credited with": lambda tx, ids: book_looks.named_by(
        tx, ids, "revenue", "linear"
    ),
    "part of a deal": totals.parts_of,
    "part of a lead": totals.parts_of_leads,
    "known person": lambda tx, ids: known(tx, PEOPLE, "sales", "Lead", ids),
    "known deal": lambda tx, ids: known(tx, DEALS, "sales", "Opportunity", ids),
    "known role": lambda tx, ids: known(tx, ROLES, "sales", "OpportunityContactRole", ids),
    "known touch or activity": lambda tx, ids: known(tx, HAPPENINGS, "marketing", "form:1", ids),
}


def plans(ledger: Ledger, look: Callable[[Tx, list[str]], object], values: list[str]) -> list[str]:
    """How the database goes about a look-up, a line a step."""
    found: list[str] = []

    def note(_conn: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            asked = cursor.connection.execute("EXPLAIN QUERY PLAN " + statement, parameters)
            found.extend(str(row[3]) for row in asked)

    with ledger.read() as tx:
        event.listen(tx.conn, "before_cursor_execute", note)
        look(tx, values)
    return found


@pytest.mark.parametrize("name", LOOKUPS)
@pytest.mark.parametrize("values", [["one"], ["one", "two", "three"]])
def test_a_look_up_reads_no_more_than_it_was_asked_for(
    ledger: Ledger, name: str, values: list[str]
) -> None:
    steps = plans(ledger, LOOKUPS[name], values)
    assert any(step.startswith("SEARCH") for step in steps)
    for step in steps:
        assert not step.startswith("SCAN") or "VIRTUAL TABLE" in step  # what was asked about
        assert not step.endswith("(company=?)")


@pytest.fixture(params=["as made", "the other way round"])
def either(request: pytest.FixtureRequest, ledger: Ledger) -> Ledger:
    """A ledger whose indexes were made in one order or the other: SQLite prefers the last."""
    with ledger.write("test") as tx:
        for table in schema.metadata.sorted_tables:
            indexes = sorted(table.indexes, key=lambda one: str(one.name))
            for one in indexes if request.param == "as made" else reversed(indexes):
                tx.conn.execute(DropIndex(one))
                tx.conn.execute(CreateIndex(one))
    return ledger


@pytest.mark.parametrize("name", LOOKUPS)
def test_a_look_up_goes_by_its_index_in_whatever_order_they_were_made(
    either: Ledger, name: str
) -> None:
    steps = plans(either, LOOKUPS[name], ["one"])
    assert not [one for one in steps if one.endswith("(company=?)")]


NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
BY: dict[str, tuple[Callable[[Tx, list[str]], object], str]] = {
    "held work of a lead": (lambda tx, ids: held.find(tx, lead=ids[0]), "held_lead"),
    "held work of leads": (lambda tx, ids: held.of_leads(tx, ids, ["conflict"]), "held_lead"),
    "places whose lead changed": (
        lambda tx, _: queue.overdue(tx, "basis", NOW, 9),
        "queue_changed (company=? AND rev<?)",
    ),
    "places that end": (
        lambda tx, _: queue.overdue(tx, "basis", NOW, 9),
        "queue_until (company=? AND until<?)",
    ),
}


@pytest.mark.parametrize("name", BY)
def test_of_two_indexes_the_one_that_fits_is_taken(either: Ledger, name: str) -> None:
    with either.write("test") as tx:
        queue.note_placed(tx, "basis", NOW)
    look, index = BY[name]
    assert [one for one in plans(either, look, ["one"]) if index in one]


def test_held_work_of_a_lead_ends_by_its_index(either: Ledger) -> None:
    found: list[str] = []
    with either.write("test") as tx:
        held.end(tx, "one", ["conflict"], NOW)

        def note(_conn: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
            given = parameters[0] if isinstance(parameters, list) else parameters
            asked = cursor.connection.execute("EXPLAIN QUERY PLAN " + statement, given)
            found.extend(str(row[3]) for row in asked)

        event.listen(tx.conn, "before_cursor_execute", note)
        held.settle(tx)
    assert ["held_lead" in one for one in found] == [True]


def test_the_newest_entry_is_found_from_the_end(ledger: Ledger) -> None:
    steps = plans(ledger, lambda tx, _: events.last_seq(tx), [])
    assert steps == ["SCAN event"]  # in the order of its numbers, and it stops at the first
