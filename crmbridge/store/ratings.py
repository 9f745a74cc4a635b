"""What people think of pieces of content, as reports ask for it."""

from __future__ import annotations

from datetime import datetime

from crmbridge.store.rows import RatingRow
from crmbridge.store.schema import rating
from crmbridge.store.table import Tx, fetch


def given(tx: Tx, since: datetime | None, until: datetime | None) -> list[RatingRow]:
    """Return the ratings of some days, one a rater and piece, the newest first."""
    where = [] if since is None else [rating.c.at >= since]
    where += [] if until is None else [rating.c.at < until]
    order = (rating.c.at.desc(), rating.c.content, rating.c.side, rating.c.rater)
    return fetch(tx, RatingRow, *where, order=order)


def of_lead(tx: Tx, lead: str) -> list[RatingRow]:
    """Return the ratings that are a lead's, or of sales about it, in the order of their keys."""
    return fetch(tx, RatingRow, rating.c.lead == lead, order=tuple(rating.primary_key))
