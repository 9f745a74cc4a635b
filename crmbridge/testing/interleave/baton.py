"""Threads that take turns: one runs at a time, and who goes on at each point is drawn from a seed.

A task runs on a thread of its own, but only while it holds the baton. At every `point` it gives
the baton back, and whoever leads the run (`step`) hands it to the next. So a run of several
threads is a function of the order of the hand-overs alone, and the same order makes the same run.

A point must not lie where a thread holds what another one may wait for (a lock, a write
transaction): the other would wait with the baton in its hand. `Stuck` says so.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

PATIENCE = 120.0
"""Seconds of real time after which a task that does not give the baton back is stuck."""


class Stuck(AssertionError):
    """A task waits for something that another one holds, or for the outer world."""


def _shut() -> threading.Lock:
    """A gate that lets one through each time that it is released; semaphores cost more."""
    gate = threading.Lock()
    gate.acquire()
    return gate


@dataclass(slots=True, eq=False)
class _Thread:
    """A thread that does one task after another."""

    go: threading.Lock = field(default_factory=_shut)
    back: threading.Lock = field(default_factory=_shut)
    task: Task | None = None


@dataclass(slots=True, eq=False)
class Task:
    """One piece of work under way, and the last point that it passed."""

    name: str
    work: Callable[[], None]
    thread: _Thread
    where: str = "start"
    over: bool = False
    error: BaseException | None = None


class Baton:
    """The tasks under way; `trace` has every hand-over, to tell two runs apart."""

    def __init__(self) -> None:
        self.trace: list[str] = []
        self._mine = threading.local()
        self._free: list[_Thread] = []

    def start(self, name: str, work: Callable[[], None]) -> Task:
        """Make a task; it does nothing before its first step."""
        thread = self._free.pop() if self._free else self._another()
        thread.task = Task(name=name, work=work, thread=thread)
        return thread.task

    def close(self) -> None:
        """Send the threads home that have nothing to do."""
        for thread in self._free:
            thread.task = None
            thread.go.release()
        self._free = []

    def _another(self) -> _Thread:
        thread = _Thread()
        threading.Thread(target=self._run, args=(thread,), daemon=True).start()
        return thread

    def _run(self, thread: _Thread) -> None:
        while True:
            thread.go.acquire()
            task = thread.task
            if task is None:
                return
            self._mine.task = task
            try:
                task.work()
            except BaseException as error:  # noqa: BLE001  # whoever leads the run raises it
                task.error = error
            finally:
                task.over = True
                thread.back.release()

    def step(self, task: Task) -> None:
        """Let a task go on to its next point, or to its end; raises what it raised."""
        self.trace.append(f"{task.name} {task.where}")
        task.thread.go.release()
        if not task.thread.back.acquire(timeout=PATIENCE):
            raise Stuck(f"{task.name} does not come back from {task.where}")
        if task.over:
            self._free.append(task.thread)
        if task.error is not None:
            raise task.error

    def point(self, where: str) -> None:
        """Give the baton back and wait for it; nothing in a thread that is no task."""
        task: Task | None = getattr(self._mine, "task", None)
        if task is None:
            return
        task.where = where
        task.thread.back.release()
        task.thread.go.acquire()
