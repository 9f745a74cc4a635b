"""The totals that status and reports show, and the parts of deals that they are made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter, itemgetter
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, select, update

from crmbridge.policy.totals.counted import STAGE
from crmbridge.policy.totals.deals import FIRM
from crmbridge.policy.totals.money import MONEY
from crmbridge.store import schema
from crmbridge.store.dialect import adding, bulk, insert_new, upsert
from crmbridge.store.rows import PartRow
from crmbridge.store.table import Tx, among, chunks, fetch_in, grouped, put

Key = tuple[str, str, str]
"""What is counted, and two names by which it is; see `policy.totals`."""

Sum = tuple[int, int]
"""How many, and their money in the currency's smallest unit."""


class Sums:
    """Changes of totals, gathered before they are written."""

    def __init__(self) -> None:
        self._found: dict[Key, Sum] = defaultdict(lambda: (0, 0))

    def add(self, counts: Mapping[Key, int], sign: int = 1) -> None:
        """Add how often each key counts, or take it away."""
        for key, number in counts.items():
            self.money(key, sign * number, 0)

    def money(self, key: Key, number: int, minor: int) -> None:
        """Add a number of parts and their money, both negative to take them away."""
        n, m = self._found[key]
        self._found[key] = (n + number, m + minor)

    def write(self, tx: Tx) -> None:
        """Add all to the ledger's totals, and begin anew; a total of none has no row."""
        news = {key: sums for key, sums in self._found.items() if sums != (0, 0)}
        self._found.clear()
        money = {key: sums for key, sums in news.items() if key[0] in MONEY}
        plain = ((tx.company, *key, n, "0") for key, (n, _) in news.items() if key not in money)
        bulk(tx.conn, adding(schema.total, ("n",)), _NAMES, plain)
        if money:
            bulk(tx.conn, upsert(schema.total), _NAMES, _added(tx, money))
        if any(n < 0 for n, _ in news.values()):
            mine = (schema.total.c.company == tx.company, schema.total.c.n == 0)
            tx.conn.execute(delete(schema.total).where(*mine))


def _added(tx: Tx, money: Mapping[Key, Sum]) -> Iterator[tuple[Any, ...]]:
    """Rows with the sums of the ledger and these; worked out here, where no number is too large."""
    known = _known(tx, money)
    for key, (number, minor) in money.items():
        n, m = known.get(key, (0, 0))
        yield (tx.company, *key, n + number, str(m + minor))


def _known(tx: Tx, keys: Iterable[Key]) -> dict[Key, Sum]:
    """The totals of these keys, and of others with their names."""
    out: dict[Key, Sum] = {}
    for what, group in grouped(keys, itemgetter(0)).items():
        out.update(_named(tx, what, (name for _, name, _ in group)))
    return out


def _named(tx: Tx, what: str, names: Iterable[str]) -> dict[Key, Sum]:
    """The totals of one kind under some names."""
    table, out = schema.total, {}
    for piece in chunks(dict.fromkeys(names)):
        out.update(_read(tx, table.c.what == what, among(table.c.name, piece)))
    return out


_NAMES = ("company", "what", "name", "detail", "n", "minor")


def read(tx: Tx, *what: str) -> dict[Key, Sum]:
    """Return totals by key, in the order of their keys; none is 0."""
    return _read(tx, schema.total.c.what.in_(what))


def _read(tx: Tx, *where: ColumnElement[bool]) -> dict[Key, Sum]:
    table = schema.total
    columns = (table.c.what, table.c.name, table.c.detail, table.c.n, table.c.minor)
    mine = (table.c.company == tx.company, *where)
    found = tx.conn.execute(select(*columns).where(*mine).order_by(*columns[:3]))
    return {(one, name, detail): (n, int(minor)) for one, name, detail, n, minor in found}


def by_stage(tx: Tx) -> dict[str, int]:
    """Return how many leads are in each stage; empty stages are absent."""
    return {name: n for (_, name, _), (n, _) in read(tx, STAGE).items()}


def parts_of(tx: Tx, deals: Iterable[str]) -> dict[str, list[PartRow]]:
    """Return by deal (ref as text) which leads' cycles list it, by id; a deal of none is absent."""
    rows = fetch_in(tx, PartRow, schema.part.c.deal, deals, order=[schema.part.c.lead])
    return grouped(rows, attrgetter("deal"))


def parts_of_leads(tx: Tx, leads: Iterable[str]) -> dict[str, list[PartRow]]:
    """Return by lead the deals that it shares or lists, by deal; a lead without any is absent."""
    part, rows = schema.part, list[PartRow]()
    # the index alone has all that is asked of this one; else SQLite reads all parts, by their key
    named = part.alias("named")
    same = and_(*(part.c[name] == named.c[name] for name in ("company", "deal", "lead")))
    asked = select(*(column for column in part.c if column is not part.c.company))
    asked = asked.select_from(named.join(part, same))
    for piece in chunks(dict.fromkeys(leads)):
        mine = (named.c.company == tx.company, among(named.c.lead, piece))
        found = tx.conn.execute(asked.where(*mine)).mappings()
        rows += (PartRow(**{str(name): told for name, told in row.items()}) for row in found)
    return grouped(sorted(rows, key=attrgetter("deal")), attrgetter("lead"))


def deals_of_firms(tx: Tx, firms: Iterable[str]) -> dict[str, dict[str, int]]:
    """Return by account (ref as text) how many deals of it are in which state: open and won."""
    out: dict[str, dict[str, int]] = defaultdict(dict)
    for (_, name, state), (n, _) in _named(tx, FIRM, firms).items():
        out[name][state] = n
    return dict(out)


def deals_due(tx: Tx, deals: Iterable[str]) -> None:
    """Have it looked whom the evidence puts on some deals, or takes off."""
    rows = ((tx.company, one) for one in deals)
    bulk(tx.conn, insert_new(schema.deal_due), ("company", "deal"), rows)


def is_any_due(tx: Tx) -> bool:
    """Whether that is to be looked of any deal."""
    mine = schema.deal_due.c.company == tx.company
    return tx.conn.execute(select(schema.deal_due.c.deal).where(mine).limit(1)).first() is not None


def take_due(tx: Tx, limit: int) -> list[str]:
    """Return some deals of which that is to be looked, and ask it of them no more."""
    table = schema.deal_due
    asked = select(table.c.deal).where(table.c.company == tx.company).order_by(table.c.deal)
    some = list(tx.conn.execute(asked.limit(limit)).scalars())
    for piece in chunks(some):
        tx.conn.execute(
            delete(table).where(table.c.company == tx.company, among(table.c.deal, piece))
        )
    return some


def put_parts(tx: Tx, rows: Sequence[PartRow]) -> None:
    """Insert or replace parts."""
    put(tx, rows)


def remove_parts(tx: Tx, rows: Iterable[PartRow]) -> None:
    """Remove parts of leads that list the deal no more."""
    of_deal = grouped(rows, attrgetter("deal"))
    for deal, gone in of_deal.items():
        for piece in chunks(one.lead for one in gone):
            mine = (schema.part.c.company == tx.company, schema.part.c.deal == deal)
            tx.conn.execute(delete(schema.part).where(*mine, schema.part.c.lead.in_(piece)))


def clear(tx: Tx) -> None:
    """Remove all totals and parts of the company, before they are counted anew."""
    tx.conn.execute(
        update(schema.deal).where(schema.deal.c.company == tx.company).values(counted="")
    )
    for table in (schema.total, schema.part):
        tx.conn.execute(delete(table).where(table.c.company == tx.company))
