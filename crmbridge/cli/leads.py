"""`crmbridge explain`, `history` and `reinstate`: one lead, whole."""

from __future__ import annotations

from typing import Annotated

import typer

from crmbridge.cli.opening import AsJson, By, CompanyName, ConfigFolder, login, moment, opened
from crmbridge.cli.screen import document, line, lines
from crmbridge.flows.explain import explain
from crmbridge.flows.operate.find import find_lead
from crmbridge.flows.recycle.reinstate import reinstate
from crmbridge.report.explain import text
from crmbridge.report.history import history
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


def reinstate_(
    lead: Lead,
    why: Annotated[str, typer.Option("--why", help="Why they are no longer out.")],
    by: By = "",
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """Take back that a lead is out (no need, a student): marketing has it again. Opt-outs stay."""
    with opened(config, company) as found:
        with found.ledger.read() as tx:
            ident = find_lead(found, tx, lead)
        cycle = reinstate(found, ident, by=by or login(), why=why)
    if json:
        document({"lead": ident, "cycle": cycle})
    else:
        line(f"Lead {ident[:8]} is marketing's again, in trip {cycle}.")
