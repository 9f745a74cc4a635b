"""`crmbridge mapping rules`: who may write which field, with examples of the company's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crmbridge.cli.files import Named, pick_company
from crmbridge.cli.opening import AsJson, CompanyName, ConfigFolder, opened, settings_of
from crmbridge.cli.screen import document, lines
from crmbridge.company import named
from crmbridge.files import load
from crmbridge.flows.explain.rules import rules_told, with_examples
from crmbridge.report.rules import page
from crmbridge.store import Ledger


def mapping_rules(
    name: Named = "",
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """Show for each field who may write it, with examples out of the ledger; nothing is asked."""
    chosen = pick_company(config, name or company)
    fields = rules_told(named(load(settings_of(config).config, chosen).mapping))
    there = _has_ledger(config, chosen)
    if there:
        with opened(config, chosen) as found, found.ledger.read() as tx:
            fields = with_examples(found, tx, fields)
    told: dict[str, Any] = {"company": chosen, "ledger": there, "fields": fields}
    if json:
        document(told)
    else:
        lines(page(told))


def _has_ledger(config: Path | None, company: str) -> bool:
    """Whether the company has a ledger; none is made by looking."""
    ledger = Ledger(settings_of(config, company).ledger_url(company), company)
    try:
        return ledger.exists()
    finally:
        ledger.close()
