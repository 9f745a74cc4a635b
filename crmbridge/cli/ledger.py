"""`crmbridge ledger rebuild`: the projections made anew, and whether they come out the same."""

from __future__ import annotations

from itertools import islice
from typing import Any

from crmbridge.cli.fail import DONE, FAILED
from crmbridge.cli.opening import AsJson, CompanyName, ConfigFolder, opened
from crmbridge.cli.screen import Told, bars, document, line, table
from crmbridge.company import Company
from crmbridge.store import events
from crmbridge.store.compare import Difference, differences
from crmbridge.store.dump import canonical_dump
from crmbridge.store.lease import writer_lease
from crmbridge.store.projection import rebuild

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
