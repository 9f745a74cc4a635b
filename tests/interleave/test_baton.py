"""Threads that take turns: one runs at a time, and where it stops is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmbridge.store import crash
from crmbridge.testing.interleave.baton import Baton
from tests.stages.ledgers import ledger_at


def test_only_the_one_with_the_baton_runs_and_only_to_its_next_point() -> None:
    baton, said = Baton(), []

    def speak(name: str) -> None:
        for number in (1, 2):
            said.append(f"{name}{number}")
            baton.point(f"after {number}")

    one = baton.start("one", lambda: speak("a"))
    two = baton.start("two", lambda: speak("b"))
    assert said == []
    for task in (one, two, two, one):
        baton.step(task)
    assert said == ["a1", "b1", "b2", "a2"]
    assert (one.where, two.where, one.over, two.over) == ("after 2", "after 2", False, False)
    baton.step(one)
    baton.step(two)
    assert (one.over, two.over) == (True, True)
    baton.close()


def test_what_a_task_raises_comes_out_where_it_was_let_go() -> None:
    baton = Baton()

    def fail() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        baton.step(baton.start("one", fail))
    baton.close()


def test_a_point_in_a_thread_that_is_no_task_is_nothing() -> None:
    baton = Baton()
    baton.point("anywhere")
    assert baton.trace == []


def test_a_write_tells_its_points_and_holds_no_transaction_at_the_first_and_the_last(
    tmp_path: Path,
) -> None:
    ledger = ledger_at(tmp_path / "l.db")
    told: list[str] = []

    def by(point: str) -> None:
        told.append(point)
        if not point.endswith(":before"):
            ledger.quick(lambda _: told.append("free"))

    with crash.watched(by), ledger.write("settle"):
        told.append("inside")
    with ledger.write("settle"):
        pass
    ledger.close()
    assert told == [
        *("settle:begin", "free", "inside", "settle:before", "settle:after", "free"),
    ]
