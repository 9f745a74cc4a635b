"""`crmbridge explain` and `history`: one lead, whole."""

from __future__ import annotations

from typing import Annotated

import typer

from crmbridge.cli.opening import AsJson, CompanyName, ConfigFolder, moment, opened
from crmbridge.cli.screen import document, lines
from crmbridge.flows.explain import explain
from crmbridge.flows.operate.find import find_lead
from crmbridge.report.explain.history import history
from crmbridge.report.explain.whole import text
from crmbridge.report.text import when

Lead = Annotated[
    str,
    typer.Argument(
        help="Our id or its beginning, an e-mail address, sales:Lead:<id>, or a vendor's id."
    ),
]


def explain_(
    lead: Lead,
    as_of: Annotated[
        str, typer.Option("--as-of", help="As it was known then: a day or an instant.")
    ] = "",
    known_as_of: Annotated[
        str, typer.Option("--known-as-of", help="Scores of --as-of with what was known later.")
    ] = "",
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """Say why a lead stands where it stands, and what would have to change."""
    with opened(config, company) as found, found.ledger.read() as tx:
        at = moment(as_of, found.zone) if as_of else None
        later = moment(known_as_of, found.zone) if known_as_of else None
        told = explain(found, tx, find_lead(found, tx, lead, at), at, later)
    if json:
        document(told)
    else:
        lines(text(told))


def history_(
    lead: Lead, company: CompanyName = "", config: ConfigFolder = None, json: AsJson = False
) -> None:
    """Print everything that the ledger knows of a lead, in order."""
    with opened(config, company) as found, found.ledger.read() as tx:
        ident = find_lead(found, tx, lead)
        entries = history(tx, ident)
    if json:
        document({"lead": ident, "entries": entries})
    else:
        lines(f"{when(one['at'])}  {one['kind']:9}  {one['line']}" for one in entries)
