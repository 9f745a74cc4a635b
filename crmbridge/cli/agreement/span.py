"""What the commands share that try another version over the past: their options, and the days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from crmbridge.agreement import Agreement
from crmbridge.cli.screen import bars
from crmbridge.company import Company
from crmbridge.errors import ConfigError

Made = TypeVar("Made")

SPAN = timedelta(days=180)
"""How far it looks back unless told: long enough for most deals to close."""

Other = Annotated[Path, typer.Argument(help="The other version: a file, signed or not.")]
Since = Annotated[str, typer.Option("--from", help="First day; else half a year back.")]
Until = Annotated[str, typer.Option("--to", help="Last day; else today.")]
Against = Annotated[
    str,
    typer.Option(
        "--against", help="The version to compare with, a number or a file; else that in force."
    ),
]
Hindsight = Annotated[
    bool, typer.Option("--hindsight", help="Use what had happened, not what was known then.")
]


@dataclass(frozen=True, slots=True)
class Asked:
    """What such a command was asked for, in the words of the command line."""

    company: Company
    file: Path
    since: str
    until: str
    against: str
    hindsight: bool
    quiet: bool


def tried(run: Callable[..., Made], asked: Asked) -> Made:
    """Try the other version by `run`, with a bar of how many leads are done unless `quiet`.

    Raises `ConfigError` for days, or a version, that are none.
    """
    company = asked.company
    with bars(quiet=asked.quiet) as progress:
        first, last = days(company, asked.since, asked.until)
        return run(
            company,
            asked.file,
            first,
            last,
            lambda done, total: progress("leads", done, total),
            against=other(company, asked.against),
            hindsight=asked.hindsight,
        )


def days(company: Company, since: str, until: str) -> tuple[date, date]:
    """The first and the last day. Raises `ConfigError` for no days, or the later one first."""
    last = day(until) if until else company.now().astimezone(company.zone).date()
    first = day(since) if since else last - SPAN
    if first > last:
        raise ConfigError(
            f"--from {first} --to {last} ends before it begins: give the earlier day first"
        )
    return first, last


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
