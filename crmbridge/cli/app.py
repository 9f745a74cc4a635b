"""All commands in one place, and the group that turns errors into messages and exit codes."""

from __future__ import annotations

import sys
from contextvars import copy_context
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from crmbridge import __version__
from crmbridge.cli import agreement as agreements
from crmbridge.cli import backtest as backtests
from crmbridge.cli import (
    capacity,
    demo,
    drafting,
    emulate,
    files,
    held,
    leads,
    ledger,
    reports,
    run,
    state,
    work,
)
from crmbridge.cli.fail import guarded


class Guarded(TyperGroup):
    """A group whose commands end in an exit code and never in a traceback, unless asked for."""

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


def _group(name: str, about: str) -> typer.Typer:
    made = typer.Typer(no_args_is_help=True, help=about)
    app.add_typer(made, name=name)
    return made


app.command("init")(files.init)
app.command("validate")(files.validate)
_mapping = _group("mapping", "The mapping of fields as it takes effect.")
_mapping.command("show")(files.mapping_show)
app.command("schema")(files.schema_)
_agreement = _group("agreement", "What marketing and sales have agreed: read, try, sign it.")
_agreement.command("show")(agreements.show)
_agreement.command("list")(agreements.list_)
_agreement.command("draft")(drafting.draft)
_agreement.command("diff")(agreements.diff_)
_agreement.command("test")(agreements.try_)
_agreement.command("approve")(agreements.approve)
_agreement.command("backtest")(backtests.backtest_)
app.command("plan")(work.plan_)
app.command("apply")(work.apply_)
app.command("sync")(work.sync)
app.command("run")(run.run)
app.command("backfill")(run.backfill_)
app.command("explain")(leads.explain_)
app.command("history")(leads.history_)
app.command("reinstate")(leads.reinstate_)
_held = _group("held", "Work that waits for a person.")
_held.command("list")(held.list_)
_held.command("show")(held.show)
_held.command("retry")(held.retry_)
_held.command("resolve")(held.resolve_)
app.command("status")(state.status_)
app.command("quota")(state.quota_)
_capacity = _group("capacity", "How many leads sales can take, and who gets the next.")
_capacity.command("show")(capacity.show)
_capacity.command("pull")(capacity.pull)
_capacity.command("pause")(capacity.pause_)
_capacity.command("resume")(capacity.resume_)
_report = _group("report", "Simple counts of what the loop did.")
_report.command("funnel")(reports.funnel_)
_report.command("sources")(reports.sources_)
_report.command("reasons")(reports.reasons_)
_ledger = _group("ledger", "The ledger itself.")
_ledger.command("rebuild")(ledger.rebuild_)
app.command("emulate")(emulate.emulate)
app.command("demo")(demo.demo)


def main() -> None:
    """Run the command line and leave with its exit code."""
    app()
