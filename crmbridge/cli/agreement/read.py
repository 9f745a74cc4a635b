"""`crmbridge agreement show`, `list` and `diff`: what both sides have agreed."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from crmbridge.agreement import Agreement, fingerprint, missing_sides
from crmbridge.agreement.signing import SIDES
from crmbridge.cli.agreement.which import (
    File,
    chosen_version,
    folder_of,
    present,
)
from crmbridge.cli.opening import AsJson, CompanyName, ConfigFolder, settings_of
from crmbridge.cli.screen import document, line, lines, table
from crmbridge.files import load, read_agreement
from crmbridge.report.agreement.diff import changes
from crmbridge.report.agreement.page import page
from crmbridge.settings import Settings


def show(
    file: File = None,
    version: Annotated[int, typer.Option("--version", help="A version by its number.")] = 0,
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """Print an agreement as a page that both sides can read and sign."""
    settings = settings_of(config, company)
    now = present(settings)
    found, versions = chosen_version(settings, company, file, version, now)
    status, hashed = versions.status(found, now), fingerprint(found)
    if json:
        told = found.model_dump(mode="json", by_alias=True, exclude_unset=True)
        document({"status": status, "hash": hashed, "agreement": told})
    else:
        lines(page(found, status, hashed))


def list_(
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """List all versions of a company's agreement: state, day, signatures, file."""
    settings = settings_of(config, company)
    now = present(settings)
    files = load(settings.config, folder_of(settings, company).name)
    versions = files.versions
    rows = [
        {
            "version": one.version,
            "state": versions.status(one, now),
            "effective_from": one.effective_from.isoformat(),
            "signed": [
                side
                for side in SIDES
                if side not in missing_sides(one, versions.hashes[one.version])
            ],
            "hash": versions.hashes[one.version],
            "file": str(files.paths[one.version]),
        }
        for one in versions.all
    ]
    if json:
        document({"versions": rows})
        return
    table(
        ("version", "state", "from", "signed by", "hash", "file"),
        [
            (
                str(row["version"]),
                str(row["state"]),
                str(row["effective_from"]),
                ", ".join(row["signed"]) or "nobody",  # type: ignore[arg-type]
                str(row["hash"])[:12],
                str(row["file"]),
            )
            for row in rows
        ],
        "No version.",
    )


def diff_(
    old: Annotated[str, typer.Argument(help="A version's number, or a file.")],
    new: Annotated[str, typer.Argument(help="A version's number, or a file.")],
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """Say in words what changes from one version to another."""
    settings = settings_of(config, company)
    before, after = (_named(settings, company, one) for one in (old, new))
    found = changes(before, after)
    if json:
        document({"changes": [asdict(one) for one in found]})
        return
    line(f"From version {before.version} to version {after.version}:")
    lines([f"  {one}" for one in found] or ["  nothing changes"])


def _named(settings: Settings, company: str, word: str) -> Agreement:
    if not word.isdigit():
        return read_agreement(Path(word))
    now = present(settings)
    return chosen_version(settings, company, None, int(word), now)[0]
