"""What was won in sales' own sums: whom it reached, by what evidence, and what reached nobody."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import select

from crmbridge.model.evidence import Evidence
from crmbridge.model.money import Money
from crmbridge.policy.definition.exchange import Exchange
from crmbridge.policy.totals.deals import (
    DEAL,
    NO_ACCOUNT,
    NO_PERSON,
    OUTSIDE,
    PEOPLE,
    REACH,
    WON_DAY,
    WON_DEAL,
    DealCounted,
)
from crmbridge.policy.totals.money import BY_KIND
from crmbridge.store import totals
from crmbridge.store.schema import deal
from crmbridge.store.table import Tx

Sums = Counter[str]
"""Smallest units by currency."""

TEXT = {
    PEOPLE: "won by people of ours",
    NO_PERSON: "won, with an account, but nobody of ours shares it",
    NO_ACCOUNT: "won, without an account, and nobody of ours shares it",
    OUTSIDE: "won, but outside the filter of the mapping",
}
"""Whom a won deal reached, in words."""


def won(tx: Tx, exchange: Exchange | None) -> dict[str, Any]:
    """Return all that sales won, in its own currencies; the lines of `reach` add up to `total`.

    `reach` is who has it: `people` (ours), `no_person` (nobody of ours, of a deal with an account),
    `no_account` (nobody, and no account), `outside` (the mapping's filter). `evidence` are
    the parts of `people` by what says that they are theirs. `no_rate` is what, of all but the last
    line, no rate of the agreement turns into the company's currency; without rates, nothing. Each
    has `deals`, how many, but `evidence`; and `money`, `{currency: amount}` as text in major units.
    `no_amount` counts the won deals without an amount.
    """
    many: Counter[str] = Counter()
    money: dict[str, Sums] = {name: Counter() for name in REACH}
    without = 0
    for (_, name, currency), (n, minor) in totals.read(tx, WON_DEAL).items():
        many[name] += n
        if currency:
            money[name][currency] += minor
        else:
            without += n
    evidence: dict[str, Sums] = defaultdict(Counter)
    for (_, kind, currency), (_, minor) in totals.read(tx, BY_KIND).items():
        evidence[kind][currency] += minor
    whole: Sums = Counter()
    for sums in money.values():
        whole.update(sums)
    return {
        "reach": {name: {"deals": many[name], "money": shown(money[name])} for name in REACH},
        "evidence": {kind.value: shown(evidence[kind]) for kind in Evidence if kind in evidence},
        "no_rate": _no_rate(tx, exchange) if exchange else {"deals": 0, "money": {}},
        "no_amount": without,
        "total": {"deals": many.total(), "money": shown(whole)},
    }


def deals(tx: Tx) -> dict[str, Any]:
    """Return how many deals there are, how many of them by state, and those without an account.

    `without_account` is by state; deals outside the mapping's filter are counted in `outside`.
    """
    states: Counter[str] = Counter()
    lacking: Counter[str] = Counter()
    outside = 0
    for (_, state, where), (n, _) in totals.read(tx, DEAL).items():
        if where == OUTSIDE:
            outside += n
            continue
        states[state] += n
        if where == NO_ACCOUNT:
            lacking[state] += n
    return {
        "count": states.total() + outside,
        "states": dict(states),
        "without_account": dict(lacking),
        "outside": outside,
    }


def told(found: Mapping[str, Any]) -> Iterator[str]:
    """Say in lines what `won` returned; the lines of whom it reached, then the total."""
    if not found["total"]["deals"]:
        yield "Nothing is won in sales."
        return
    for name in REACH:
        if (one := found["reach"][name])["deals"]:
            yield f"{TEXT[name]}: {_amount(one)}"
        if name == PEOPLE:
            for kind, money in found["evidence"].items():
                yield f"  by {kind}: {joined(money)}"
    yield f"all that sales won: {_amount(found['total'])}"
    yield from notes(found)


def notes(found: Mapping[str, Any]) -> Iterator[str]:
    """Say what is to be known of the total: money without a rate, deals that reach nobody, or
    that have no amount."""
    if found["no_rate"]["deals"]:
        yield f"of this without a rate into the company's currency: {_amount(found['no_rate'])}"
    if any(found["reach"][name]["deals"] for name in REACH if name != PEOPLE):
        yield "`crmbridge report unreached` lists the deals that reach nobody."
    if found["no_amount"]:
        yield f"of these without an amount: {found['no_amount']}"


def joined(money: Mapping[str, str]) -> str:
    """Return sums as text, one after the other."""
    return ", ".join(f"{amount} {currency}" for currency, amount in money.items()) or "-"


def shown(sums: Mapping[str, int]) -> dict[str, str]:
    """Return sums in major units, by currency in their order."""
    return {name: str(Money(minor, name).amount) for name, minor in sorted(sums.items())}


def _no_rate(tx: Tx, exchange: Exchange) -> dict[str, Any]:
    sums: Sums = Counter()
    many = 0
    for (_, day, currency), (n, minor) in totals.read(tx, WON_DAY).items():
        if currency and not _has_rate(exchange, currency, day):
            many += n
            sums[currency] += minor
    return {"deals": many, "money": shown(sums)}


def _has_rate(exchange: Exchange, currency: str, day: str) -> bool:
    if currency == exchange.currency:
        return True
    if not day:
        return False
    noon = datetime.combine(date.fromisoformat(day), time(12), exchange.zone)
    return exchange.rate(currency, noon.astimezone(UTC)) is not None


def _amount(one: Mapping[str, Any]) -> str:
    deals = one["deals"]
    return f"{deals} deal{'s' if deals != 1 else ''}, {joined(one['money'])}"


ADVICE = {
    NO_PERSON: "give somebody a contact role on it; who came to the account later does not share",
    NO_ACCOUNT: "give somebody a contact role on it, or enter the account that bought",
    OUTSIDE: "widen `when` under the table of deals in mapping.toml, if it is one of ours",
}
"""What to do about a won deal that reaches nobody, by why it does not."""


def unreached(tx: Tx) -> list[dict[str, str]]:
    """Return the won deals that reach nobody, by why not and then by day and id.

    Each has `deal` and `account` (records as text), `reach` (see `won`), `day` (the company's) and
    `amount`, empty for a deal without one. Looks at every won deal.
    """
    found = []
    asked = select(deal.c.id, deal.c.counted).where(
        deal.c.company == tx.company, deal.c.state == "won"
    )
    for ident, text in tx.conn.execute(asked):
        one = DealCounted.of(text)
        if one is not None and one.reach != PEOPLE:
            found.append(
                {
                    "deal": ident,
                    "account": one.account,
                    "reach": one.reach,
                    "day": one.day,
                    "amount": str(Money(one.minor, one.currency)) if one.currency else "",
                }
            )
    return sorted(found, key=lambda row: (REACH.index(row["reach"]), row["day"], row["deal"]))
