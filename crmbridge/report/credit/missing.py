"""Why what marketing counts is not what sales counts: a line for each way to miss (R6.7, R6.17)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crmbridge.model.money import Money
from crmbridge.report.credit.scope import Scope, sums
from crmbridge.report.text import many
from crmbridge.store import book_reads
from crmbridge.store.book_rows import REVENUE
from crmbridge.store.table import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Won deals of a period that no share counts, or counts with nothing.

    `no_rate` are in a currency without a rate of the agreement; `unpriced` have no amount;
    `outside` the mapping leaves out. `stale` are counted by a rate that is older than 62 days.
    """

    no_rate: int
    no_rate_money: tuple[Money, ...]
    unpriced: int
    outside: int
    outside_money: tuple[Money, ...]
    stale: int


def missing(tx: Tx, scope: Scope, measure: str = REVENUE) -> Missing:
    """Count what is missing of a measure in the scope's period."""
    rows = book_reads.added_up(tx, measure, scope.days)
    foreign = [row for row in rows if row.currency != scope.currency and not row.unpriced]
    outside = book_reads.left_out(tx, scope.days, scope.zone) if measure == REVENUE else []
    return Missing(
        no_rate=sum(row.deals for row in foreign),
        no_rate_money=sums((row.currency, row.minor) for row in foreign),
        unpriced=sum(row.deals for row in rows if row.unpriced),
        outside=sum(one.deals for one in outside),
        outside_money=sums((one.currency, one.minor) for one in outside if one.currency),
        stale=sum(row.deals for row in rows if row.rate == "stale_rate"),
    )


def said_missing(found: Missing) -> Iterator[str]:
    """Say it in sentences; what there is none of is not said."""
    if found.no_rate:
        yield (
            f"{many(found.no_rate, 'deal')} ({_joined(found.no_rate_money)}) stand in no figure: "
            "the agreement has no rate for their currency and day. Add it under [[rates]]."
        )
    if found.unpriced:
        yield f"{many(found.unpriced, 'deal')} without an amount count as deals and add no money."
    if found.outside:
        yield (
            f"{many(found.outside, 'won deal')} ({_joined(found.outside_money)}) that the "
            "mapping's filter leaves out stand in no figure."
        )
    if found.stale:
        yield (
            f"{many(found.stale, 'deal')} are converted by a rate that was older than 62 days: "
            "add a newer one under [[rates]]."
        )


def _joined(money: tuple[Money, ...]) -> str:
    return ", ".join(f"{one.amount:,} {one.currency}" for one in money) or "no amount"
