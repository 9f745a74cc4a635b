"""`crmbridge connector list`, `check` and `docs`: what connectors say of themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crmbridge.cli.fail import FAILED
from crmbridge.cli.opening import AsJson
from crmbridge.cli.screen import document, line, lines, table
from crmbridge.errors import ConfigError
from crmbridge.registry import connector, names
from crmbridge.report.connector.checked import Line, all_well, as_document, checked
from crmbridge.report.connector.page import page

Name = Annotated[str, typer.Argument(help="A connector, as `crmbridge connector list` names it.")]


def list_(json: AsJson = False) -> None:
    """List the connectors that are installed, with the sides that each can stand on."""
    rows = [(name, connector(name).info) for name in names()]
    if json:
        document(
            [
                {"name": name, "title": info.title, "sides": sorted(info.sides), "on": info.proved}
                for name, info in rows
            ]
        )
        return
    table(
        ("connector", "vendor", "sides", "proved on"),
        [
            (name, info.title, ", ".join(sorted(info.sides)), info.proved or "nothing yet")
            for name, info in rows
        ],
        "No connector is installed.",
    )


def check(name: Name, json: AsJson = False) -> None:
    """Say whether a connector declares all that it must; no vendor is asked."""
    found = checked(connector(name))
    if json:
        document(as_document(found))
    else:
        for one in found:
            _say(one)
    if not all_well(found):
        raise typer.Exit(FAILED)


def _say(one: Line) -> None:
    line(f"{'OK  ' if not one.faults else 'MEND'} {one.what}")
    lines(f"       {fault}" for fault in one.faults)


def docs(
    name: Name,
    out: Annotated[
        Path | None, typer.Option("--out", help="The file to write; else it is printed.")
    ] = None,
    compare: Annotated[
        bool, typer.Option("--check", help="Compare with the file of --out, and write nothing.")
    ] = False,
) -> None:
    """Make a connector's reference page in Markdown from what it declares."""
    text = page(connector(name))
    if out is None:
        if compare:
            raise ConfigError("--check compares with a file: name it by --out")
        typer.echo(text, nl=False)
        return
    if compare:
        if not out.is_file() or out.read_text(encoding="utf-8") != text:
            raise ConfigError(
                f"{out} is not what the connector declares: write it by "
                f"`crmbridge connector docs {name} --out {out}`"
            )
        line(f"{out} is what the connector declares.")
        return
    out.write_text(text, encoding="utf-8")
    line(f"Written: {out}")
