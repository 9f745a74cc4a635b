"""`crmbridge plan`, `apply` and `sync`: one turn of the loop, asked for by a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from crmbridge.cli.fail import DONE, FAILED, FINDINGS, STOPPED
from crmbridge.cli.opening import (
    Allow,
    AsJson,
    By,
    CompanyName,
    ConfigFolder,
    Detailed,
    login,
    opened,
)
from crmbridge.cli.screen import Told, bars, complain, document, line, lines
from crmbridge.cli.troubles import note_limits, note_read, note_written
from crmbridge.company import Company
from crmbridge.daemon import digest
from crmbridge.daemon.owed import free_lanes
from crmbridge.errors import ConfigError, ConnectorError
from crmbridge.flows.operate import plan as plans
from crmbridge.flows.operate.find import find_lead
from crmbridge.flows.operate.plan import Plan, Word
from crmbridge.flows.operate.survey import must_fit
from crmbridge.flows.operate.turn import Turn, armed, deliver, settle
from crmbridge.flows.read.pull import pull
from crmbridge.report.operate import planned as told
from crmbridge.report.operate import waiting
from crmbridge.report.operate.restored import Newer, newer
from crmbridge.report.text import visible
from crmbridge.store import cursors
from crmbridge.store.chain import link
from crmbridge.store.lease import Lease, writer_lease


def plan_(
    show: Annotated[
        str, typer.Argument(metavar="[show]", help="`show FILE` prints a saved plan.")
    ] = "",
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="What `--out` saved.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Save it for `crmbridge apply` (personal data).")
    ] = None,
    detailed_exitcode: Detailed = False,
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> int:
    """Show what would be written to the systems, field by field, and write nothing."""
    if show:
        return _show(show, file, detailed_exitcode=detailed_exitcode, json=json)
    with opened(config, company, connect=True) as found:
        fresh = _never_read(found)
        made = plans.plan(found)
    if out is not None:
        plans.save(made, out)
    data = made.to_json()
    if json:
        document(data)
    else:
        lines(told.plan(data, whole=out is None))
        if fresh:
            line("Nothing was read from the systems yet: run `crmbridge sync` first.")
        if out is not None:
            line(f"Saved to {out}. Read it, then: {told.to_apply(data, str(out))}")
    return FINDINGS if made.writes and detailed_exitcode else DONE


def _show(word: str, file: Path | None, *, detailed_exitcode: bool, json: bool) -> int:
    """Print a saved plan; no system is asked."""
    if word != "show" or file is None:
        raise ConfigError(
            f"`crmbridge plan {word}`: there is `crmbridge plan`, and `crmbridge plan show FILE` "
            "for a plan that `crmbridge plan --out FILE` saved"
        )
    saved = plans.read(file)
    if json:
        document(saved)
    else:
        lines(told.plan(saved, whole=True))
    return FINDINGS if saved["writes"] and detailed_exitcode else DONE


def _never_read(company: Company) -> bool:
    with company.ledger.read() as tx:
        return not cursors.all_cursors(tx)


def apply_(
    file: Annotated[Path, typer.Argument(help="What `crmbridge plan --out` saved.")],
    to: Annotated[
        list[str] | None,
        typer.Option("--to", help="Id of an account that is no sandbox, before its first write."),
    ] = None,
    allow: Allow = None,
    by: By = "",
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> int:
    """Write what a saved plan says and no more; from then on `sync` and `run` write too."""
    saved = plans.read(file)
    word = Word(by=by or login(), to=to or (), allow=allow or (), file=str(file))
    with opened(config, company, connect=True) as found, writer_lease(found.ledger):
        found.must_be_agreed()
        for side in found.systems:
            must_fit(found, side, whole=False)
        _only_writer(found)
        done = plans.apply(found, saved, word=word)
        stopped = _written(found, done)
        link(found.ledger)
        waits = waiting.waiting(found)
        with found.ledger.read() as tx:
            follows = cursors.due_count(tx, found.now())
    return _finish(found.name, done, None, waits, None, json=json, follows=follows, stopped=stopped)


def _only_writer(company: Company) -> None:
    """Take the lanes of whoever died: who writes the ledger now is the only one who delivers."""
    for target in company.targets:
        free_lanes(company.ledger, target)


def sync(
    lead: Annotated[
        str, typer.Option("--lead", help="Decide for this lead only; all systems are read.")
    ] = "",
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> int:
    """Read all systems, decide, and write; only read until a plan was applied."""
    with (
        opened(config, company, connect=True) as found,
        writer_lease(found.ledger) as lease,
        bars(quiet=json) as progress,
    ):
        done = Turn(armed=armed(found))
        if done.armed:
            found.must_be_agreed()
        for side in found.names:
            _pull(found, side, done, lease, progress)
        only = _only(found, lead)
        made, stopped = None, ""
        if done.armed:
            _only_writer(found)
            settle(found, done, only=only, stop=lease.stopped)
            if not lease.stopped() and digest.post(found):
                deliver(found, done, stop=lease.stopped)
            stopped = _written(found, done)
        else:
            made = plans.plan(found)
        link(found.ledger)
        with found.ledger.read() as tx:
            better = newer(tx)
        waits = waiting.waiting(found)
    return _finish(found.name, done, made, waits, better, json=json, stopped=stopped)


def _only(company: Company, lead: str) -> str:
    if not lead:
        return ""
    with company.ledger.read() as tx:
        return find_lead(company, tx, lead)


def _pull(company: Company, side: str, done: Turn, lease: Lease, progress: Told) -> None:
    """One side's failure does not stop the other."""

    def told(obj: str, so_far: int, total: int | None) -> None:
        progress(f"{side} {obj}", so_far, total)

    try:
        must_fit(company, side, whole=False)
        with company.moment():
            done.pulled[side] = pull(company, side, stop=lease.stopped, progress=told)
    except ConnectorError as error:
        done.errors[side] = error
        note_read(company, side, error)
    except ConfigError as error:
        note_read(company, side, error)
        raise
    else:
        note_read(company, side, None)


