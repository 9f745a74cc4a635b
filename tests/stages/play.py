"""A company at work against two emulated vendors, in one process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from crmbridge.company import Company
from crmbridge.files import CompanyFiles, load
from crmbridge.flows.operate.turn import Turn, arm, turn
from crmbridge.mapping.schema import Mapping as MappingFile
from crmbridge.testing.demo.company import open_here
from crmbridge.testing.sandbox import Sandbox, always_open, sandbox, unhurried
from tests.stages.counted import must_add_up
from tests.stages.ledgers import url_of
from tests.stages.places import MAPPINGS, START
from tests.stages.vendors import Vendors


@dataclass
class Play(Vendors):
    """A company, its emulators, and short words for what people do."""

    company: Company
    box: Sandbox

    def turn(self, times: int = 1) -> Turn:
        for _ in range(times):
            made = turn(self.company, sleep=lambda _s: None)
        assert not made.errors, made.errors
        return made

    def go_live(self) -> None:
        """Look at both vendors for the first time, and write from now on."""
        self.turn()
        arm(self.company)


def ample(files: CompanyFiles) -> CompanyFiles:
    """The same company with a quota that months squeezed into seconds do not reach.

    Its reps work at any hour and no clock of a hand-off runs, so that a test says itself when
    hours or clocks matter.
    """
    agreement = files.agreement.model_copy(update={"sla": None})
    mapping, teams = unhurried(files.mapping), always_open(files.teams)
    return replace(files, mapping=mapping, teams=teams, agreement=agreement)


def example() -> CompanyFiles:
    """The worked example with ample quotas, whose reps work at any hour."""
    return ample(load(MAPPINGS, "acme"))


@contextmanager
def opened(files: CompanyFiles, box: Sandbox, path: Path, **environ: str) -> Iterator[Company]:
    """The company over a ledger at this path; further variables of its environment may be given.

    At the end its totals must be what a count of everything gives.
    """
    told = box.environment(files.mapping.company) | environ
    company = open_here(files, url_of(path), told, path.parent)
    try:
        yield company
        must_add_up(company.ledger)
    finally:
        company.close()


@contextmanager
def begun(
    files: CompanyFiles,
    folder: Path,
    *,
    at: datetime = START,
    world: MappingFile | None = None,
    **environ: str,
) -> Iterator[Play]:
    """A company and two vendors, nothing read yet; `world` is a mapping for the vendors alone."""
    with (
        sandbox(world or files.mapping, files.teams, at=at) as box,
        opened(files, box, folder / "ledger.db", **environ) as company,
    ):
        yield Play(company=company, box=box)


@contextmanager
def at_work(
    files: CompanyFiles,
    folder: Path,
    *,
    at: datetime = START,
    world: MappingFile | None = None,
    **environ: str,
) -> Iterator[Play]:
    """A company that has looked at both vendors for the first time and writes from now on."""
    with begun(files, folder, at=at, world=world, **environ) as play:
        play.go_live()
        yield play
