"""Which reps work which accounts: the leads that sales has, by the hash of the account's name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import attrgetter

from sqlalchemy import delete

from crmbridge.policy.routing.account_mark import account_mark as account_mark
from crmbridge.store.rows import AccountRow
from crmbridge.store.schema import account
from crmbridge.store.table import Tx, chunks, fetch_in, grouped, put


def put_work(tx: Tx, rows: Mapping[str, AccountRow | None]) -> bool:
    """Note by lead who works it, `None` for one that sales has no more; return if any is news."""
    before = {row.lead: row for row in fetch_in(tx, AccountRow, account.c.lead, rows)}
    news = {lead: row for lead, row in rows.items() if row != before.get(lead)}
    put(tx, [row for row in news.values() if row is not None])
    for piece in chunks(lead for lead, row in news.items() if row is None):
        here = (account.c.company == tx.company, account.c.lead.in_(piece))
        tx.conn.execute(delete(account).where(*here))
    return bool(news)


def workers(tx: Tx, marks: Iterable[str]) -> dict[str, list[AccountRow]]:
    """Return by account the leads of it that reps work; an account without any is absent."""
    rows = fetch_in(tx, AccountRow, account.c.account, marks, order=[account.c.lead])
    return grouped(rows, attrgetter("account"))
