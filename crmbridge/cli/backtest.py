"""`crmbridge agreement backtest`: another agreement over the ledger's own history."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

from crmbridge.cli.opening import AsJson, CompanyName, ConfigFolder, opened
from crmbridge.cli.screen import bars, document, lines
from crmbridge.errors import ConfigError
from crmbridge.flows.backtest import backtest
from crmbridge.report.backtest import told

SPAN = timedelta(days=180)
"""How far it looks back unless told: long enough for most deals to close."""


def backtest_(
    file: Annotated[Path, typer.Argument(help="The other version: a file, signed or not.")],
    since: Annotated[str, typer.Option("--from", help="First day; else half a year back.")] = "",
    until: Annotated[str, typer.Option("--to", help="Last day; else today.")] = "",
    hindsight: Annotated[
        bool, typer.Option("--hindsight", help="Use what had happened, not what was known then.")
    ] = False,
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """Say who would have been handed over under another agreement, and whether it is better."""
    with opened(config, company) as found, bars(quiet=json) as progress:
        last = day(until) if until else found.now().astimezone(found.zone).date()
        first = day(since) if since else last - SPAN
        made = backtest(
            found,
            file,
            first,
            last,
            lambda done, total: progress("leads", done, total),
            hindsight=hindsight,
        )
    if json:
        document(made.shown())
    else:
        lines(told(made))


def day(text: str) -> date:
    """Read a day. Raises `ConfigError` for what is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"{text!r} is no day: write it as in 2026-03-02") from None
