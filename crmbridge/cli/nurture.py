"""`crmbridge report nurture`: who is on which nurture track, and what share becomes ready."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from crmbridge.cli.opening import AsJson, CompanyName, ConfigFolder, opened
from crmbridge.cli.screen import document, line, table
from crmbridge.report.nurture import WITHIN, share_told, tracks

EMPTY = "The agreement in force has no nurture track, and nobody was on one."


def whose(row: Mapping[str, Any]) -> str:
    """Whom a track is for."""
    if row["rule"]:
        return str(row["rule"])
    return "who came back" if row["agreed"] else "nobody any more"


def nurture_(
    within: Annotated[
        int,
        typer.Option(
            "--within", min=1, max=3650, help="Days from the entry in which a lead is to be ready."
        ),
    ] = WITHIN,
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """Count who is on each nurture track, and the share that becomes ready for sales."""
    with opened(config, company) as found, found.ledger.read() as tx:
        today = found.now().astimezone(found.zone).date()
        told = tracks(tx, found.agreement, today, within)
    if json:
        document({"within_days": within, "tracks": told})
        return
    title = f"ready within {within} days"
    rows = [
        (
            *(one["track"], whose(one)),
            *(one["on"], one["entered"], one["left"], one["ready"]),
            share_told(one),
        )
        for one in told
    ]
    table(("track", "for", "on it now", "came", "left", "ready so far", title), rows, EMPTY)
    if rows:
        line(f"The share is of those who came on it {within} days ago or earlier.")
