"""A worker is killed at every named point; afterwards the vendors hold what they would have."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from crmbridge.files import load
from crmbridge.testing.pair import Pair
from crmbridge.testing.sandbox import sandbox
from crmbridge.testing.screens import Feature, Seen
from tests.kill.story import Story
from tests.stages.compare import rebuilt, vendors
from tests.stages.pairs import PAIRS, config_of, named
from tests.stages.places import START
from tests.stages.play import ample
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
    leads: list[Seen]
    people: list[Seen]
    tasks: list[str] | None
    """Subjects; `None` where the sales system is played without tasks."""
    path: Path
    idle: int


def tell(pair: Pair, folder: Path, deaths: Sequence[str] = ()) -> Told:
    """Tell the story from a fresh start, killing the worker at a point in each chapter."""
    config, path = config_of(pair, folder), folder / "ledger.db"
    files = ample(load(config, "acme"))
    with sandbox(files.mapping, files.teams, at=START) as box:
        worker = Worker(box, path, CRMBRIDGE_CONFIG=str(config))
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
        tasks = [one.subject for one in box.at_sales.tasks()]
        return Told(
            vendors=vendors(box),
            leads=box.at_sales.leads(),
            people=box.at_marketing.people(),
            tasks=None if Feature.TASKS in box.at_sales.lacks else tasks,
            path=path,
            idle=idle,
        )


@pytest.fixture(scope="module", params=PAIRS, ids=named)
def pair(request: pytest.FixtureRequest) -> Pair:
    made: Pair = request.param
    return made


@pytest.fixture(scope="module")
def undisturbed(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Told:
    return tell(pair, tmp_path_factory.mktemp("calm"))


def _repeated(path: Path) -> int:
    """How often an operation was sent again, at most."""
    with sqlite3.connect(path) as conn:
        (most,) = conn.execute("SELECT max(attempts) - 1 FROM op").fetchone()
    conn.close()
    return int(most)


def test_the_story_has_every_turn_in_it(undisturbed: Told) -> None:
    leads, people, tasks = undisturbed.leads, undisturbed.people, undisturbed.tasks
    assert len(leads) == len(people) == 14
    assert len({lead.email for lead in leads}) == 14
    if tasks is not None:
        clocks = [one for one in tasks if one.startswith(("Overdue since ", "Due by "))]
        assert clocks
        assert len(tasks) - len(clocks) == 2
    assert {one.words["stage"] for one in people} >= {"customer", "other", "lead"}
    assert sum(lead.opted_out for lead in leads) == 2
    assert any(one.lists for one in people)


@pytest.mark.parametrize("run", RUNS)
def test_a_worker_killed_at_each_point_leaves_both_vendors_as_if_it_had_not_been(
    run: int, pair: Pair, undisturbed: Told, tmp_path: Path
) -> None:
    told = tell(pair, tmp_path, kills(run))
    for obj, rows in undisturbed.vendors.items():
        assert told.vendors[obj] == rows
    assert told.idle == 0
    assert _repeated(told.path) <= 1
    before, after = rebuilt(told.path)
    assert before == after
