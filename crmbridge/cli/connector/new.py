"""`crmbridge connector new`: a connector that works, to be changed into one for another vendor."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crmbridge.cli.screen import line, lines
from crmbridge.errors import ConfigError
from crmbridge.testing.begun import CHANGED, LIKE, begin, in_package, in_tree

SQL = "sql"


def new(
    name: Annotated[str, typer.Argument(help="What mapping.toml is to call it, such as acme_crm.")],
    like: Annotated[
        str, typer.Option("--like", help=f"What to begin with: {', '.join((*LIKE, SQL))}.")
    ],
    out: Annotated[
        Path, typer.Option("--out", help="The folder in which its package is made.")
    ] = Path(),
    tree: Annotated[
        bool,
        typer.Option("--in-tree", help="Make it in --out, a checkout of crmbridge, instead."),
    ] = False,
) -> None:
    """Begin a connector with one that works, against a stand-in for a vendor that nobody has."""
    if like == SQL:
        raise ConfigError(
            'a database needs no connector of its own: write connector = "tables" in mapping.toml; '
            "docs/howto/connect-tables.md has a whole example"
        )
    begun = in_tree(name, out) if tree else in_package(name, out)
    made = begin(begun, like)
    lines(str(path) for path in made)
    line("")
    line("It keeps the contract as it is. What to do next:")
    lines(f"  {one}" for one in _next(name, like, begun.folder.parent, in_tree=tree))


def _next(name: str, like: str, home: Path, *, in_tree: bool) -> list[str]:
    install = [] if in_tree else [f"pip install -e {home}"]
    return [
        *install,
        f"crmbridge connector prove {name}",
        f"change {' and '.join(CHANGED[like])} part by part to what your vendor's documents say",
        f"crmbridge connector check {name}",
        f"crmbridge connector try {name} --read people",
    ]
