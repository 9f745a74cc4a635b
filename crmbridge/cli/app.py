"""The command line as a whole, and the group that turns errors into messages and exit codes."""

from __future__ import annotations

import sys
from contextvars import copy_context
from typing import Annotated, Any

import typer

from crmbridge import __version__
from crmbridge.cli.commands import COMMANDS
from crmbridge.cli.fail import guarded
from crmbridge.cli.lazy import LazyGroup


class Guarded(LazyGroup):
    """A group whose commands end in an exit code and never in a traceback, unless asked for."""

    def __init__(self, **attrs: Any) -> None:
        super().__init__(**{**attrs, "entries": COMMANDS})

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the command line; `--debug` counts wherever it stands."""
        given = extra.pop("args", None) or (args[0] if args else None)
        words = list(sys.argv[1:] if given is None else given)
        debug = "--debug" in words
        words = [word for word in words if word != "--debug"]
        extra["standalone_mode"] = False
        run = super().main
        # a context of its own: what a command sets, such as the zone of times, ends with it
        here = copy_context()
        sys.exit(here.run(guarded, lambda: run(words, *args[1:], **extra), debug=debug))


app = typer.Typer(
    cls=Guarded,
    name="crmbridge",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Closes the loop between marketing automation and CRM.",
    epilog=(
        "Exit codes: 0 done, 1 failed, 2 findings (only with --detailed-exitcode), "
        "3 stopped before doing harm, or another process writes the ledger."
    ),
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def root(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """Closes the loop between marketing automation and CRM."""


def main() -> None:
    """Run the command line and leave with its exit code."""
    app()
