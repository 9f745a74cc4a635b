"""`crmbridge agreement replay`: the stages of another version over the ledger's own history."""

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
from crmbridge.flows.stages.replay import replay_stages
from crmbridge.report.replay import shown, told


def replay_(
    file: Other,
    since: Since = "",
    until: Until = "",
    against: Against = "",
    hindsight: Hindsight = False,
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """Say in which of your own stages leads would have stood by another version."""
    with opened(config, company) as found, bars(quiet=json) as progress:
        first, last = days(found, since, until)
        made = replay_stages(
            found,
            file,
            first,
            last,
            lambda done, total: progress("leads", done, total),
            against=other(found, against),
            hindsight=hindsight,
        )
    if json:
        document(shown(made))
    else:
        lines(told(made, found.zone))
