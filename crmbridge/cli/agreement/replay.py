"""`crmbridge agreement replay`: the stages of another version over the ledger's own history."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crmbridge.cli.backtest import SPAN, day, other
from crmbridge.cli.opening import AsJson, CompanyName, ConfigFolder, opened
from crmbridge.cli.screen import bars, document, lines
from crmbridge.errors import ConfigError
from crmbridge.flows.stages.replay import replay_stages
from crmbridge.report.replay import shown, told


def replay_(
    file: Annotated[Path, typer.Argument(help="The other version: a file, signed or not.")],
    since: Annotated[str, typer.Option("--from", help="First day; else half a year back.")] = "",
    until: Annotated[str, typer.Option("--to", help="Last day; else today.")] = "",
    against: Annotated[
        str,
        typer.Option(
            "--against", help="The version to compare with, a number or a file; else that in force."
        ),
    ] = "",
    hindsight: Annotated[
        bool, typer.Option("--hindsight", help="Use what had happened, not what was known then.")
    ] = False,
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """Say in which of your own stages leads would have stood by another version."""
    with opened(config, company) as found, bars(quiet=json) as progress:
        last = day(until) if until else found.now().astimezone(found.zone).date()
        first = day(since) if since else last - SPAN
        if first > last:
            raise ConfigError(
                f"--from {first} --to {last} ends before it begins: give the earlier day first"
            )
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
