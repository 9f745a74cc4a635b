"""What was posted to the books late: of deals that were won, or created, before."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sqlalchemy import select

from crmbridge.store.book_rows import CLASS
from crmbridge.store.schema import credit
from crmbridge.store.table import Tx


class Late(NamedTuple):
    """What a posting added to a deal of an earlier day; `minor` is in `currency`."""

    deal: str
    measure: str
    day: date
    currency: str
    minor: int


def late(tx: Tx, definition: str, since: date, until: date) -> list[Late]:
    """Return what was posted on some days of deals of days before `since`.

    By the classes of one definition, so that each deal's amount is in it once.
    """
    columns = (credit.c.deal, credit.c.measure, credit.c.day, credit.c.currency, credit.c.minor)
    asked = select(*columns).where(
        credit.c.company == tx.company,
        credit.c.posted >= since,
        credit.c.posted < until,
        credit.c.day < since,
        credit.c.model == CLASS + definition,
    )
    return [Late._make(row) for row in tx.conn.execute(asked)]
