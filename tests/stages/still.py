"""A company without vendors: a ledger, and a clock that is moved by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from crmbridge.agreement import Teams
from crmbridge.clock import Clock, FixedClock
from crmbridge.company import Company
from crmbridge.files import CompanyFiles
from crmbridge.flows.read.observe import observe
from crmbridge.flows.scene.scene import Scene
from crmbridge.store import Ledger
from crmbridge.store.live import begin
from tests.stages.ledgers import ledger_at
from tests.stages.places import START


def company_over(
    ledger: Ledger, clock: Clock, files: CompanyFiles, *, teams: Teams | None = None
) -> Company:
    """The company of these files over an open ledger, perhaps with other teams."""
    return Company(
        name="acme",
        mapping=files.mapping,
        versions=files.versions,
        teams=teams or files.teams,
        ledger=ledger,
        clock=clock,
    )


def seen(company: Company, items: Sequence[Any]) -> None:
    """Take in what a vendor might have told."""
    with company.ledger.write("test") as tx:
        scene = Scene.open(company, tx)
        observe(scene, items)
        scene.work.flush()


@contextmanager
def still(
    files: CompanyFiles, *, at: datetime = START, teams: Teams | None = None
) -> Iterator[tuple[Company, FixedClock]]:
    """A company over a fresh ledger, which is gone afterwards, and its clock.

    It went live so long ago that nothing of a test is of before.
    """
    with TemporaryDirectory() as folder:
        ledger, clock = ledger_at(Path(folder) / "l.db"), FixedClock(at)
        company = company_over(ledger, clock, files, teams=teams)
        with ledger.write("test") as tx:
            begin(tx, at - timedelta(days=5000))
        try:
            yield company, clock
        finally:
            company.close()
