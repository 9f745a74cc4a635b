"""What the endpoints ask of whoever does the work; `web` and `daemon` do not know each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from crmbridge.company import Company


class Figure(Protocol):
    """One number of one metric; `total` tells counters, whose names end so, from gauges."""

    @property
    def name(self) -> str:
        """The metric's name."""
        ...

    @property
    def help(self) -> str:
        """What it counts."""
        ...

    @property
    def labels(self) -> Mapping[str, str]:
        """Its labels; never anything of a person."""
        ...

    @property
    def value(self) -> float:
        """The number."""
        ...

    @property
    def total(self) -> bool:
        """Whether it only grows."""
        ...


class Probe(Protocol):
    """Tells how the work goes; safe to ask from any thread."""

    def alive(self) -> list[str]:
        """Why the process should be restarted; empty when it works."""
        ...

    def ready(self) -> list[str]:
        """Why it is not of full use; empty when it is."""
        ...

    def figures(self) -> Sequence[Figure]:
        """All metrics."""
        ...

    def hint(self, company: str, side: str) -> bool:
        """Make a side due at once; false when there is none of that name."""
        ...

    def at_work(self, company: str) -> AbstractContextManager[Company | None]:
        """A company for as long as the block lasts, its ledger and files; `None` for no such one.

        Its systems are not to be asked: each is used by one thread at a time.
        """
        ...
