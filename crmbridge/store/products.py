"""What deals are about, line by line."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

from crmbridge.store.schema import product
from crmbridge.store.seen_rows import ProductRow
from crmbridge.store.table import Tx, fetch_in, grouped


def products_of(tx: Tx, deals: Iterable[str]) -> dict[str, list[ProductRow]]:
    """Return the lines of deals (refs as text), deleted ones too."""
    rows = fetch_in(tx, ProductRow, product.c.deal, deals, order=[product.c.id])
    return grouped(rows, attrgetter("deal"))
