"""How fast the daemon goes, and how it slows down for what is idle, away or shut."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from crmbridge.errors import Throttled, Unavailable
from crmbridge.flows.retry import later


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The daemon's times, in seconds of the real clock.

    `lease` is the writer lease's length, `grace` what work in hand has at a stop (with the rest of
    a stop it stays below 25 s, reliability.md F81). `probe` is the time between two looks at a
    system that shut us out. `decide` and `outbox` are how often to look for due leads and owed
    writes when nothing calls for it sooner, `watch` how often for a requested backfill, for changed
    files, and for alarms to tell, `digest` how often it is looked for digests that are due. While
    less than half of the day's quota is left, a look that finds nothing makes the next one wait
    longer, up to `idle` times the interval of the mapping.
    `hint` is the least time between two looks that hints bring about. `survey` is how often the
    mapping is held against a system, beside the times when its schema is seen to change. `farewell`
    is how long the endpoints say why, when the ledger was lost. `patience` is how long work may
    stand still, and a system be away, before somebody is told.
    """

    lease: float = 30.0
    grace: float = 20.0
    probe: float = 300.0
    decide: float = 300.0
    outbox: float = 10.0
    watch: float = 2.0
    digest: float = 60.0
    idle: float = 4.0
    hint: float = 5.0
    deadline: float = 300.0
    survey: float = 3600.0
    farewell: float = 5.0
    patience: float = 900.0


@dataclass(slots=True, kw_only=True)
class Way:
    """One way to a system, in or out: open, away (later, by itself) or paused (a person acts).

    `until` is the monotonic time of the next try. Each way is used by one job at a time.
    """

    probe: float
    monotonic: Callable[[], float] = time.monotonic
    state: str = "open"
    why: str = ""
    failures: int = 0
    until: float = 0.0

    @property
    def wait(self) -> float:
        """Seconds until the next try; 0 when it may be tried."""
        return max(0.0, self.until - self.monotonic())

    def failed(self, error: Exception) -> bool:
        """Note a failure; return whether it is news, that is, worth a line in the log."""
        before = (self.state, self.why if self.state == "paused" else "")
        self.failures += 1
        self.why = type(error).__name__
        if isinstance(error, Unavailable):
            self.state = "away"
            asked = error.retry_after if isinstance(error, Throttled) else 0.0
            wait = later(self.failures, asked)
        else:
            self.state, wait = "paused", self.probe
        self.until = self.monotonic() + wait
        return before != (self.state, self.why if self.state == "paused" else "")

    def fine(self) -> bool:
        """Note that it works; return whether that is news."""
        news = self.state != "open"
        self.state, self.why, self.failures, self.until = "open", "", 0, 0.0
        return news

    def retry(self) -> None:
        """Try again at once: something was changed that may help."""
        self.until = 0.0


@dataclass(slots=True)
class Strain:
    """Ends a drain whose vendor does not answer, so that the whole outbox is not tried in vain.

    The flows ask `stop` between batches and `sleep` between tries: two waits in one batch are a
    batch that failed or nearly did.
    """

    stopping: Callable[[], bool]
    wait: Callable[[float], None]
    waits: int = field(default=0)
    over: bool = field(default=False)

    def stop(self) -> bool:
        """Whether to end after the batch in hand."""
        self.over = self.over or self.waits >= 2
        self.waits = 0
        return self.over or self.stopping()

    def sleep(self, seconds: float) -> None:
        """Wait between two tries."""
        self.waits += 1
        self.wait(seconds)


def slower(seconds: float, base: float, most: float) -> float:
    """The next interval after a look that found nothing; at most `most` times the base."""
    return min(seconds * 1.5, base * most)
