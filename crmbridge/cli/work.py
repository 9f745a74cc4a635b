"""`crmbridge plan`, `apply` and `sync`: one turn of the loop, asked for by a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from crmbridge.cli.fail import DONE, FAILED, FINDINGS
from crmbridge.cli.opening import AsJson, CompanyName, ConfigFolder, Detailed, opened
from crmbridge.cli.screen import Told, bars, complain, document, line, lines
from crmbridge.cli.troubles import note_read, note_written
from crmbridge.company import SIDES, TARGETS, Company
from crmbridge.daemon.owed import free_lanes
from crmbridge.errors import ConfigError, ConnectorError
from crmbridge.flows.operate import plan as plans
from crmbridge.flows.operate.find import find_lead
from crmbridge.flows.operate.plan import Plan
from crmbridge.flows.operate.survey import must_fit
from crmbridge.flows.operate.turn import Turn, armed, settle
from crmbridge.flows.read.pull import pull
from crmbridge.report.operate import waiting
from crmbridge.report.operate.restored import Newer, newer
from crmbridge.report.text import shown, visible
from crmbridge.store import cursors
from crmbridge.store.chain import link
from crmbridge.store.lease import Lease, writer_lease


def plan_(
    out: Annotated[
        Path | None, typer.Option("--out", help="Save it for `crmbridge apply` (personal data).")
    ] = None,
    detailed_exitcode: Detailed = False,
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> int:
    """Show what would be written to both systems, field by field, and write nothing."""
    with opened(config, company, connect=True) as found:
        fresh = _never_read(found)
        made = plans.plan(found)
    if out is not None:
        plans.save(made, out)
    if json:
        document(made.to_json())
    else:
        lines(_plan_lines(made, whole=out is None))
        if fresh:
            line("Nothing was read from the systems yet: run `crmbridge sync` first.")
        if out is not None:
            line(f"Saved to {out}. Read it, then: crmbridge apply {out} --company {made.company}")
    return FINDINGS if made.writes and detailed_exitcode else DONE


def _never_read(company: Company) -> bool:
    with company.ledger.read() as tx:
        return not cursors.all_cursors(tx)


def _plan_lines(made: Plan, *, whole: bool) -> Iterator[str]:
    yield (
        f"{made.company}: {len(made.writes)} writes under agreement {made.agreement}, in "
        + " and ".join(f"{number} calls to {side}" for side, number in made.calls.items())
    )
    for write in made.writes if whole else ():
        record = visible(write["record"]) or "a new record"
        where = f"{write['system']} {write['object']} {record}"
        yield f"{write['action']} {where}, lead {write['lead']}{_TRIED.get(write['state'], '')}"
        for change in write["changes"]:
            yield (
                f"    {visible(change['field'])}: {shown(change['before'])} -> "
                f"{shown(change['after'])}    ({visible(change['rule'])})"
            )


_UNSURE = " (sent before; nobody knows whether it arrived: it is looked up, and sent if it did not)"
_TRIED = {"later": " (put off before)", "sending": _UNSURE, "unknown": _UNSURE}
"""What is said of a write that was tried before, by its state."""


def apply_(
    file: Annotated[Path, typer.Argument(help="What `crmbridge plan --out` saved.")],
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> int:
    """Write what a saved plan says and no more; from then on `sync` and `run` write too."""
    saved = plans.read(file)
    with opened(config, company, connect=True) as found, writer_lease(found.ledger):
        found.must_be_agreed()
        for side in found.systems:
            must_fit(found, side, whole=False)
        _only_writer(found)
        done = plans.apply(found, saved)
        _written(found, done)
        link(found.ledger)
        waits = waiting.waiting(found)
        with found.ledger.read() as tx:
            follows = cursors.due_count(tx, found.now())
    return _finish(found.name, done, None, waits, None, json=json, follows=follows)


def _only_writer(company: Company) -> None:
    """Take the lanes of whoever died: who writes the ledger now is the only one who delivers."""
    for target in TARGETS:
        free_lanes(company.ledger, target)


def sync(
    lead: Annotated[
        str, typer.Option("--lead", help="Decide for this lead only; both systems are read.")
    ] = "",
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> int:
    """Read both systems, decide, and write; only read until a plan was applied."""
    with (
        opened(config, company, connect=True) as found,
        writer_lease(found.ledger) as lease,
        bars(quiet=json) as progress,
    ):
        done = Turn(armed=armed(found))
        if done.armed:
            found.must_be_agreed()
        for side in SIDES:
            _pull(found, side, done, lease, progress)
        only = _only(found, lead)
        made = None
        if done.armed:
            _only_writer(found)
            settle(found, done, only=only, stop=lease.stopped)
            _written(found, done)
        else:
            made = plans.plan(found)
        link(found.ledger)
        with found.ledger.read() as tx:
            better = newer(tx)
        waits = waiting.waiting(found)
    return _finish(found.name, done, made, waits, better, json=json)


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


def _written(company: Company, done: Turn) -> None:
    for target, out in done.delivered.items():
        note_written(company, target, out)


def _finish(
    name: str,
    done: Turn,
    made: Plan | None,
    waits: Sequence[Mapping[str, Any]],
    better: Sequence[Newer] | None,
    *,
    json: bool,
    follows: int = 0,
) -> int:
    data = turn_json(name, done) | {"waiting": list(waits), "follows": follows}
    if made is not None:
        data["plan"] = {"writes": len(made.writes), "calls": made.calls, "hash": made.hash}
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
        yield (
            "Nothing was written: no plan was applied yet. See it with `crmbridge plan --out "
            "plan.json`, then `crmbridge apply plan.json`."
        )
        return
    decided = data["decided"]
    yield (
        f"decided: {decided['leads']} leads, {decided['given']} given to reps, "
        f"{decided['writes']} writes"
    )
    for side, outcomes in data["delivered"].items():
        yield f"written to {side}: {_counts({k: n for k, n in outcomes.items() if n}) or 'nothing'}"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(_pairs(counts.items()))


def _pairs(items: Iterable[tuple[str, int]]) -> Iterator[str]:
    return (f"{number} {name}" for name, number in items)
