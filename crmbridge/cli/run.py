"""`crmbridge run` and `crmbridge backfill`: work that goes on by itself."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from typing import Annotated, Any

import typer

from crmbridge import daemon
from crmbridge.cli.fail import DONE, FAILED
from crmbridge.cli.opening import AsJson, CompanyName, ConfigFolder, moment, opened, settings_of
from crmbridge.cli.screen import Told, bars, complain, document, lines
from crmbridge.company import Company
from crmbridge.errors import ConfigError, CrmBridgeError, LedgerBusy
from crmbridge.flows.operate.survey import must_fit
from crmbridge.flows.read.backfill import backfill, progress_of, request
from crmbridge.report.operate.status import writing
from crmbridge.store.lease import writer_lease
from crmbridge.web import serve

LOOK = 1.0
"""Seconds between two looks at a backfill that the daemon does."""


def run(company: CompanyName = "", config: ConfigFolder = None) -> int:
    """Keep the companies in step until SIGTERM or Ctrl-C; logs go to stderr."""
    settings = settings_of(config, company)
    named = company or settings.company
    names = [named] if named else []
    return daemon.run(settings, names, serve=partial(serve, companies=names))


def backfill_(
    since: Annotated[
        str, typer.Option("--since", help="Records that changed from then on: a day or an instant.")
    ] = "",
    until: Annotated[str, typer.Option("--until", help="Not those that changed later.")] = "",
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the one before.")] = False,
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> int:
    """Read history in silence: nothing is decided and nothing written.

    Beside a running daemon it is queued to it and watched.
    """
    if not since and not resume:
        raise ConfigError("say from when with --since, or go on with --resume")
    with opened(config, company, connect=True) as found, ExitStack() as stack:
        start = moment(since, found.zone) if since else None
        end = moment(until, found.zone) if until else None
        told = stack.enter_context(bars(quiet=json))
        try:
            lease = stack.enter_context(writer_lease(found.ledger))
        except LedgerBusy as busy:
            complain(f"{busy}. The backfill is queued to it; Ctrl-C leaves it there.")
            request(found, since=start, until=end, resume=resume)
            report = watched(found, told)
        else:
            for side in found.systems:
                must_fit(found, side, whole=False)
            done = backfill(
                found,
                since=start,
                until=end,
                resume=resume,
                stop=lease.stopped,
                progress=told,
            )
            report = asdict(done)
    if json:
        document({"company": found.name, **report})
    else:
        lines(_lines(report))
    return DONE if report["complete"] else FAILED


def watched(company: Company, told: Told, look: float = LOOK) -> dict[str, Any]:
    """Wait for the backfill that was requested of the daemon, and return its report.

    Raises:
        CrmBridgeError: it failed, or the process that was to do it ended.
    """
    while True:
        known = progress_of(company)
        for name, (done, total) in known.get("objects", {}).items():
            told(name, done, total)
        if known["state"] == "done":
            return dict(known["report"])
        if known["state"] == "failed":
            raise CrmBridgeError(f"the backfill failed: {known.get('error', '')}")
        with company.ledger.read() as tx:
            if writing(tx) is None:
                raise CrmBridgeError(
                    "the process that writes the ledger ended before the backfill was done: "
                    "start it again, or run this command again with --resume"
                )
        time.sleep(look)


def _lines(report: Mapping[str, Any]) -> Iterator[str]:
    for name, number in report["done"].items():
        yield f"{name}: {number} records"
    yield (
        f"{report['read']} read: {report['changed']} news, {report['unchanged']} known already, "
        f"{report['filtered']} outside the time asked for, {report['held']} held for a person"
    )
    yield f"{report['new']} new leads; {report['unmatched']} touches have no lead"
    if not report["complete"]:
        yield "It was stopped: go on with `crmbridge backfill --resume`."
        return
    yield (
        f"{report['ready']} of {report['judged']} leads that marketing has meet the definition "
        "now; nobody was told, and nothing was written."
    )
    if report["ready"]:
        yield (
            "They go to sales as reps have room: `crmbridge plan` shows it, and `run` or `sync` "
            "does it once a plan was applied."
        )
