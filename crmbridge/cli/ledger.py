"""`crmbridge ledger`: projections made anew, and copies of the ledger made, checked, put back."""

from __future__ import annotations

from contextlib import closing, suppress
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from crmbridge.cli.fail import DONE, FAILED
from crmbridge.cli.opening import AsJson, CompanyName, ConfigFolder, opened, settings_of
from crmbridge.cli.screen import Told, bars, document, line, lines, table
from crmbridge.clock import SystemClock
from crmbridge.company import Company
from crmbridge.errors import LedgerError
from crmbridge.files import pick
from crmbridge.store import Ledger, events
from crmbridge.store.backup import Copy, back_up, look, look_at, restore
from crmbridge.store.chain import link
from crmbridge.store.compare import Difference, differences
from crmbridge.store.dump import canonical_dump
from crmbridge.store.export import export
from crmbridge.store.lease import writer_lease
from crmbridge.store.move import move
from crmbridge.store.projection import rebuild

EVERYTHING = 1_000_000
"""Blocks to link: more than any ledger has."""

SHOWN = 100
"""Differences that are listed; one already says that something is wrong."""


def rebuild_(company: CompanyName = "", config: ConfigFolder = None, json: AsJson = False) -> int:
    """Fold all entries again, compare with what stood, and keep the new projections.

    Leaves with 1 when they differ: the old ones were wrong, or the code that folds has changed.
    """
    with (
        opened(config, company) as found,
        writer_lease(found.ledger),
        bars(quiet=json) as progress,
    ):
        entries, differ = _rebuild(found, progress)
    if json:
        document({"entries": entries, "equal": not differ, "differences": list(map(_row, differ))})
    elif not differ:
        line(f"{entries} entries folded: equal to what stood.")
    else:
        line(f"{entries} entries folded: not equal to what stood, which was replaced.")
        rows = [(one.table, _key(one), one.what, ", ".join(one.columns)) for one in differ]
        table(("table", "key", "what", "columns"), rows, "")
    return FAILED if differ else DONE


def _rebuild(company: Company, progress: Told) -> tuple[int, list[Difference]]:
    """The reader keeps seeing the old rows while the writer's transaction makes the new ones."""
    with company.ledger.read() as before, company.ledger.write("rebuild") as after:
        total = events.count(after)
        done = rebuild(after, lambda so_far: progress("entries", so_far, total))
        pairs = differences(canonical_dump(before), canonical_dump(after))
        return done, list(islice(pairs, SHOWN))


def _row(one: Difference) -> dict[str, Any]:
    return {"table": one.table, "key": list(one.key), "what": one.what, "columns": one.columns}


def _key(one: Difference) -> str:
    return " ".join(map(str, one.key))


From = Annotated[str, typer.Argument(help="The URL of the ledger as it is.", show_default=False)]
To = Annotated[str, typer.Argument(help="The URL of an empty one: postgresql:// or sqlite://.")]


def move_(
    source: From,
    target: To,
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> None:
    """Copy a company's ledger into another database, and hold the copy against it.

    Nobody may write the ledger meanwhile. Afterwards nothing leaves by it any more.
    """
    settings = settings_of(config, company)
    name = pick(settings.config, company or settings.company)
    settings.ready_place(name)
    home = settings.home(name)
    with (
        closing(Ledger.open(source, name, create=False, home=home)) as old,
        closing(Ledger.open(target, name, home=home)) as new,
        bars(quiet=json) as progress,
    ):
        moved = move(old, new, SystemClock().now(), progress)
        places = (old.place, new.place)
    if json:
        document(
            {"from": places[0], "to": places[1], "rows": moved.rows} | {"entries": moved.entries}
        )
        return
    line(f"{moved.entries} entries and {moved.rows - moved.entries} rows beside them copied.")
    line(f"Read back from {places[1]}: equal to what stands in {places[0]}.")
    line("Set CRMBRIDGE_LEDGER to the new ledger. Nothing leaves by the old one any more.")


Target = Annotated[Path, typer.Argument(help="The new file; it must not be there yet.")]
Source = Annotated[Path, typer.Argument(help="A backup.")]
Maybe = Annotated[
    Path | None, typer.Argument(help="A backup; without it, the company's own ledger.")
]


def backup_(
    file: Target, company: CompanyName = "", config: ConfigFolder = None, json: AsJson = False
) -> None:
    """Copy the ledger as it is now, also beside a running daemon, and check the copy."""
    with opened(config, company) as found:
        made = back_up(found.ledger, file)
    _say(made, json=json, words="Copied to")


def verify_(
    file: Maybe = None,
    company: CompanyName = "",
    config: ConfigFolder = None,
    json: AsJson = False,
) -> int:
    """Look through a ledger or a backup for damage, and for entries that somebody changed."""
    if file is None:
        with opened(config, company) as found:
            seen = look_at(found.ledger, linked=True)
    else:
        settings = settings_of(config, company)
        seen = look(file, pick(settings.config, company or settings.company), linked=True)
    _say(seen, json=json, words="Looked through")
    if not json:
        line(f"{seen.bound} of them were held against the hash chain.")
    return FAILED if seen.damage else DONE


def export_(
    file: Target, company: CompanyName = "", config: ConfigFolder = None, json: AsJson = False
) -> None:
    """Write all entries as lines of JSON to a new file, also beside a running daemon."""
    with opened(config, company) as found, bars(quiet=json) as progress:
        with suppress(LedgerError):  # what can be read is written out all the same
            link(found.ledger, most=EVERYTHING)
        many = export(found.ledger, file, lambda done, total: progress("entries", done, total))
    if json:
        document({"file": str(file), "entries": many})
    else:
        line(f"{many} entries in {file}.")


def restore_(
    file: Source, company: CompanyName = "", config: ConfigFolder = None, json: AsJson = False
) -> None:
    """Put a backup in the ledger's place; nothing is written before a plan is applied."""
    settings = settings_of(config, company)
    name = pick(settings.config, company or settings.company)
    settings.ready_place(name)
    now = SystemClock().now()
    found, aside = restore(settings.ledger_url(name), name, file, now)
    _say(found, json=json, words="Restored from", aside=aside)
    if not json:
        if aside is not None:
            line(f"The ledger that was there is now {aside}.")
        line(
            "Nothing is written to your systems yet. `crmbridge sync` reads what they know better; "
            "`crmbridge plan` shows what would be written, `crmbridge apply` writes it."
        )


def _say(seen: Copy, *, json: bool, words: str, aside: Path | None = None) -> None:
    if json:
        told = {"file": str(seen.path), "entries": seen.entries, "newest": seen.newest}
        more = {"aside": str(aside)} if aside else {}
        document(told | {"damage": list(seen.damage), "bound": seen.bound} | more)
        return
    until = f", the newest of {seen.newest}" if seen.newest else ""
    line(f"{words} {seen.path}: {seen.entries} entries{until}.")
    lines(f"damage: {one}" for one in seen.damage)
