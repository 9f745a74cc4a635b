"""`crmbridge identity`: who a person is to us, and a person's word on it."""

from __future__ import annotations

from typing import Annotated

import typer

from crmbridge.cli.explain import Lead
from crmbridge.cli.opening import AsJson, By, CompanyName, ConfigFolder, login, opened
from crmbridge.cli.screen import document, line, lines
from crmbridge.flows.explain.who import who
from crmbridge.flows.operate.find import find_lead
from crmbridge.flows.operate.parting import join_leads, split_lead
from crmbridge.report.explain.who import text

Why = Annotated[str, typer.Option("--why", help="How you know; it is kept with the history.")]


def show(
    lead: Lead, company: CompanyName = "", config: ConfigFolder = None, json: AsJson = False
) -> None:
    """Show who a lead is: addresses with their sources, records, what was joined and why."""
    with opened(config, company) as found, found.ledger.read() as tx:
        told = who(found, tx, find_lead(found, tx, lead))
    if json:
        document(told)
    else:
        lines(text(told))


def join(
    lead: Lead,
    other: Annotated[str, typer.Argument(help="The other lead, named in the same ways.")],
    why: Why,
    by: By = "",
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """Make two leads one person; history keeps who said so and why."""
    with opened(config, company) as found:
        done = join_leads(found, lead, other, by=by or login(), why=why)
    if json:
        document({"lead": done.lead, "other": done.other})
        return
    line(f"Lead {done.other[:8]} lives on as {done.lead[:8]}, with all that it had.")
    line(f"Undo it with: crmbridge identity split {done.lead[:8]} {done.other[:8]} --why …")


def split(
    lead: Lead,
    what: Annotated[
        list[str],
        typer.Argument(help="Records of it (sales:Lead:<id>), or a lead that was joined to it."),
    ],
    why: Why,
    by: By = "",
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """Undo a wrong match: records of a lead, or a lead joined to it, get their own lead."""
    with opened(config, company) as found:
        done = split_lead(found, lead, what, by=by or login(), why=why)
    if json:
        document({"lead": done.lead, "records": list(done.records), "touches": done.touches})
        return
    line(f"Lead {done.lead[:8]} has {', '.join(done.records)} and {done.touches} touches now.")
    line("No address joins the two again; what is not known to be theirs stayed.")
