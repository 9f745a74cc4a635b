"""Figures in the background: counted once, shown while older, and faults are told."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from crmbridge.errors import ConfigError
from crmbridge.web.board.kept import MOST, MOST_WAITING, STALE, Busy, Figures


class Count:
    """A counting that a test lets go on."""

    def __init__(self) -> None:
        self.times = 0
        self.go = threading.Event()

    def __call__(self) -> int:
        self.go.wait(10)
        self.times += 1
        return self.times


def quick(value: int) -> Callable[[], int]:
    return lambda: value


def test_who_asks_first_waits_a_moment_and_then_comes_again() -> None:
    figures, count = Figures(), Count()
    assert figures.get("a", 1, count, patience=0.01) is None
    assert figures.get("a", 1, count, patience=0.01) is None
    count.go.set()
    assert figures.idle()
    assert figures.get("a", 1, count) == 1
    assert count.times == 1


def test_older_figures_are_shown_while_new_ones_are_counted() -> None:
    now = [0.0]
    figures, count = Figures(clock=lambda: now[0]), Count()
    assert figures.get("a", 1, quick(7)) == 7
    assert figures.get("a", 2, count, patience=0.01) == 7
    count.go.set()
    assert figures.idle()
    assert figures.get("a", 2, count) == 1


def test_figures_that_are_too_old_are_not_shown() -> None:
    now = [0.0]
    figures, count = Figures(clock=lambda: now[0]), Count()
    assert figures.get("a", 1, quick(7)) == 7
    now[0] = STALE + 1
    assert figures.get("a", 2, count, patience=0.01) is None
    count.go.set()


def test_a_fault_is_told_to_who_asks_and_the_next_has_it_counted_anew() -> None:
    figures = Figures()

    def wrong() -> int:
        raise ConfigError("no such days")

    with pytest.raises(ConfigError):
        figures.get("a", 1, wrong, patience=5)
    assert figures.idle()
    assert figures.get("a", 1, quick(3), patience=5) == 3


def test_only_so_many_are_kept() -> None:
    figures = Figures()
    for n in range(MOST + 10):
        assert figures.get(n, 1, quick(n), patience=5) == n
    counted = Count()
    counted.go.set()
    assert figures.get(0, 1, counted, patience=5) == 1
    assert figures.get(MOST + 9, 1, counted, patience=5) == MOST + 9


def test_many_who_ask_at_once_have_it_counted_once() -> None:
    figures, count = Figures(), Count()
    found: list[int | None] = []
    askers = [
        threading.Thread(target=lambda: found.append(figures.get("a", 1, count, patience=5)))
        for _ in range(20)
    ]
    for one in askers:
        one.start()
    count.go.set()
    for one in askers:
        one.join()
    assert found == [1] * 20


def test_only_so_many_wait_and_who_has_older_figures_sees_those() -> None:
    figures, count = Figures(), Count()
    assert figures.get("old", 1, quick(7), patience=5) == 7
    for n in range(MOST_WAITING):
        assert figures.get(n, 1, count, patience=0.0) is None
    with pytest.raises(Busy):
        figures.get("more", 1, count)
    assert figures.get("old", 2, count) == 7
    count.go.set()
    assert figures.idle()
    assert figures.get("more", 1, quick(3), patience=5) == 3
