"""A ledger of many leads, made of a played one: every row and entry again, under other names.

Entries, operations and projections are copied alike, so that what reads any of them finds a ledger
as a million people would have left it. Nothing may be written to a vendor from it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Table, func, select, update

from benchmarks.bench import people
from crmbridge.model.lead import mark_of
from crmbridge.store import Ledger, dialect, schema
from crmbridge.store.accounts import account_mark
from crmbridge.store.lean_writes import named, short_name
from crmbridge.store.table import Tx
from crmbridge.store.types import Mark, Packed

COPIED = (
    *(schema.event, schema.lead, schema.cycle, schema.ref, schema.identity, schema.touch),
    *(schema.activity, schema.deal, schema.role, schema.account, schema.part, schema.member),
    *(schema.belonging, schema.product, schema.due, schema.queue, schema.op),
    *(schema.credit, schema.booked, schema.stake),
    *(schema.hand_off, schema.first_meeting, schema.reader),
)
PEOPLE = "@buyer.example"
"""How the addresses of the people end whom `bench.people` makes up."""
_addresses = {
    mark_of(one["properties"]["email"]): one["properties"]["email"] for one in people(10_000)
}
"""Those addresses by the hash under which the ledger knows them."""
_FIRM = re.compile(r"^Company \d+$")
_firms = {account_mark(f"Company {n}"): f"Company {n}" for n in range(1000)}
"""Their firms by the hash under which the ledger knows them."""
OF_THE_COMPANY = ("user", "agreement_in_force")
"""Types of entries of which a company has one set, however many leads it has."""
BATCH = 50
"""Copies in one transaction."""

_REF = re.compile(r"^(marketing|sales|messages\.\w+):[^:]+:")
_HEX = re.compile(r"^[0-9a-f]{32}$|^[0-9a-f]{64}$|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
_ENTRY = {("event", "seq"), ("lead", "rev"), ("queue", "rev"), ("ref", "heard")}
_DAYS = {("credit", "day"), ("credit", "posted"), ("booked", "day")}
YEAR = 365
_VENDORS = {("ref", "id"), ("op", "remote_id")}


def multiply(ledger: Ledger, times: int, tables: Iterable[Table] = COPIED) -> None:
    """Copy every lead and what hangs on it, so that there are `times` as many.

    `tables` leaves out what nobody reads afterwards.
    """
    with ledger.read() as tx:
        played = {table: list(_rows(tx, table)) for table in tables}
        if schema.event in played:
            played[schema.event] = [
                one for one in played[schema.event] if one["type"] not in OF_THE_COMPANY
            ]
        entries, ops = (_last(tx, table) for table in (schema.event, schema.op))
    for first in range(1, times, BATCH):
        with ledger.write("copies") as tx:
            for table, rows in played.items():
                _copy(tx, table, rows, range(first, min(times, first + BATCH)), entries, ops)
    with ledger.write("totals") as tx:
        table = schema.total
        more = {"n": table.c.n * times, "minor": table.c.minor * times}
        tx.conn.execute(update(table).where(table.c.company == tx.company).values(more))
        table = schema.reach
        more = {one: table.c[one] * times for one in ("people", "times")}
        tx.conn.execute(update(table).where(table.c.company == tx.company).values(more))


def _rows(tx: Tx, table: Table) -> Iterator[Mapping[str, Any]]:
    found = tx.conn.execute(select(table).where(table.c.company == tx.company))
    return (dict(row._mapping) for row in found)  # SQLAlchemy's own word for it


def _last(tx: Tx, table: Table) -> int:
    return int(tx.conn.execute(select(func.max(table.c.seq))).scalar_one() or 0)


def _copy(
    tx: Tx, table: Table, rows: list[Mapping[str, Any]], copies: range, entries: int, ops: int
) -> None:
    turns = [(one.name, _turn(table, one.name, entries, ops)) for one in table.columns]
    made = ([turn(row[name], nth) for name, turn in turns] for nth in copies for row in rows)
    dialect.bulk(tx.conn, dialect.insert(table), tuple(name for name, _ in turns), made)


def _turn(table: Table, name: str, entries: int, ops: int) -> Callable[[Any, int], Any]:
    """How a value of a column is said in a copy."""
    where, kind = (table.name, name), table.columns[name].type
    if where in _ENTRY:
        return lambda value, nth: value + nth * entries if value > 0 else value
    if where in _DAYS:
        # so that the books have as many days as a company's
        return lambda value, nth: value - timedelta(days=nth % YEAR) if value else value
    if where == ("op", "seq"):
        return lambda value, nth: value + nth * ops
    if where in _VENDORS:
        return lambda value, nth: f"{value}x{nth}" if value else value
    if isinstance(kind, Mark):
        return lambda value, nth: f"{value}~{nth}" if value else value
    if isinstance(kind, Packed):
        return renamed
    if name in ("company", "type", "kind", "why", "basis", "campaign", "campaigns", "assets"):
        return lambda value, nth: value
    if where == ("event", "data"):
        return lambda value, nth: _about(renamed(value, nth), nth)
    if where == ("op", "payload"):
        return lambda value, nth: _addressed(renamed(value, nth), nth)
    if where == ("ref", "seen"):
        return lambda value, nth: _settled(renamed(value, nth), nth * entries)
    return renamed


def _about(data: Any, nth: int) -> Any:
    """The operation that an entry leaves something to."""
    if isinstance(data.get("$w"), str):
        data["$w"] = short_name(_other(named(data), nth))
    return data


def _addressed(payload: Any, nth: int) -> Any:
    """The record that a write is for, which an operation names by the vendor's id alone."""
    if payload.get("id"):
        payload["id"] += f"x{nth}"
    return payload


def _settled(seen: Any, more: int) -> Any:
    if isinstance(seen, dict) and seen.get("settled"):
        seen["settled"] += more
    return seen


def renamed(value: Any, nth: int) -> Any:
    """A value with every id of a lead, an operation or a vendor's record in it changed."""
    if isinstance(value, str):
        return _text(value, nth)
    if isinstance(value, dict):
        return {renamed(name, nth): renamed(one, nth) for name, one in value.items()}
    if isinstance(value, list):
        return [renamed(one, nth) for one in value]
    return value


def _text(value: str, nth: int) -> str:
    if _REF.match(value):
        return f"{value}x{nth}"
    if value.endswith(PEOPLE):
        return f"x{nth}.{value}"
    if _FIRM.match(value):
        return f"{value} x{nth}"
    if value in _addresses:
        return mark_of(_text(_addresses[value], nth))
    if value in _firms:
        return account_mark(_text(_firms[value], nth))
    return _other(value, nth) if _HEX.match(value) else value


def _other(value: str, nth: int) -> str:
    """Another name of the same form."""
    digits = sha256(f"{value}~{nth}".encode()).hexdigest()[: len(value.replace("-", ""))]
    if "-" not in value:
        return digits
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
