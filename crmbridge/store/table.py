"""Bulk reading and writing of typed rows: the one place that turns rows into statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from operator import attrgetter
from typing import Any, TypeVar, cast

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Insert,
    Select,
    Table,
    bindparam,
    select,
)
from sqlalchemy.engine import Connection

from crmbridge.store import dialect, schema
from crmbridge.store.book_rows import BookedRow, CostRow, CreditRow, FitRow, StakeRow
from crmbridge.store.rows import (
    AccountRow,
    ActivityRow,
    AssignmentRow,
    CycleRow,
    DealRow,
    IdentityRow,
    LeadRow,
    PartRow,
    RatingRow,
    RefRow,
    RoleRow,
    TouchRow,
    UserRow,
)
from crmbridge.store.seen_rows import BelongingRow, CampaignRow, FirmRow, MemberRow, ProductRow

R = TypeVar("R")
K = TypeVar("K")
T = TypeVar("T")

CHUNK = 500
"""Values in one `IN (…)`: few statements, and far below SQLite's limit of 32,766 parameters."""

TABLES: dict[type[Any], Table] = {
    LeadRow: schema.lead,
    CycleRow: schema.cycle,
    RefRow: schema.ref,
    IdentityRow: schema.identity,
    TouchRow: schema.touch,
    ActivityRow: schema.activity,
    DealRow: schema.deal,
    RoleRow: schema.role,
    UserRow: schema.vendor_user,
    AccountRow: schema.account,
    ProductRow: schema.product,
    CampaignRow: schema.campaign,
    MemberRow: schema.member,
    FirmRow: schema.firm,
    BelongingRow: schema.belonging,
    PartRow: schema.part,
    RatingRow: schema.rating,
    AssignmentRow: schema.assignment,
    CreditRow: schema.credit,
    BookedRow: schema.booked,
    StakeRow: schema.stake,
    CostRow: schema.cost,
    FitRow: schema.fit,
}


@dataclass(slots=True, kw_only=True)
class Tx:
    """An open transaction of one company. Get one from `Ledger`; it dies with its `with`."""

    conn: Connection
    company: str
    shapes: Any = None
    """What `lean` keeps of the transaction."""
    ops: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """What operations say that this transaction recorded, for the entries about them."""
    later: Any = None
    """What `held` has gathered and not written yet."""


def _names(kind: Any) -> tuple[str, ...]:
    # the slots of a dataclass are its fields, in their order
    return cast(tuple[str, ...], kind.__slots__)


@cache
def _select(table: Table, names: tuple[str, ...]) -> Select[Any]:
    return select(*(table.c[name] for name in names))


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Yield the values in lists of at most `size`."""
    rest = iter(values)
    while piece := list(islice(rest, size)):
        yield piece


def put(
    tx: Tx,
    rows: Sequence[Any],
    table: Table | None = None,
    *,
    how: Callable[[Table], Insert] = dialect.upsert,
) -> None:
    """Insert rows of one class, or replace those whose key is known; nothing for no rows.

    `how` gives another statement, such as `dialect.insert` where no key may be known.
    """
    if not rows:
        return
    kind = type(rows[0])
    target = TABLES[kind] if table is None else table
    names = _names(kind)
    pick = attrgetter(*names)
    company = (tx.company,)
    values = (company + pick(row) for row in rows)
    dialect.bulk(tx.conn, how(target), ("company", *names), values)


def among(column: Column[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition that a column holds one of the values, without a look at each."""
    # a list of literals would be checked and wrapped value by value
    listed: BindParameter[Any] = bindparam(None, values, expanding=True, type_=column.type)
    return column.in_(listed)


def fetch(
    tx: Tx,
    kind: type[R],
    *where: ColumnElement[bool],
    order: Sequence[ColumnElement[Any]] = (),
    limit: int | None = None,
    table: Table | None = None,
) -> list[R]:
    """Return the company's rows that fulfil all conditions."""
    target = TABLES[kind] if table is None else table
    names = _names(kind)
    statement = _select(target, names).where(target.c.company == tx.company, *where)
    if order:
        statement = statement.order_by(*order)
    if limit is not None:
        statement = statement.limit(limit)
    return [kind(**dict(zip(names, row, strict=True))) for row in tx.conn.execute(statement)]


SIZES = (1, 4, 20, 100, CHUNK)
"""So many values a look-up has room for: fewer are filled up with the last, so that few queries
have to be compiled."""


@cache
def _look_up(
    column: Column[Any], names: tuple[str, ...], same: tuple[str, ...], size: int
) -> Select[Any]:
    table = column.table
    asked = [bindparam(f"v{n}", type_=column.type) for n in range(size)]
    mine = (table.c[name] == bindparam(name, type_=table.c[name].type) for name in same)
    company = bindparam("company", type_=table.c.company.type)
    return select(*(table.c[name] for name in names)).where(
        table.c.company == company, *mine, column.in_(asked)
    )


def fetch_in(
    tx: Tx,
    kind: type[R],
    column: Column[Any],
    values: Iterable[Any],
    *where: ColumnElement[bool],
    order: Sequence[ColumnElement[Any]] = (),
    same: Mapping[str, Any] | None = None,
) -> list[R]:
    """Return the rows whose column holds one of the values, in this order of columns.

    `same` are values that other columns have to have, by name.
    """
    found: list[R] = []
    names, same = _names(kind), same or {}
    for piece in chunks(dict.fromkeys(values)):
        if where:
            found += fetch(tx, kind, among(column, piece), *where, table=column.table)
            continue
        size = next(one for one in SIZES if one >= len(piece))
        piece += [piece[-1]] * (size - len(piece))
        given = {"company": tx.company, **same, **{f"v{n}": it for n, it in enumerate(piece)}}
        asked = _look_up(column, names, tuple(same), size)
        for row in dialect.look_up(tx.conn, asked, given):
            found.append(kind(**dict(zip(names, row, strict=True))))
    if order:
        # sorted here: asked to sort, SQLite reads the whole table in the order of its key when
        # there is a single value, instead of looking that one up
        found.sort(key=attrgetter(*(str(one.key) for one in order)))
    return found


def grouped(rows: Iterable[R], key: Callable[[R], K]) -> dict[K, list[R]]:
    """Return rows by a key, each list in the order of the rows."""
    groups: dict[K, list[R]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return dict(groups)
