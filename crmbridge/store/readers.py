"""What each lead ever touched, and how many people touched what, kept as touches change."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import delete, func, select

from crmbridge.store.dialect import adding, bulk, upsert
from crmbridge.store.schema import reach, reader, touch
from crmbridge.store.table import Tx, among, chunks

Asset = tuple[str, str]
"""A kind of touch, and what was touched."""
Counts = Mapping[Asset, int]
"""How often a lead touched what."""


def keep(tx: Tx, leads: Iterable[str]) -> None:
    """Read anew what some leads touched, once their touches are written."""
    for piece in chunks(sorted(set(leads))):
        before, now = _known(tx, piece), _touched(tx, piece)
        changed = [one for one in piece if before.get(one, {}) != now.get(one, {})]
        gone = [one for one in changed if one not in now]
        if gone:
            mine = (reader.c.company == tx.company, among(reader.c.lead, gone))
            tx.conn.execute(delete(reader).where(*mine))
        rows = [
            (tx.company, one, list(now[one]), list(now[one].values()))
            for one in changed
            if one in now
        ]
        bulk(tx.conn, upsert(reader), tuple(reader.c.keys()), rows)
        _add(tx, [before.get(one, {}) for one in changed], [now.get(one, {}) for one in changed])


def _known(tx: Tx, leads: Sequence[str]) -> dict[str, Counts]:
    mine = (reader.c.company == tx.company, among(reader.c.lead, leads))
    asked = select(reader.c.lead, reader.c.assets, reader.c.times).where(*mine)
    return {
        ident: {(kind, asset): n for (kind, asset), n in zip(assets, times, strict=True)}
        for ident, assets, times in tx.conn.execute(asked)
    }


def _touched(tx: Tx, leads: Sequence[str]) -> dict[str, Counts]:
    """How often each lead touched what, in the order of kinds and assets."""
    columns = (touch.c.lead, touch.c.kind, touch.c.asset)
    asked = select(*columns, func.count()).where(
        touch.c.company == tx.company, among(touch.c.lead, leads), func.length(touch.c.asset) > 0
    )
    found: dict[str, dict[Asset, int]] = defaultdict(dict)
    for ident, kind, asset, n in tx.conn.execute(asked.group_by(*columns)):
        found[ident][kind, asset] = n
    return {ident: dict(sorted(some.items())) for ident, some in found.items()}


def _add(tx: Tx, before: Iterable[Counts], now: Iterable[Counts]) -> None:
    """Add to the sums what some leads have more, and take away what they have less."""
    people, times = Counter[Asset](), Counter[Asset]()
    for some, sign in ((before, -1), (now, 1)):
        for counts in some:
            for asset, n in counts.items():
                people[asset] += sign
                times[asset] += sign * n
    news = [(tx.company, *one, people[one], n) for one, n in times.items() if n or people[one]]
    bulk(tx.conn, adding(reach, ("people", "times")), tuple(reach.c.keys()), news)
    if any(n < 0 for n in people.values()):
        tx.conn.execute(delete(reach).where(reach.c.company == tx.company, reach.c.people == 0))
