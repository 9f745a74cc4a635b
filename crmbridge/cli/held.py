"""`crmbridge held`: what waits for a person, and what they decide."""

from __future__ import annotations

from typing import Annotated

import typer

from crmbridge.cli.opening import AsJson, CompanyName, ConfigFolder, opened, secrets_of
from crmbridge.cli.screen import document, line, lines, table
from crmbridge.flows.held.answers import (
    WHO,
    find_held,
    is_cause,
    must_be_kind,
    resolve,
    retry,
    shown,
)
from crmbridge.flows.held.meaning import resolved
from crmbridge.flows.held.records import records_of
from crmbridge.flows.read.much_gone import KIND
from crmbridge.flows.read.observe.consent import CONSENT_AGAIN
from crmbridge.report.text import shown as value
from crmbridge.report.text import when
from crmbridge.store import held

Id = Annotated[str, typer.Argument(help="The id from `held list`, or its beginning.")]


def list_(
    kind: Annotated[str, typer.Option("--kind", help="Only this kind.")] = "",
    all_: Annotated[bool, typer.Option("--all", help="Resolved work too.")] = False,
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """List what waits for a person, the newest first."""
    with opened(config, company) as found, found.ledger.read() as tx:
        must_be_kind(tx, kind)
        state = None if all_ else held.HeldState.OPEN
        rows = held.find(tx, state=state, kind=kind)
    if json:
        plain = [{k: v for k, v in shown(row).items() if k != "detail"} for row in rows]
        document({"held": plain})
        return
    cells = [
        (row.id[:8], row.kind, row.lead[:8], row.count, when(row.last_at), row.advice)
        for row in rows
    ]
    table(("id", "kind", "lead", "times", "last", "advice"), cells, "Nothing waits for a person.")


def show(
    ident: Id, company: CompanyName = "", config: ConfigFolder = None, json: AsJson = False
) -> None:
    """Show one piece of held work whole."""
    with opened(config, company) as found, found.ledger.read() as tx:
        row = find_held(tx, ident)
        data = shown(row)
        if row.kind in WHO:
            data["records"] = records_of(found, tx, row, secrets_of(config, found.name))
    if json:
        document(data)
        return
    detail, records = data.pop("detail"), data.pop("records", [])
    for name in ("first_at", "last_at"):
        data[name] = when(data[name])
    lines(f"{name.replace('_', ' '):9} {text}" for name, text in data.items())
    lines(f"  {name}: {value(one)}" for name, one in detail.items())
    lines(f"  {one['record']} {value(one['name'])} {one['link']}".rstrip() for one in records)


def retry_(
    ident: Id, company: CompanyName = "", config: ConfigFolder = None, json: AsJson = False
) -> None:
    """Send held work again with the next `sync` or pass, after its cause was mended."""
    with opened(config, company) as found:
        with found.ledger.read() as tx:
            row = find_held(tx, ident)
        done = retry(found, row.id)
    if json:
        document(
            {
                "id": row.id,
                "again": done.again,
                "replaced": done.replaced,
                "stays": done.stays,
            }
        )
    elif done.again:
        line("It goes out with the next `crmbridge sync`, or the daemon's next pass.")
    elif done.replaced:
        line("A newer write of the same kind replaced it; nothing is sent again.")
    elif done.stays:
        line("The next `crmbridge sync` looks at it anew. It ends once its cause is gone.")
    elif row.kind == KIND:
        line("Resolved; the object is compared anew with the next `crmbridge sync`.")
    elif is_cause(row):
        line("Resolved; what it held back is offered again with the next `crmbridge sync`.")
    else:
        line("Resolved; its lead is looked at anew with the next `crmbridge sync`.")


def resolve_(
    ident: Id, company: CompanyName = "", config: ConfigFolder = None, json: AsJson = False
) -> None:
    """Say that you dealt with held work."""
    with opened(config, company) as found:
        with found.ledger.read() as tx:
            row = find_held(tx, ident)
        resolve(found, row.id)
    if json:
        document({"id": row.id, "state": "resolved"})
    elif row.kind == KIND:
        line(f"{row.id[:8]} is resolved. The next comparison believes that these records are gone.")
    elif is_cause(row):
        line(f"{row.id[:8]} is resolved. Its leads stay as they are; it opens again with others.")
    elif row.kind == CONSENT_AGAIN:
        line(f"{row.id[:8]} is resolved. The person stays opted out in all systems; only this ends")
        line(f'it: crmbridge consent {row.lead[:8]} --given --evidence "…"')
    else:
        line(f"{row.id[:8]}: {resolved(row.kind)}")
