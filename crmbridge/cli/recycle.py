"""`crmbridge reinstate`: a lead that is out is marketing's again."""

from __future__ import annotations

from typing import Annotated

import typer

from crmbridge.cli.explain import Lead
from crmbridge.cli.opening import AsJson, By, CompanyName, ConfigFolder, login, opened
from crmbridge.cli.screen import document, line
from crmbridge.flows.operate.find import find_lead
from crmbridge.flows.recycle.reinstate import reinstate


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
