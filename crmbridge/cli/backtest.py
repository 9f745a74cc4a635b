"""`crmbridge agreement backtest`: another agreement over the ledger's own history."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

from crmbridge.agreement import Agreement
from crmbridge.cli.opening import AsJson, CompanyName, ConfigFolder, opened
from crmbridge.cli.screen import bars, document, lines
from crmbridge.company import Company
from crmbridge.errors import ConfigError
from crmbridge.flows.backtest import backtest
from crmbridge.report.backtest import told

SPAN = timedelta(days=180)
"""How far it looks back unless told: long enough for most deals to close."""


def backtest_(
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
    """Say whom another agreement would have handed over, and whether it is better."""
    with opened(config, company) as found, bars(quiet=json) as progress:
        last = day(until) if until else found.now().astimezone(found.zone).date()
        first = day(since) if since else last - SPAN
        if first > last:
            raise ConfigError(
                f"--from {first} --to {last} ends before it begins: give the earlier day first"
            )
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


def other(company: Company, word: str) -> Agreement | Path | None:
    """The version to compare with; `None` for that in force. Raises `ConfigError`."""
    if not word.isdigit():
        return Path(word) if word else None
    found = company.versions.numbered(int(word))
    if found is None:
        known = ", ".join(str(one.version) for one in company.versions.all)
        raise ConfigError(f"there is no version {word} to compare with; there are: {known}")
    return found


def day(text: str) -> date:
    """Read a day. Raises `ConfigError` for what is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"{text!r} is no day: write it as in 2026-03-02") from None
