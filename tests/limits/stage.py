"""A company with small limits, and what it takes to reach each of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from crmbridge.files import CompanyFiles
from crmbridge.mapping.schema import LimitsMap
from crmbridge.store import limits, outbox
from crmbridge.store.limits import Tally
from tests.stages.play import Play, at_work


def limited(files: CompanyFiles, **wanted: Any) -> CompanyFiles:
    """The same company with these limits; a pair is of a pass and a day."""
    table = {
        name: {"pass": value[0], "day": value[1]} if isinstance(value, tuple) else value
        for name, value in wanted.items()
    }
    mapping = files.mapping.model_copy(update={"limits": LimitsMap.model_validate(table)})
    return replace(files, mapping=mapping)


@contextmanager
def at_limits(files: CompanyFiles, folder: Path, **wanted: Any) -> Iterator[Play]:
    """A company at work with these limits."""
    with at_work(limited(files, **wanted), folder) as play:
        yield play


def keen(play: Play, number: int, tag: str = "k") -> list[str]:
    """So many people who are ready, each to be handed over as a new record."""
    emails = [f"{tag}{n}@buyer{n}.example" for n in range(number)]
    for email in emails:
        play.keen(email)
    return emails


def handed(play: Play) -> int:
    """How many leads sales has."""
    return len([row for row in play.sf() if not row["IsDeleted"]])


def tally(play: Play) -> Tally:
    """What the ledger counted."""
    with play.company.ledger.read() as tx:
        return limits.get(tx)


def owed(play: Play) -> int:
    """How many writes both systems are still owed."""
    with play.company.ledger.read() as tx:
        return sum(outbox.pending(tx, side) for side in ("marketing", "sales"))


def spans(found: Any) -> list[tuple[str, str, int, int]]:
    """The limits that were exceeded, in short."""
    return [(one.kind, one.span, one.number, one.limit) for one in found]
