"""Whose each won deal is, found the slow way from the tables: what the kept parts must say.

Written apart from `policy.revenue.people` and `store.projection.shares`, of which nothing is used.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, text

from crmbridge.model.money import Money
from crmbridge.store import leads
from crmbridge.store.schema import deal as deal_table
from crmbridge.store.schema import meta
from crmbridge.store.table import Tx

EXPLICIT = ("conversion", "role", "contact")
Share = tuple[str, str, int, str]
"""Lead, evidence, money in the smallest unit, and its currency."""


class Tables:
    """All rows that say who is on which deal."""

    def __init__(self, tx: Tx) -> None:
        self.deals = list(
            tx.conn.execute(select(deal_table).where(deal_table.c.company == tx.company))
        )
        asked = select(meta.c.value).where(meta.c.company == tx.company, meta.c.name == "sharing")
        found = tx.conn.execute(asked).scalar()
        self.rule = found if isinstance(found, dict) else {"people": "hybrid", "conversion": True}
        self.roles, self.there = defaultdict(list), defaultdict(list)
        for one in tx.conn.execute(
            text("SELECT id, deal, person, kind, is_primary, live FROM role")
        ):
            self.roles[one.deal].append(one)
        into = dict(tx.conn.execute(text("SELECT id, merged_into FROM firm")).all())
        for one in tx.conn.execute(text("SELECT person, account, since, until FROM belonging")):
            account, seen = one.account, set()
            while account and account not in seen:  # of all that it was merged into
                self.there[account].append(one)
                seen.add(account)
                account = into.get(account, "")
        people = {
            one.person for some in (*self.roles.values(), *self.there.values()) for one in some
        }
        self.lead = {person: _lead_of(tx, person) for person in people}


def slow_shares(tables: Tables) -> dict[str, list[Share]]:
    """Return by won deal who shares it, and how; deals without an amount or people are absent."""
    out = {}
    for row in tables.deals:
        people = slow_people(tables, row)
        if row.state != "won" or row.outside or row.amount_minor is None or not people:
            continue
        size, over = divmod(abs(row.amount_minor), len(people))
        sign = -1 if row.amount_minor < 0 else 1
        out[row.id] = [
            (lead, people[lead], sign * (size + (n < over)), row.currency)
            for n, lead in enumerate(sorted(people))
        ]
    return out


def slow_people(tables: Tables, row: Any) -> dict[str, str]:
    """Return who shares a deal by the rule that the ledger keeps, with their evidence."""
    rule = tables.rule
    if row.outside or row.state == "deleted":
        return {}
    said = _said(tables, row.id)
    if not rule["conversion"]:
        said = [one for one in said if one[1] != "conversion"]
    plain = [one for one in said if one[1] in EXPLICIT]
    there = [(lead, "account", False) for lead in _members(tables, row)]
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


def slow_deals(tables: Tables) -> dict[str, Any]:
    """Return what the reports of won money and of deals must say, without any rate."""
    reach = {one: {"deals": 0, "money": Counter[str]()} for one in _REACH}
    states, lacking = Counter[str](), Counter[str]()
    outside = without = many = 0
    total, strange = Counter[str](), Counter[str]()
    for row in tables.deals:
        if row.state == "deleted":
            continue
        outside += bool(row.outside)
        if not row.outside:
            states[row.state] += 1
            lacking[row.state] += not row.account
        if row.state != "won":
            continue
        name = "outside" if row.outside else "no_person" if row.account else "no_account"
        if not row.outside and slow_people(tables, row):
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
    for shares in slow_shares(tables).values():
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


def _lead_of(tx: Tx, person: str) -> str:
    system, obj, ident = person.split(":", 2)
    found = leads.by_ref(tx, system, obj, [ident])
    return (found[ident].lead or "") if ident in found else ""


def _said(tables: Tables, deal: str) -> list[tuple[str, str, bool]]:
    out = []
    for one in tables.roles[deal]:
        obj = one.id.split(":", 2)[1]
        kind = one.kind or {"conversion": "conversion", "on": "contact"}.get(obj, "role")
        if one.live and (lead := tables.lead[one.person]):
            out.append((lead, kind, bool(one.is_primary)))
    return out


def _members(tables: Tables, row: Any) -> set[str]:
    found = set()
    for one in tables.there[row.account] if row.account else ():
        if row.closed_at is None:
            there = one.until is None
        else:
            closed = int(row.closed_at.timestamp()) * 1_000_000 + row.closed_at.microsecond
            begun = one.since <= closed or (
                row.data.get("precision") == "day"
                and _day(tables, one.since) == _day(tables, closed)
            )
            there = begun and (one.until is None or closed < one.until)
        if there and (lead := tables.lead[one.person]):
            found.add(lead)
    return found


def _day(tables: Tables, micros: int) -> date:
    zone = ZoneInfo(tables.rule.get("zone", "UTC"))
    return datetime.fromtimestamp(micros // 1_000_000, zone).date()


def _shown(sums: Counter[str]) -> dict[str, str]:
    return {name: str(Money(minor, name).amount) for name, minor in sums.items()}
