"""A worker is killed at every named point; afterwards the vendors hold what they would have."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from crmbridge.testing.sandbox import sandbox
from tests.kill.story import Story
from tests.stages.compare import rebuilt, vendors
from tests.stages.places import START
from tests.stages.play import example
from tests.stages.process import Worker

POINTS = (
    *("sent", "pull:before", "decide:before"),
    *("settle:before", "lease:before", "pull:after"),
    *("settle:after", "decide:after", "sent"),
    *("send:after", "lease:after", "send:before"),
)
"""Every point of the ledger's commits, and the one between a vendor's answer and its settling."""
RUNS = range(4)


def kills(run: int) -> list[str]:
    """A point for each of the six chapters: three at the first passing, three at the second."""
    first = [f"{POINTS[3 * run + chapter]}#1" for chapter in range(3)]
    later = [f"{POINTS[(3 * run + chapter + 6) % 12]}#2" for chapter in range(3)]
    return first + later


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a run left behind."""

    vendors: dict[str, list[Any]]
    path: Path
    idle: int


def tell(path: Path, deaths: Sequence[str] = ()) -> Told:
    """Tell the story from a fresh start, killing the worker at a point in each chapter."""
    files = example()
    with sandbox(files.mapping, files.teams, at=START) as box:
        worker = Worker(box, path)
        try:
            worker.settle()
            worker.tell("arm")
            for number, (delay, chapter) in enumerate(Story(box).chapters):
                box.advance(delay)
                chapter()
                if deaths:
                    worker.tell(f"crash {deaths[number]}")
                worker.settle()
                assert worker.deaths == (number + 1 if deaths else 0)
            idle = int(worker.tell("turn")["writes"])
        finally:
            worker.stop()
        return Told(vendors=vendors(box), path=path, idle=idle)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return tell(tmp_path_factory.mktemp("calm") / "ledger.db")


def _repeated(path: Path) -> int:
    """How often an operation was sent again, at most."""
    with sqlite3.connect(path) as conn:
        (most,) = conn.execute("SELECT max(attempts) - 1 FROM op").fetchone()
    conn.close()
    return int(most)


def test_the_story_has_every_turn_in_it(undisturbed: Told) -> None:
    leads = [dict(row) for row in undisturbed.vendors["Lead"]]
    people = [dict(row[0]) for row in undisturbed.vendors["contacts"]]
    assert len(leads) == len(people) == 14
    assert len({lead["Email"] for lead in leads}) == 14
    tasks = [str(dict(row)["Subject"]) for row in undisturbed.vendors["Task"]]
    clocks = [one for one in tasks if one.startswith(("Overdue since ", "Due by "))]
    assert clocks
    assert len(tasks) - len(clocks) == 2
    assert {person["lifecyclestage"] for person in people} >= {"customer", "other", "lead"}
    assert sum(lead["HasOptedOutOfEmail"] for lead in leads) == 2
    assert any(row[1] for row in undisturbed.vendors["contacts"])


@pytest.mark.parametrize("run", RUNS)
def test_a_worker_killed_at_each_point_leaves_both_vendors_as_if_it_had_not_been(
    run: int, undisturbed: Told, tmp_path: Path
) -> None:
    told = tell(tmp_path / "ledger.db", kills(run))
    for obj, rows in undisturbed.vendors.items():
        assert told.vendors[obj] == rows
    assert told.idle == 0
    assert _repeated(told.path) <= 1
    before, after = rebuilt(told.path)
    assert before == after
