"""`crmbridge report nurture`: who is on which nurture track, and what share becomes ready."""

from __future__ import annotations

from typing import Annotated

import typer

from crmbridge.cli.opening import CompanyName, ConfigFolder, opened
from crmbridge.cli.report.command import Made, reporting
from crmbridge.report.nurture import WITHIN, tracks
from crmbridge.report.sheets.nurture import nurture_report


@reporting
def nurture_(
    within: Annotated[
        int,
        typer.Option(
            "--within", min=1, max=3650, help="Days from the entry in which a lead is to be ready."
        ),
    ] = WITHIN,
    company: CompanyName = "",
    config: ConfigFolder = None,
) -> Made:
    """Count who is on each nurture track, and the share that becomes ready for sales."""
    with opened(config, company) as found, found.ledger.read() as tx:
        today = found.now().astimezone(found.zone).date()
        told = tracks(tx, found.agreement, today, within)
        report = nurture_report(told, found.name, within)
    return report, {"within_days": within, "tracks": told}
