"""`crmbridge agreement replay`: the stages of another version over the ledger's own history."""

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
    with opened(config, company) as found:
        asked = Asked(found, file, since, until, against, hindsight, quiet=json)
        made = tried(replay_stages, asked)
    if json:
        document(shown(made))
    else:
        lines(told(made, found.zone))
