"""`crmbridge agreement backtest`: another agreement over the ledger's own history."""

from __future__ import annotations

from crmbridge.cli.agreement.span import (
    Against,
    Asked,
    Hindsight,
    Other,
    Since,
    Until,
    tried,
)
from crmbridge.cli.opening import AsJson, CompanyName, ConfigFolder, opened
from crmbridge.cli.screen import document, lines
from crmbridge.flows.backtest import backtest
from crmbridge.report.backtest import told


def backtest_(
    file: Other,
    since: Since = "",
    until: Until = "",
    against: Against = "",
    hindsight: Hindsight = False,
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """Say whom another agreement would have handed over, and whether it is better."""
    with opened(config, company) as found:
        asked = Asked(found, file, since, until, against, hindsight, quiet=json)
        made = tried(backtest, asked)
    if json:
        document(made.shown())
    else:
        lines(told(made, found.zone))
