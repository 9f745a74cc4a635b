"""Whose each won deal is, found the slow way from the tables: what the kept parts must say.

Written apart from `policy.revenue.people` and `store.projection.shares`, of which nothing is used.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from sqlalchemy import select, text

from crmbridge.model.money import Money
from crmbridge.store import leads
from crmbridge.store.schema import deal as deal_table
from crmbridge.store.schema import meta
from crmbridge.store.table import Tx

EXPLICIT = ("conversion", "role", "contact")
Share = tuple[str, str, int, str]
"""Lead, evidence, money in the smallest unit, and its currency."""


def slow_shares(tx: Tx) -> dict[str, list[Share]]:
    """Return by won deal who shares it, and how; deals without an amount or people are absent."""
    out = {}
    for row in _deals(tx):
        people = slow_people(tx, row)
        if row.state != "won" or row.outside or row.amount_minor is None or not people:
            continue
        size, over = divmod(abs(row.amount_minor), len(people))
        sign = -1 if row.amount_minor < 0 else 1
        out[row.id] = [
            (lead, people[lead], sign * (size + (n < over)), row.currency)
            for n, lead in enumerate(sorted(people))
        ]
    return out


def slow_people(tx: Tx, row: Any) -> dict[str, str]:
    """Return who shares a deal by the rule that the ledger keeps, with their evidence."""
    rule = _rule(tx)
    if row.outside or row.state == "deleted":
        return {}
    said = _said(tx, row.id)
    if not rule["conversion"]:
        said = [one for one in said if one[1] != "conversion"]
    plain = [one for one in said if one[1] in EXPLICIT]
    there = [(lead, "account", False) for lead in _members(tx, row)]
    policy = rule["people"]
    if policy == "implicit":
        chosen = there
    elif policy == "explicit":
        chosen = plain
    elif policy == "primary":
        chosen = [one for one in plain if one[2]] or plain
    else:
        chosen = plain or [one for one in said if one[1] == "influence"] or there
    order = (*EXPLICIT, "influence", "account")
    found: dict[str, str] = {}
    for lead, kind, _ in sorted(chosen, key=lambda one: order.index(one[1])):
        found.setdefault(lead, kind)
    return found


def slow_deals(tx: Tx) -> dict[str, Any]:
    """Return what the reports of won money and of deals must say, without any rate."""
    reach = {one: {"deals": 0, "money": Counter[str]()} for one in _REACH}
    states, lacking = Counter[str](), Counter[str]()
    outside = without = many = 0
    total, strange = Counter[str](), Counter[str]()
    for row in _deals(tx):
        if row.state == "deleted":
            continue
        outside += bool(row.outside)
        if not row.outside:
            states[row.state] += 1
            lacking[row.state] += not row.account
        if row.state != "won":
            continue
        name = "outside" if row.outside else "no_person" if row.account else "no_account"
        if not row.outside and slow_people(tx, row):
            name = "people"
        reach[name]["deals"] += 1
        without += row.amount_minor is None
        if row.amount_minor is not None:
            reach[name]["money"][row.currency] += row.amount_minor
            total[row.currency] += row.amount_minor
            if not row.outside:
                many += 1
                strange[row.currency] += row.amount_minor
    evidence: dict[str, Counter[str]] = defaultdict(Counter)
    for shares in slow_shares(tx).values():
        for _, kind, minor, currency in shares:
            evidence[kind][currency] += minor
    return {
        "won": {
            "reach": {
                name: {"deals": one["deals"], "money": _shown(one["money"])}
                for name, one in reach.items()
            },
            "evidence": {kind: _shown(sums) for kind, sums in evidence.items()},
            "no_rate": {"deals": many, "money": _shown(strange)},
            "no_amount": without,
            "total": {"deals": sum(one["deals"] for one in reach.values()), "money": _shown(total)},
        },
        "deals": {
            "count": sum(states.values()) + outside,
            "states": dict(states),
            "without_account": {name: n for name, n in lacking.items() if n},
            "outside": outside,
        },
    }


_REACH = ("people", "no_person", "no_account", "outside")


def _deals(tx: Tx) -> list[Any]:
    return list(tx.conn.execute(select(deal_table).where(deal_table.c.company == tx.company)))


def _rule(tx: Tx) -> dict[str, Any]:
    asked = select(meta.c.value).where(meta.c.company == tx.company, meta.c.name == "sharing")
    return tx.conn.execute(asked).scalar() or {"people": "hybrid", "conversion": True}


def _lead_of(tx: Tx, person: str) -> str:
    system, obj, ident = person.split(":", 2)
    found = leads.by_ref(tx, system, obj, [ident])
    return (found[ident].lead or "") if ident in found else ""


def _said(tx: Tx, deal: str) -> list[tuple[str, str, bool]]:
    asked = text("SELECT id, person, kind, is_primary FROM role WHERE deal = :d AND live = 1")
    out = []
    for ident, person, kind, primary in tx.conn.execute(asked, {"d": deal}):
        obj = ident.split(":", 2)[1]
        kind = kind or {"conversion": "conversion", "on": "contact"}.get(obj, "role")
        if lead := _lead_of(tx, person):
            out.append((lead, kind, bool(primary)))
    return out


def _members(tx: Tx, row: Any) -> set[str]:
    if not row.account:
        return set()
    asked = text("SELECT person, since, until FROM belonging WHERE account = :a")
    found = set()
    for person, since, until in tx.conn.execute(asked, {"a": row.account}):
        if row.closed_at is None:
            there = until is None
        else:
            closed = int(row.closed_at.timestamp()) * 1_000_000 + row.closed_at.microsecond
            there = since <= closed and (until is None or closed < until)
        if there and (lead := _lead_of(tx, person)):
            found.add(lead)
    return found


def _shown(sums: Counter[str]) -> dict[str, str]:
    return {name: str(Money(minor, name).amount) for name, minor in sums.items()}
