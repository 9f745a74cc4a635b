"""Accounts as the vendors have them, who belonged to which, and when."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

from crmbridge.store.schema import belonging, firm
from crmbridge.store.seen_rows import BelongingRow, FirmRow
from crmbridge.store.table import Tx, fetch_in, grouped


def get_firms(tx: Tx, ids: Iterable[str]) -> dict[str, FirmRow]:
    """Return accounts by their ref as text, deleted ones too; an unknown one is absent."""
    return {row.id: row for row in fetch_in(tx, FirmRow, firm.c.id, ids)}


def by_mark(tx: Tx, marks: Iterable[str]) -> dict[str, list[str]]:
    """Return the accounts (refs as text) that have a name, by its mark; deleted ones are absent."""
    rows = fetch_in(tx, FirmRow, firm.c.mark, marks, order=[firm.c.id])
    live = grouped((row for row in rows if row.live), attrgetter("mark"))
    return {mark: [row.id for row in found] for mark, found in live.items()}


def by_domain(tx: Tx, domains: Iterable[str]) -> dict[str, str]:
    """Return the mark of the name of the account that has a domain, by the domain's mark.

    A domain of accounts with several names says nothing, and is absent; so is one of none.
    """
    rows = fetch_in(tx, FirmRow, firm.c.domain_mark, sorted(domains), order=[firm.c.id])
    live = grouped((row for row in rows if row.live), attrgetter("domain_mark"))
    names = {domain: {row.mark for row in found} for domain, found in live.items()}
    return {domain: min(some) for domain, some in names.items() if len(some) == 1 and any(some)}


def domains_of(tx: Tx, marks: Iterable[str]) -> set[str]:
    """Return the marks of the domains that accounts with some names have."""
    rows = fetch_in(tx, FirmRow, firm.c.mark, sorted(marks), order=[firm.c.id])
    return {row.domain_mark for row in rows if row.live and row.domain_mark}


def having(tx: Tx, domain: str) -> list[str]:
    """Return the live accounts (refs as text) that have a domain, by its mark."""
    rows = fetch_in(tx, FirmRow, firm.c.domain_mark, [domain] if domain else [], order=[firm.c.id])
    return [row.id for row in rows if row.live]


def merged_into(tx: Tx, accounts: Iterable[str]) -> dict[str, set[str]]:
    """Return by account (ref as text) those that were merged into it, straight or by another."""
    wanted = set(accounts)
    found: dict[str, set[str]] = {one: set() for one in wanted}
    ends = {one: {one} for one in wanted}
    while ends:
        rows = fetch_in(tx, FirmRow, firm.c.merged_into, sorted(ends))
        after: dict[str, set[str]] = {}
        for row in rows:
            roots = {one for one in ends[row.merged_into] if row.id not in found[one] | {one}}
            for one in roots:
                found[one].add(row.id)
            if roots:
                after[row.id] = after.get(row.id, set()) | roots
        ends = after
    return found


def belongings_of(tx: Tx, people: Iterable[str]) -> dict[str, list[BelongingRow]]:
    """Return the periods of people (refs as text), each list by time; who has none is absent."""
    order = [belonging.c.since]
    rows = fetch_in(tx, BelongingRow, belonging.c.person, people, order=order)
    return grouped(rows, attrgetter("person"))


def belongings_to(tx: Tx, accounts: Iterable[str]) -> dict[str, list[BelongingRow]]:
    """Return the periods with accounts (refs as text), each list by time and person."""
    order = [belonging.c.since, belonging.c.person]
    rows = fetch_in(tx, BelongingRow, belonging.c.account, accounts, order=order)
    return grouped(rows, attrgetter("account"))
