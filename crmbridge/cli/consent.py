"""`crmbridge consent`: what a person said of mail, and consent that they gave again."""

from __future__ import annotations

from typing import Annotated

import typer

from crmbridge.cli.explain import Lead
from crmbridge.cli.opening import AsJson, By, CompanyName, ConfigFolder, login, moment, opened
from crmbridge.cli.screen import document, line, lines
from crmbridge.errors import ConfigError
from crmbridge.flows.explain.consent import consent_told
from crmbridge.flows.operate.consent import give_consent
from crmbridge.flows.operate.find import find_lead
from crmbridge.report.explain.consent import text


def consent_(
    lead: Lead,
    given: Annotated[bool, typer.Option("--given", help="They consented to mail again.")] = False,
    evidence: Annotated[
        str, typer.Option("--evidence", help="How you can show it; kept with the history.")
    ] = "",
    at: Annotated[str, typer.Option("--at", help="When they did; now if you leave it out.")] = "",
    by: By = "",
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """Show who said what of mail to a person, or record that they consented to it again."""
    _must_agree(given=given, evidence=evidence, at=at, by=by)
    with opened(config, company) as found:
        when = moment(at, found.zone) if at else None
        with found.ledger.read() as tx:
            ident = find_lead(found, tx, lead)
        if given:
            give_consent(found, ident, by=by or login(), evidence=evidence, at=when)
        with found.ledger.read() as tx:
            told = consent_told(found, tx, ident)
    if json:
        document(told)
        return
    lines(text(told))
    if given:
        line("The systems are told with the next `crmbridge sync`, where they let us.")


def _must_agree(*, given: bool, evidence: str, at: str, by: str) -> None:
    more = [name for name, one in (("evidence", evidence), ("at", at), ("by", by)) if one]
    if more and not given:
        raise ConfigError(
            f"--{more[0]} says something of a consent, and --given is missing: add it to record "
            f"the consent, or leave --{more[0]} out to see what is known"
        )
