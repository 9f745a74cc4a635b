"""What the daemon counted since it started, and how a figure is handed to whoever shows it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number of one metric, with its labels; `total` tells counters from gauges."""

    name: str
    help: str
    labels: Mapping[str, str]
    value: float
    total: bool = False

    def of(self, company: str) -> Figure:
        """The same figure, said to be of a company."""
        return replace(self, labels={"company": company, **self.labels})


@dataclass(slots=True)
class Tally:
    """Counters by name and labels; safe between threads."""

    _counts: Counter[tuple[str, tuple[tuple[str, str], ...]]] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, name: str, number: float = 1, /, **labels: str) -> None:
        """Count something; nothing is counted as nothing."""
        with self._lock:
            self._counts[(name, tuple(sorted(labels.items())))] += number  # type: ignore[assignment]

    def figures(self, helps: Mapping[str, str]) -> list[Figure]:
        """All counters, with the help text of each."""
        with self._lock:
            items = list(self._counts.items())
        return [
            Figure(name=name, help=helps[name], labels=dict(labels), value=value, total=True)
            for (name, labels), value in items
        ]
