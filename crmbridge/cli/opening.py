"""The options that every command has, and how they open a company."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from pydantic import ValidationError

from crmbridge import log
from crmbridge.cli.screen import carrying
from crmbridge.company import Company, open_company
from crmbridge.errors import ConfigError
from crmbridge.files import companies, pick
from crmbridge.flows.operate.garbage import seldom
from crmbridge.report.text import read_in
from crmbridge.settings import Settings, credentials, strange_names

CompanyName = Annotated[
    str, typer.Option("--company", "-c", help="Which company; not needed when there is only one.")
]
ConfigFolder = Annotated[
    Path | None, typer.Option("--config", help="Folder of companies (else CRMBRIDGE_CONFIG).")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
By = Annotated[str, typer.Option("--by", help="Who says so; your login name if not given.")]
Allow = Annotated[
    list[str] | None,
    typer.Option("--allow", help="A kind of [limits] to let through, once; several times."),
]
Detailed = Annotated[
    bool, typer.Option("--detailed-exitcode", help="Leave with 2 when there is something to see.")
]


def settings_of(config: Path | None = None, company: str = "") -> Settings:
    """Read the settings, with what was given on the line instead of the variables.

    Also sends logging to stderr: warnings only, because the command itself speaks to the person.

    Raises:
        ConfigError: a variable has a value that it cannot have.
    """
    given: dict[str, Any] = {}
    if config is not None:
        given["config"] = config
    if company:
        given["company"] = company
    try:
        settings = Settings(**given)
    except ValidationError as exc:
        faults = [
            f"CRMBRIDGE_{'_'.join(map(str, one['loc'])).upper()}: "
            + one["msg"].removeprefix("Value error, ")
            for one in exc.errors()
        ]
        raise ConfigError("\n".join(faults)) from None
    if strange := strange_names(companies=companies(settings.config)):
        raise ConfigError("\n".join(strange))
    log.configure(json=settings.log_json, level="WARNING")
    return settings


@contextmanager
def opened(config: Path | None, company: str, *, connect: bool = False) -> Iterator[Company]:
    """Open the chosen company, and close it; with `connect` its systems can be asked. What the
    command says from here on has the company's times.

    Raises:
        ConfigError: a wrong file, a missing credential.
        LedgerError: the ledger cannot be opened.
    """
    settings = settings_of(config, company)
    settings.ready_place(pick(settings.config, company or settings.company))
    with carrying() as progress:
        found = open_company(settings, company, connect=connect, progress=progress)
    read_in(found.zone)
    try:
        with seldom() if connect else nullcontext():
            yield found
    finally:
        found.close()


def chosen(settings: Settings, company: str) -> list[str]:
    """The named company, else the one that the settings name, else all there are."""
    if name := company or settings.company:
        return [name]
    found = companies(settings.config)
    if not found:
        raise ConfigError(
            f"{settings.config}: no company here. Run `crmbridge init`, or set CRMBRIDGE_CONFIG "
            "to the folder that holds yours."
        )
    return found


def moment(text: str, zone: ZoneInfo) -> datetime:
    """Read a day or an instant; one without an offset is of the company's zone.

    Raises:
        ConfigError: it is neither.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(
            f"{text!r} is no time: write a day such as 2026-03-02, or an instant such as "
            "2026-03-02T09:30+01:00"
        ) from None
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def secrets_of(config: Path | None, company: str) -> Callable[[str], Mapping[str, str]]:
    """What gives the credentials of a company's side."""
    folder = settings_of(config, company).secrets_dir
    return lambda side: credentials(company, side, folder)


def login() -> str:
    """The name that a person is logged in by; `unknown` in a container that has none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container without a user of that number
        return "unknown"
