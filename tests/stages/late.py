"""A company and both vendors in this process, and short words for looks that come too late."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from crmbridge.flows.read.pull import pull
from crmbridge.flows.scene.scene import Scene
from crmbridge.model.lifecycle import Lifecycle
from crmbridge.model.state import LeadState
from crmbridge.testing.interleave.house import House, house
from tests.stages.places import JO, START
from tests.stages.play import Play, example

ALL = bool(os.environ.get("CRMBRIDGE_TEST_ALL"))
"""Play every case of the large classes, and not the share that covers every pair."""


def no_wait(_seconds: float) -> None:
    """Wait for nothing."""


@contextmanager
def played(
    ahead: Mapping[str, float] | None = None, passing: Callable[[str], None] = lambda where: None
) -> Iterator[tuple[Play, House]]:
    """The worked example's company, armed, with vendors whose clocks may run ahead or behind."""
    files = example()
    with (
        TemporaryDirectory() as folder,
        house(files, Path(folder) / "ledger.db", at=START, ahead=ahead, passing=passing) as home,
    ):
        play = Play(company=home.company, box=home.box)
        play.go_live()
        yield play, home


def _nothing() -> None:
    pass


class Late:
    """A system whose pages are there long before they are taken in; `between` happens meanwhile."""

    def __init__(self, system: Any, between: Callable[[], None]) -> None:
        self._system = system
        self._between = between

    def __getattr__(self, name: str) -> Any:
        return getattr(self._system, name)

    def read(self, cursors: Mapping[str, str | None]) -> Iterator[Any]:
        """Ask for everything, let the world go on, then hand the pages over."""
        pages = list(self._system.read(cursors))
        meanwhile, self._between = self._between, _nothing  # a look of its own is not late again
        meanwhile()
        yield from pages


def late_look(play: Play, between: Callable[[], None], side: str = "sales", **more: Any) -> None:
    """Look at a side; what `between` does happens after the vendor answered."""
    systems = dict(play.company.systems)
    play.company.systems = {**systems, side: Late(systems[side], between)}  # type: ignore[dict-item]
    try:
        pull(play.company, side, sleep=no_wait, **more)
    finally:
        play.company.systems = systems


def state(play: Play, email: str = JO) -> LeadState:
    """The ledger's view of a person."""
    with play.company.ledger.read() as tx:
        return Scene.open(play.company, tx).work.state(play.person(email)["crmbridge_id"])


def life(play: Play, email: str = JO) -> Lifecycle:
    """A person's lifecycle as the ledger folds it."""
    with play.company.ledger.read() as tx:
        return Scene.open(play.company, tx).work.lifecycle(play.person(email)["crmbridge_id"])
