"""Looking a few rows up costs the same in a large ledger: every look-up goes by its index."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from crmbridge.store import accounts, campaigns, events, firms, leads, outbox, products, trail
from crmbridge.store.known import DEALS, HAPPENINGS, PEOPLE, ROLES, known
from crmbridge.store.ledger import Ledger
from crmbridge.store.table import Tx

LOOKUPS: dict[str, Callable[[Tx, list[str]], object]] = {
    "lead": leads.get_many,
    "cycle": leads.cycles_of,
    "ref": leads.refs_of,
    "identity": leads.identities_of,
    "touch": trail.touches_of,
    "activity": trail.activities_of,
    "role of a person": trail.roles_of_people,
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


def test_the_newest_entry_is_found_from_the_end(ledger: Ledger) -> None:
    steps = plans(ledger, lambda tx, _: events.last_seq(tx), [])
    assert steps == ["SCAN event"]  # in the order of its numbers, and it stops at the first
