"""`crmbridge agreement draft`: the next version as a copy that may be edited."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import tomlkit
import typer

from crmbridge.cli.agreement.span import day
from crmbridge.cli.agreement.which import folder_of, present
from crmbridge.cli.opening import AsJson, CompanyName, ConfigFolder, settings_of
from crmbridge.cli.screen import document, line, lines
from crmbridge.errors import ConfigError
from crmbridge.files import VERSIONS, load
from crmbridge.model.toml import decoded


def draft(
    effective: Annotated[
        str, typer.Option("--from", help="The day from whose 00:00 it shall hold.")
    ],
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """Copy the version in force to the next version, for that day, signed by nobody."""
    settings = settings_of(config, company)
    folder = folder_of(settings, company)
    files = load(settings.config, folder.name)
    first = day(effective)
    taken = [one.version for one in files.versions.all if one.effective_from == first]
    if taken:
        raise ConfigError(f"version {taken[0]} takes effect on {first} already: choose another day")
    now = present(settings)
    held = files.versions.in_force(now)
    number = max(one.version for one in files.versions.all) + 1
    path = folder / VERSIONS / f"v{number}.toml"
    if path.exists():
        raise ConfigError(f"{path} is there already: edit that, or move it away")
    path.parent.mkdir(exist_ok=True)
    text = renumbered(decoded(files.paths[held.version].read_bytes()), number, first)
    with path.open("x", encoding="utf-8", newline="") as out:
        out.write(text)
    if json:
        document({"file": str(path), "version": number, "effective_from": first.isoformat()})
        return
    lines(
        [
            f"Wrote version {number}, a copy of version {held.version}, to {path}.",
            f"It shall hold from {first} 00:00 {held.zone}, and nobody has signed it. Edit it now.",
        ]
    )
    today = now.astimezone(held.tz).date()
    if first < held.effective_from:
        line(
            f"look: version {held.version} begins later, on {held.effective_from}, and would keep "
            f"its place: change `effective_from` in {path.name} to a day after that."
        )
    elif first <= today:
        line(
            "look: that day has begun, so it will be in force as soon as both have signed. To "
            f"choose the moment, change `effective_from` in {path.name} to a day still to come."
        )


def renumbered(text: str, number: int, first: date) -> str:
    """Return a version's text as the next one's: another number and day, and no signatures."""
    found = tomlkit.parse(text)
    found["version"] = number
    found["effective_from"] = first
    found["signed"] = tomlkit.array()
    found.pop("withdrawn", None)
    return tomlkit.dumps(found)
