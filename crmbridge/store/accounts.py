"""Which reps work which accounts: the leads that sales has, by the hash of the account's name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import itemgetter

from sqlalchemy import delete

from crmbridge.policy.routing.account_mark import account_mark as account_mark
from crmbridge.store import firms
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
    """Return by account the leads of it that reps work; an account without any is absent.

    A lead is of the account that has its domain, where one has, and else of that with its name.
    """
    wanted = set(marks)
    theirs = firms.domains_of(tx, wanted)
    rows = fetch_in(tx, AccountRow, account.c.account, sorted(wanted), order=[account.c.lead])
    rows += fetch_in(tx, AccountRow, account.c.domain, sorted(theirs), order=[account.c.lead])
    by_lead = {row.lead: row for row in rows}
    known = firms.by_domain(tx, {row.domain for row in rows if row.domain})
    mine = [(known.get(row.domain) or row.account, row) for _, row in sorted(by_lead.items())]
    found = grouped((pair for pair in mine if pair[0] in wanted), itemgetter(0))
    return {mark: [row for _, row in pairs] for mark, pairs in found.items()}
