"""`crmbridge costs`: what campaigns cost, imported from a file and shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from crmbridge.cli.opening import AsJson, By, CompanyName, ConfigFolder, login, opened
from crmbridge.cli.screen import document, line, lines, table
from crmbridge.flows.revenue.costs import Imported, MonthGiven, import_costs
from crmbridge.model.money import Money
from crmbridge.report.costs import FILE, amounts, listed
from crmbridge.report.won import joined
from crmbridge.store.book_rows import CostRow


def import_(
    file: Annotated[
        Path, typer.Argument(help="CSV with the columns month, campaign, amount, currency.")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, and write nothing.")
    ] = False,
    by: By = "",
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """Take what campaigns cost from a CSV file; a month in it replaces the month that was there.

    The whole file is taken or nothing of it. It works beside a running daemon.
    """
    with opened(config, company) as found:
        done = import_costs(found, file, by or login(), dry=dry_run)
    if json:
        document(_document(done, file, dry_run=dry_run))
        return
    for month in done.months:
        lines(_told(month))
    lines(_aside(done.unmatched, done.ambiguous))
    if dry_run:
        line("Nothing was written.")


def _told(one: MonthGiven) -> Iterator[str]:
    """What a month was and what it is."""
    if not one.is_news:
        yield f"{one.month}: as it was, {_sum(one.after)}"
    elif not one.before:
        yield f"{one.month}: {_sum(one.after)}"
    else:
        yield f"{one.month}: {_sum(one.after)}; it was {_sum(one.before)}"
        yield from _changes(one)


def _changes(one: MonthGiven) -> Iterator[str]:
    before = {(row.campaign, row.currency): row for row in one.before}
    after = {(row.campaign, row.currency): row for row in one.after}
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old is None and new is not None:
            yield f"  {key[0]}: {_money(new)}, new"
        elif new is None and old is not None:
            yield f"  {key[0]}: not any more, it was {_money(old)}"
        elif old and new and old.minor != new.minor:
            yield f"  {key[0]}: {_money(new)}, it was {_money(old)}"


def _money(row: CostRow) -> Money:
    return Money(row.minor, row.currency)


def _sum(rows: Sequence[CostRow]) -> str:
    many = len({row.campaign for row in rows})
    return f"{joined(amounts(map(_money, rows)))} for {many} campaign{'' if many == 1 else 's'}"


def _aside(unmatched: Sequence[str], ambiguous: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for name in unmatched:
        yield f"No campaign is called {name!r}; its cost counts in totals, under this name."
    for name, refs in ambiguous.items():
        yield (
            f"{len(refs)} campaigns are called {name!r} ({', '.join(refs)}); its cost counts in "
            "totals, under this name. Write the record that is meant in place of the name."
        )


def _document(done: Imported, file: Path, *, dry_run: bool) -> dict[str, Any]:
    return {
        "file": str(file),
        "dry_run": dry_run,
        "months": [
            {
                "month": one.month,
                "changed": one.is_news,
                "replaced": one.is_news and bool(one.before),
                "before": [_row(row) for row in one.before],
                "after": [_row(row) for row in one.after],
            }
            for one in done.months
        ],
        "unmatched": list(done.unmatched),
        "ambiguous": {name: list(refs) for name, refs in done.ambiguous.items()},
    }


def _row(row: CostRow) -> dict[str, str]:
    amount = str(_money(row).amount)
    return {"campaign": row.campaign, "amount": amount, "currency": row.currency}


def show(company: CompanyName = "", config: ConfigFolder = None, json: AsJson = False) -> None:
    """List what campaigns cost by month: what was imported, and what their vendors tell."""
    with opened(config, company) as found, found.ledger.read() as tx:
        told = listed(tx)
    if json:
        document(told)
        return
    rows = [row for month in told["months"] for row in _rows(month)]
    rows += [("unknown", *_cells(one)) for one in told["undated"]]
    head = ("month", "campaign", "channel", "cost", "from", "record")
    table(head, rows, "No costs are known: `crmbridge costs import FILE` takes some.")
    if told["undated"]:
        line("Costs of an unknown month count nowhere: give the campaign a first day in the CRM.")
    lines(_aside(told["unmatched"], told["ambiguous"]))
    if rows:
        line(f"In all: {joined(told['sums']) or 'nothing in a known month'}")


def _rows(month: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for one in month["costs"]:
        yield (month["month"], *_cells(one))
    yield (month["month"], "in all", "", joined(month["sums"]), "", "")


def _cells(one: Mapping[str, Any]) -> tuple[str, ...]:
    record = {0: "none", 1: one["campaign"]}.get(one["matches"], f"{one['matches']} of that name")
    whence = "a file" if one["from"] == FILE else "the CRM"
    return one["name"], one["channel"], f"{one['amount']} {one['currency']}", whence, record
