"""`crmbridge agreement backtest`: another agreement over the ledger's own history."""

from __future__ import annotations

from crmbridge.cli.agreement.span import (
    Against,
    Hindsight,
    Other,
    Since,
    Until,
    days,
    other,
)
from crmbridge.cli.opening import AsJson, CompanyName, ConfigFolder, opened
from crmbridge.cli.screen import bars, document, lines
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
    with opened(config, company) as found, bars(quiet=json) as progress:
        first, last = days(found, since, until)
        made = backtest(
            found,
            file,
            first,
            last,
            lambda done, total: progress("leads", done, total),
            against=other(found, against),
            hindsight=hindsight,
        )
    if json:
        document(made.shown())
    else:
        lines(told(made, found.zone))
