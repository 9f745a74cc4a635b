"""What two runs are compared by: the vendors' state but for ids and stamps, and the ledger's."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from crmbridge.store import Ledger
from crmbridge.store.dump import canonical_dump
from crmbridge.store.projection import rebuild
from crmbridge.testing.sandbox import Sandbox
from tests.stages.ledgers import ledger_at

SALES = ("Lead", "Contact", "Account", "Opportunity", "OpportunityContactRole", "Task")
_STAMP = re.compile(r"(modstamp|date|_at$|timestamp|updated|created|last(viewed|referenced))", re.I)
_OWN = frozenset({"crmbridge_won_at"})
"""Stamps that are values of ours, and so the same in both runs."""


class Names:
    """Vendor ids as the names of what they stand for, the same in every run."""

    def __init__(self, box: Sandbox) -> None:
        self.known: dict[str, str] = {}
        for obj in (*SALES, "User"):
            for row in box.sales.state(obj):
                self.known[row["Id"]] = f"{obj}:{row.get('Email') or row.get('Name')}"

    def of(self, value: Any) -> Any:
        """A value with its id, if it is one, named."""
        return self.known.get(value, value) if isinstance(value, str) else value


def vendors(box: Sandbox) -> dict[str, list[Any]]:
    """Every record of both vendors without ids and stamps, in a fixed order."""
    contacts = sorted(map(_marketing, box.marketing.state("contacts")), key=repr)
    return {**_AT_SALES[box.pair.sales](box), "contacts": contacts}


def _org(box: Sandbox) -> dict[str, list[Any]]:
    names = Names(box)
    return {
        obj: sorted((_sales(row, names) for row in box.sales.state(obj)), key=repr) for obj in SALES
    }


def _portal(box: Sandbox) -> dict[str, list[Any]]:
    """A portal of sales: its people, and what is linked with whom."""
    people = {str(one["id"]): one["properties"]["email"] for one in box.sales.state("contacts")}
    return {
        "people of sales": sorted(map(_marketing, box.sales.state("contacts")), key=repr),
        **{
            kind: sorted((_linked(one, people) for one in box.sales.state(kind)), key=repr)
            for kind in ("deals", "calls")
        },
    }


def _linked(row: dict[str, Any], people: dict[str, str]) -> list[Any]:
    text = json.dumps(row["associations"])
    return [
        _marketing({"lists": [], **row}),
        sorted(one for id, one in people.items() if id in text),
    ]


_AT_SALES: Mapping[str, Callable[[Sandbox], dict[str, list[Any]]]] = {
    "salesforce": _org,
    "hubspot": _portal,
}


def _sales(row: dict[str, Any], names: Names) -> list[tuple[str, Any]]:
    return sorted(
        (name, names.of(value))
        for name, value in row.items()
        if name not in ("Id", "CrmBridge_Id__c", "attributes")
        and value is not None
        and not _STAMP.search(name)
    )


def _marketing(row: dict[str, Any]) -> list[Any]:
    values = row["properties"]
    kept = sorted(
        (name, value)
        for name, value in values.items()
        if name not in ("hs_object_id", "crmbridge_id")
        and value not in (None, "")
        and (name in _OWN or not _STAMP.search(name))
    )
    return [kept, sorted(map(str, row["lists"])), bool(row.get("archived"))]


def rebuilt(path: Path) -> tuple[list[str], list[str]]:
    """The projections of a ledger that nobody has open, as they stand and made anew."""
    ledger = ledger_at(path)
    try:
        return remade(ledger)
    finally:
        ledger.close()


def remade(ledger: Ledger) -> tuple[list[str], list[str]]:
    """A ledger's projections as they stand, and as a rebuild makes them."""
    with ledger.read() as tx:
        before = list(canonical_dump(tx))
    with ledger.dry("rebuild") as tx:
        rebuild(tx)
        after = list(canonical_dump(tx))
    return before, after
