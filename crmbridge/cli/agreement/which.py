"""Which company, which file and which version a command on agreements speaks of."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from crmbridge.agreement import Agreement, Versions, fingerprint
from crmbridge.company import open_clock
from crmbridge.errors import ConfigError
from crmbridge.files import load, pick, read_agreement
from crmbridge.net.world_clock import WorldClock
from crmbridge.settings import Settings

File = Annotated[
    Path | None,
    typer.Argument(help="A file with a version; without it, the company's in force."),
]


def folder_of(settings: Settings, company: str) -> Path:
    """The folder of the company meant. Raises `ConfigError`."""
    return settings.config / pick(settings.config, company or settings.company)


def path_of(settings: Settings, company: str, file: Path | None) -> Path:
    """The file that a command names, or the company's own."""
    return file or folder_of(settings, company) / "agreement.toml"


def present(settings: Settings) -> datetime:
    """The company's present instant, asked once."""
    clock = open_clock(settings)
    try:
        return clock.now()
    finally:
        if isinstance(clock, WorldClock):
            clock.close()


def chosen_version(
    settings: Settings, company: str, file: Path | None, number: int, now: datetime
) -> tuple[Agreement, Versions]:
    """The version meant by file, number or day, and the versions beside it.

    Raises `ConfigError` where the company has no version of that number.
    """
    if file is not None:
        found = read_agreement(file)
        return found, versions_with(settings, company, found)
    files = load(settings.config, folder_of(settings, company).name)
    versions = files.versions
    if not number:
        return versions.in_force(now), versions
    wanted = versions.numbered(number)
    if wanted is None:
        known = ", ".join(str(one.version) for one in versions.all)
        raise ConfigError(f"there is no version {number}; there are: {known}")
    return wanted, versions


def versions_with(settings: Settings, company: str, found: Agreement) -> Versions:
    """The company's versions where this is one of them, else this one alone."""
    try:
        versions = load(settings.config, folder_of(settings, company).name).versions
    except ConfigError:
        return Versions.of([found])
    same = versions.hashes.get(found.version) == fingerprint(found)
    return versions if same else Versions.of([found])
