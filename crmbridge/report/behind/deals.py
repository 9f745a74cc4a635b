"""The deals behind a figure, and the leads that each of them is of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo

from sqlalchemy import select

from crmbridge.agreement import Teams
from crmbridge.errors import ConfigError
from crmbridge.model.money import Money
from crmbridge.policy.revenue.sourced import Definition
from crmbridge.policy.totals.deals import PEOPLE, DealCounted
from crmbridge.report.behind.spots import Spot, in_order, spot
from crmbridge.report.credit.contribution import TOLD
from crmbridge.report.credit.scope import Scope
from crmbridge.report.won import ADVICE, TEXT
from crmbridge.report.work.asked import Question
from crmbridge.report.work.days import Days
from crmbridge.report.work.deals import sold
from crmbridge.store import book_reads, totals, trail
from crmbridge.store.columns import is_no
from crmbridge.store.schema import deal
from crmbridge.store.table import Tx

TITLES: Mapping[str, str] = {
    "deals": "Deals that count here, and the leads that they are of",
    "open-deals": "Open deals, and the leads that they are of",
    "deals-won": "Deals that were won, and the leads that they are of",
    "deals-lost": "Deals that were lost, and the leads that they are of",
}
"""What may be asked for of deals."""
STATES = {"open": "It is open", "won": "It is won", "lost": "It is lost"}


def booked(tx: Tx, scope: Scope, measure: str, definition: str, part: str) -> list[Spot]:
    """Return the deals of the contribution: those of a part, by a definition as the report says."""
    name = next(
        (one for one in Definition if TOLD[one] == definition.removesuffix(" (agreed)")), None
    )
    if name is None:
        raise ConfigError(f"No definition is called {definition!r}: go there from the table again")
    return in_order(
        _spot(row.deal, row.day, scope.zone)
        for row in book_reads.standing(tx, measure, scope.days)
        if row.currency == scope.currency and getattr(row, name.value) == part
    )


def open_deals(tx: Tx, currency: str, *, unpriced: bool = False) -> list[Spot]:
    """Return the deals that are open now, of a currency (empty for those without an amount)."""
    asked = select(deal.c.id, deal.c.created_at).where(
        deal.c.company == tx.company,
        deal.c.state == "open",
        is_no(deal.c.outside),
        deal.c.currency == currency,
        *([deal.c.amount_minor.is_(None)] if unpriced else []),
    )
    return in_order(spot(ident, 0, at, "") for ident, at in tx.conn.execute(asked))


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """Whose closed deals are asked for; empty for all. Names are as the report shows them.

    `owner` says of an owner's name whether it is meant.
    """

    won: bool
    team: str = ""
    owner: Callable[[str], bool] = lambda name: True
    product: str = ""


def closed_deals(
    tx: Tx, teams: Teams, rep_of: Mapping[str, str], asked: Question, whose: Closed
) -> list[Spot]:
    """Return the deals that were won, or lost, in the days."""
    return in_order(
        _spot(one.deal, one.day, asked.zone)
        for one in sold(tx, teams, rep_of, Days(asked.zone))
        if one.won is whose.won
        and one.day in asked.period
        and asked.team in ("", one.team)
        and whose.team in ("", one.team)
        and whose.owner(one.owner)
        and (not whose.product or whose.product in one.products)
    )


def _spot(ident: str, day: date | None, zone: tzinfo) -> Spot:
    at = None if day is None else datetime.combine(day, time(), zone).astimezone(UTC)
    return spot(ident, 0, at, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class DealTold:
    """A deal as a list shows it. `advice` says what to do about one that reaches nobody."""

    ident: str
    name: str
    money: Money | None
    state: str
    leads: tuple[str, ...]
    advice: str


def told(tx: Tx, deals: Iterable[str]) -> list[DealTold]:
    """Look deals up (refs as text), with their people; one that is no more is left out."""
    wanted = list(deals)
    rows, people = trail.get_deals(tx, wanted), totals.parts_of(tx, wanted)
    found = []
    for ident in wanted:
        if (row := rows.get(ident)) is None:
            continue
        money = None if row.amount_minor is None else Money(row.amount_minor, row.currency)
        leads = tuple(one.lead for one in people.get(ident, ()))
        found.append(
            DealTold(
                ident=ident,
                name=row.name or ident.rsplit(":", 1)[-1],
                money=money,
                state=STATES.get(row.state, row.state),
                leads=leads,
                advice="" if leads else _advice(DealCounted.of(row.counted)),
            )
        )
    return found


def _advice(counted: DealCounted | None) -> str:
    """The same words as the report of deals that reach nobody."""
    reach = counted.reach if counted else ""
    if not reach or reach == PEOPLE:
        return "Nobody of ours is on it: give somebody a contact role on it."
    return f"{TEXT[reach].capitalize()}: {ADVICE[reach]}."