def _written(company: Company, done: Turn) -> str:
    """Note how the systems took it; return why the writer stopped, empty where it did not."""
    for target, out in done.delivered.items():
        note_written(company, target, out)
    return note_limits(company, done.over)


def _finish(
    name: str,
    done: Turn,
    made: Plan | None,
    waits: Sequence[Mapping[str, Any]],
    better: Sequence[Newer] | None,
    *,
    json: bool,
    follows: int = 0,
    stopped: str = "",
) -> int:
    data = turn_json(name, done) | {"waiting": list(waits), "follows": follows}
    if made is not None:
        data["plan"] = {"writes": len(made.writes), "calls": made.calls, "hash": made.hash}
        data["plan"]["counts"] = made.counts.to_json()
    if better is not None:
        data["newer"] = [one.row() for one in better]
    if json:
        document(data)
    else:
        lines(_newer_lines(better))
        lines(_turn_lines(data))
        lines(waiting.told(waits))
        if follows:
            line(
                f"What follows from that for {follows} leads comes with the next `crmbridge sync` "
                "or `crmbridge run`; `crmbridge plan` shows it."
            )
    for side, words in data["errors"].items():
        complain(f"{side}: {words}")
    if stopped:
        complain(stopped)
        return STOPPED
    return FAILED if data["errors"] else DONE


SHOWN = 100
"""Records that are listed after a restore; how many more there are is told."""


def _newer_lines(better: Sequence[Newer] | None) -> Iterator[str]:
    """What the systems know better than a backup that was put back."""
    if better is None:
        return
    yield f"A backup was put back, and the systems know {len(better)} things better than it:"
    for one in better[:SHOWN]:
        fields = f": {', '.join(map(visible, one.fields))}" if one.fields else ""
        yield f"    {visible(one.record)} {one.what}{fields}".rstrip()
    if len(better) > SHOWN:
        yield f"    and {len(better) - SHOWN} more; `crmbridge sync --json` lists all of them"


def turn_json(name: str, done: Turn) -> dict[str, Any]:
    """What a turn did, in JSON's types and without personal data."""
    return {
        "company": name,
        "armed": done.armed,
        "stopped": [asdict(one) for one in done.over],
        "pulled": {
            side: {
                obj: {
                    "read": one.read,
                    "changed": one.changed,
                    "unchanged": one.unchanged,
                    "held": one.held,
                }
                for obj, one in pulled.counts.items()
            }
            for side, pulled in done.pulled.items()
        },
        "decided": {
            "leads": done.decided.looked,
            "given": done.decided.given,
            "writes": len(done.decided.ops),
        },
        "delivered": {
            side: {str(outcome): number for outcome, number in one.outcomes.items()}
            | {"dropped": one.dropped}
            for side, one in done.delivered.items()
        },
        "errors": {side: str(error) for side, error in done.errors.items()},
    }


def _turn_lines(data: Mapping[str, Any]) -> Iterator[str]:
    for side, objects in data["pulled"].items():
        read = sum(one["read"] for one in objects.values())
        changed = sum(one["changed"] for one in objects.values())
        yield f"read {side}: {read} records, {changed} of them news"
    if not data["armed"]:
        plan = data["plan"]
        yield f"plan: {plan['writes']} writes, in {_counts(plan['calls'])} calls"
        yield f"Nothing was written: {_why_not(data)}"
        return
    decided = data["decided"]
    yield (
        f"decided: {decided['leads']} leads, {decided['given']} given to reps, "
        f"{decided['writes']} writes"
    )
    for side, outcomes in data["delivered"].items():
        yield f"written to {side}: {_counts({k: n for k, n in outcomes.items() if n}) or 'nothing'}"


def _why_not(data: Mapping[str, Any]) -> str:
    """Why nothing is written, and what to do."""
    see = "`crmbridge plan --out plan.json`, then `crmbridge apply plan.json`"
    if data["plan"]["counts"]["first"]:
        return f"no plan was applied yet. See it with {see}."
    return (
        "the writer is switched off; `crmbridge status` says since when. `crmbridge arm --company "
        f"{data['company']}` ends that; after a backup was put back, {see}."
    )


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(_pairs(counts.items()))


def _pairs(items: Iterable[tuple[str, int]]) -> Iterator[str]:
    return (f"{number} {name}" for name, number in items)
