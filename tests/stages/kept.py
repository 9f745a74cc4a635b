"""What the ledger keeps of what it saw: its entries of a type, its rows, and that both agree."""

from __future__ import annotations

from typing import TypeVar

from crmbridge.company import Company
from crmbridge.model.event import Event
from crmbridge.model.payload import Payload
from crmbridge.store import events
from crmbridge.store.dump import canonical_dump
from crmbridge.store.projection import rebuild
from crmbridge.store.table import Tx, fetch

P = TypeVar("P", bound=Payload)
R = TypeVar("R")


def entries(company: Company, kind: type[P]) -> list[tuple[Event, P]]:
    """All entries of one type in their order, each with what it says."""
    with company.ledger.read() as tx:
        found = [(one, one.payload) for one in events.since(tx, 0, 10_000)]
    return [(one, told) for one, told in found if isinstance(told, kind)]


def kept(company: Company, kind: type[P]) -> list[P]:
    """What all entries of one type say, in their order."""
    return [told for _, told in entries(company, kind)]


def rows(company: Company, kind: type[R]) -> list[R]:
    """All rows of one class."""
    with company.ledger.read() as tx:
        return fetch(tx, kind)


def is_rebuilt(company: Company) -> bool:
    """Whether a rebuild makes the rows that stand."""
    with company.ledger.write("test") as tx:
        return is_remade(tx)


def is_remade(tx: Tx) -> bool:
    """The same in a transaction that is open."""
    before = list(canonical_dump(tx))
    rebuild(tx)
    return list(canonical_dump(tx)) == before
