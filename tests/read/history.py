"""A company with a past at both vendors, which no ledger knows yet."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from crmbridge.company import Company
from crmbridge.flows.read.backfill import BackfillReport, backfill
from crmbridge.store import totals
from crmbridge.testing.emulator import iso
from crmbridge.testing.sandbox import Sandbox
from tests.stages.places import FORM, START
from tests.stages.vendors import KEEN, Vendors

LEADS, CONTACTS = 25, 12


class Past(Vendors):
    """A company with a past at both vendors, and no ledger of it yet."""

    def __init__(self, company: Company, box: Sandbox) -> None:
        self.company = company
        self.box = box
        self.seen: list[tuple[str, int, int | None]] = []

    def fill(self, **how: Any) -> BackfillReport:
        return backfill(self.company, progress=self._progress, sleep=lambda seconds: None, **how)

    def _progress(self, name: str, done: int, total: int | None) -> None:
        self.seen.append((name, done, total))

    def stages(self) -> dict[str, int]:
        with self.company.ledger.read() as tx:
            return totals.by_stage(tx)


def history(box: Sandbox) -> None:
    """Half of the people changed a year ago, half a month ago; one asked for a demo."""
    for number in range(CONTACTS):
        at = iso(START - timedelta(days=365 if number % 2 else 30, minutes=number))
        known = {"email": f"c{number}@vogel.example", **KEEN}
        box.marketing.seed(contacts=[{"properties": known, "createdAt": at, "updatedAt": at}])
    page = "https://acme.example/demo"
    for email in ("c0@vogel.example", "c2@vogel.example"):
        box.marketing.act(verb="submit_form", formId=FORM, email=email, pageUrl=page)
    rows = []
    for number in range(LEADS):
        at = iso(START - timedelta(days=365 if number % 2 else 30, minutes=number))
        row = {"LastName": "Vogel", "Company": "Vogel", "Email": f"s{number}@vogel.example"}
        rows.append(row | {"CreatedDate": at, "LastModifiedDate": at, "SystemModstamp": at})
    box.sales.seed(Lead=rows)
    box.sales.empty_audit()
    box.marketing.empty_audit()
