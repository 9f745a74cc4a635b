"""One company at work: its jobs, how its systems stand, and what a person is told of that."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from logging import ERROR, WARNING
from threading import Lock
from typing import Any, Protocol

from crmbridge.clock import SystemClock
from crmbridge.company import WAYS, Company
from crmbridge.daemon.engine import Engine, Hand, Job
from crmbridge.daemon.kit import Shelf
from crmbridge.daemon.pace import Pace, Way
from crmbridge.daemon.tally import Tally
from crmbridge.errors import CrmBridgeError, LedgerError, Unavailable
from crmbridge.flows.operate.turn import armed
from crmbridge.log import get_logger, redact_text
from crmbridge.model.codec import instant
from crmbridge.model.side import SALES
from crmbridge.store import Ledger, alarms

ORDER = {
    **{"files": 0, "drain": 1, "decide": 2, "pull": 4},
    **{"watch": 5, "alarms": 6, "digest": 7, "backfill": 9},
}
"""Which of several due jobs runs first. What is owed goes out before more is taken in, except at
the start: then all systems are looked at before anything is decided or sent, and sales before
marketing."""
PULL_OF_SALES = 3
ADVICE = {
    "away": "It is tried again by itself.",
    "paused": "`crmbridge validate --online` says what is wrong. Mend it; then send SIGHUP to the "
    "daemon, or wait for its next try.",
    "failing": "It is tried again by itself; while it stays, the message says what to do.",
    "refused": "The files from before stay in force. Mend what the message names: the file counts "
    "as soon as it is right.",
    "stopped": "Nothing is lost: what is owed stays owed.",
    "low": "Opt-outs and hand-offs still go, other work waits. `crmbridge quota` shows all. A "
    "larger limit at the vendor gives room.",
    "stuck": "It should have gone by itself. Restart the daemon; if that does not help, look at "
    "its log and at `crmbridge held list`.",
}

MOST_SAID = 5
"""Warnings of a mapping that a line of the log names."""
SAID = {"away": "system away", "paused": "system paused"}

log = get_logger("crmbridge.daemon")

Word = dict[str, dict[str, dict[str, Any]]]
"""What operators were told: by way to them, by what it was about, the alarm as they know it."""


class Renews(Protocol):
    """How a company's files are read again; see `renew`."""

    def look(self, desk: Desk, hand: Hand) -> None:
        """Take or refuse what changed."""
        ...

    def again(self, desk: Desk) -> None:
        """Take all anew."""
        ...


@dataclass(slots=True, kw_only=True)
class Desk:
    """What the daemon knows of one company; its jobs use it one of a name at a time.

    `seen` and `began` have, by side, the monotonic times of the last good look and of the start of
    the last one; `interval` the seconds to the next. `tried` are the sides that were looked at
    since the start, whether or not they answered. `troubles` are the ways that do not work, as the
    ledger keeps them, and `warnings` what the last check of the mapping found on a side.
    """

    name: str
    ledger: Ledger
    shelf: Shelf
    engine: Engine
    pace: Pace
    tally: Tally = field(default_factory=Tally)
    ways: dict[tuple[str, str], Way] = field(default_factory=dict)
    tried: set[str] = field(default_factory=set)
    seen: dict[str, float] = field(default_factory=dict)
    began: dict[str, float] = field(default_factory=dict)
    interval: dict[str, float] = field(default_factory=dict)
    troubles: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    warnings: dict[str, list[str]] = field(default_factory=dict)
    bulk: Way = field(default_factory=lambda: Way(probe=0.0))
    told: bool = False
    untold: bool = False
    chained: float = -math.inf
    """When entries were last bound into the hash chain, by the monotonic clock."""
    watched: float = -math.inf
    """When it was last looked for what is stuck, by the same."""
    marks: dict[str, tuple[object, float]] = field(default_factory=dict)
    """What stood how at the last look for what is stuck, and since when, by the same."""
    proven: set[tuple[str, str]] = field(default_factory=set)
    """What was tried since the start, whatever came of it, as `troubles` names it."""
    unsure: set[tuple[str, str]] = field(default_factory=set)
    """Messages to operators, by way and id, of which nobody knows whether they arrived."""
    writer: Lock = field(default_factory=Lock)
    """Who notes whether the writer stopped: the jobs of both systems do."""
    unkept: bool = False
    """Whether what its operators were told is still to be kept."""
    word: Word | None = None
    """What its operators were told; `None` before that is read."""
    renewal: Renews | None = None
    """How its files are read again; `None` where they never are."""

    def __post_init__(self) -> None:
        self._open_ways()

    def _open_ways(self) -> None:
        """Have a way to and from each system and to people; the files may name further ones."""
        company = self.company
        for key in [
            *((name, way) for name in company.names for way in ("in", "out")),
            *((target, "out") for target in WAYS),
        ]:
            self.ways.setdefault(key, Way(probe=self.pace.probe))

    @property
    def company(self) -> Company:
        """The company as its files in force say, for what asks no vendor."""
        with self.shelf.use() as kit:
            return kit.reading

    def job(self, kind: str, side: str = "") -> Job:
        """One of this company's jobs."""
        priority = ORDER.get(kind, 5)
        if kind == "pull" and self.company.stands(side, SALES):
            priority = PULL_OF_SALES
        return Job(
            kind=kind,
            company=self.name,
            side=side,
            priority=priority,
            deadline=self.pace.deadline,
        )

    def start(self) -> None:
        """Put this company's jobs before the engine; also after its files changed."""
        self._open_ways()
        for side in reversed(self.company.names):
            self.again(side)
        for target in self.company.targets:
            self.ways[target, "out"].retry()
            self.engine.every(self.job("drain", target), self.pace.outbox)
        self.engine.every(self.job("decide"), self.pace.decide)
        self.engine.every(self.job("watch"), self.pace.watch)
        self.engine.every(self.job("digest"), self.pace.digest)
        self.engine.enqueue(self.job("decide"))

    def mind(self) -> None:
        """Put the jobs before the engine that look at this company's files, and at itself."""
        for kind in ("files", "alarms"):
            self.engine.every(self.job(kind), self.pace.watch)

    def again(self, side: str) -> None:
        """Look at a side at once, even if it is paused, and at its usual pace from then on."""
        self.interval.pop(side, None)
        for way in ("in", "out"):
            self.ways[side, way].retry()
        self.engine.enqueue(self.job("pull", side))

    def hint(self, side: str) -> None:
        """Look at a side as soon as the last look is old enough: there are said to be news."""
        since = time.monotonic() - self.began.get(side, float("-inf"))
        self.interval.pop(side, None)
        self.engine.enqueue(self.job("pull", side), after=max(0.0, self.pace.hint - since))

    def may_act(self) -> bool:
        """Whether all systems were looked at, as far as they answer, and a plan was applied."""
        if not self.tried >= set(self.company.names):
            return False
        if armed(self.company):
            return True
        if not self.told:
            self.told = True
            advice = (
                "nobody applied a plan yet: run `crmbridge plan`, then `crmbridge apply`; after "
                "`crmbridge disarm`, run `crmbridge arm`"
            )
            log.warning("reads only", company=self.name, advice=advice)
        return False

    def failed(self, side: str, way: str, error: Exception) -> float:
        """Note that a system failed us; return the seconds until the next try."""
        self.tally.add("crmbridge_errors_total", side=side, error=type(error).__name__)
        mine = self.ways[side, way]
        self.proven.add((side, way))
        if mine.failed(error):
            message = redact_text(str(error))
            log.log(
                WARNING if mine.state == "away" else ERROR,
                SAID[mine.state],
                company=self.name,
                side=side,
                way=way,
                error=mine.why,
                message=message,
                advice=ADVICE[mine.state],
            )
            self._alarm(side, way, message)
        return mine.wait

    def fine(self, side: str, way: str) -> bool:
        """Note that a system answered; return whether it had not before."""
        mine = self.ways[side, way]
        self.proven.add((side, way))
        news = mine.fine()
        if news:
            log.info("system back", company=self.name, side=side, way=way)
            self.troubles.pop((side, way), None)
            self.tell()
        return news

    def stuck(self, job: Job, error: CrmBridgeError) -> None:
        """Note that a job failed for a reason that is no system's, such as the ledger's."""
        late = isinstance(error, Unavailable)
        state, message = "away" if late else "failing", redact_text(str(error))
        self.ill(job.side or job.kind, job.kind, state, type(error).__name__, message)

    def unstuck(self, job: Job) -> None:
        """Note that a job was done."""
        self.well(job.side or job.kind, job.kind)

    def still(self, name: str, mark: object) -> float:
        """Return for how many seconds something has stood as it does, as far as it was asked."""
        now = time.monotonic()
        before, since = self.marks.get(name, (None, now))
        if name not in self.marks or before != mark:
            since = now
        self.marks[name] = (mark, since)
        return now - since

    def ill(
        self, about: str, way: str, state: str, why: str, message: str, *, since: str = ""
    ) -> bool:
        """Note that something does not work; return whether that is news.

        `since` is the instant as text, by default now; while it stays, the first one stays.
        """
        before = self.troubles.get((about, way), {})
        self.proven.add((about, way))
        self._note((about, way), state, why, message, since)
        news = before.get("message") != message or before.get("state") != state
        if news or self.untold:
            self._try_to_tell()
        return news

    def well(self, about: str, way: str) -> bool:
        """Note that something works; return whether it had not before."""
        self.proven.add((about, way))
        known = self.troubles.pop((about, way), None)
        if known or self.untold:
            self._try_to_tell()
        return known is not None

    def _try_to_tell(self) -> None:
        """Write the alarms if the ledger takes them, else after the next job."""
        try:
            self.tell()
            self.untold = False
        except LedgerError:
            self.untold = True

    def warned(self, side: str, warnings: list[str]) -> None:
        """Note what a check of the mapping found; it is said again only when it changed."""
        if warnings and warnings != self.warnings.get(side):
            log.warning(
                "does not fit",
                company=self.name,
                side=side,
                warnings=len(warnings),
                message=redact_text("\n".join(warnings[:MOST_SAID])),
                advice=f"`crmbridge validate {self.name} --online` shows all",
            )
        self.warnings[side] = warnings

    @property
    def alarms(self) -> dict[str, dict[str, str]]:
        """The systems, ways to people and kinds of job that do not work for us."""
        by_side: dict[str, list[dict[str, str]]] = {}
        for (side, _), one in list(self.troubles.items()):
            by_side.setdefault(side, []).append(one)
        return {side: alarms.together(list(ways)) for side, ways in by_side.items()}

    def _alarm(self, side: str, way: str, message: str) -> None:
        mine = self.ways[side, way]
        self._note((side, way), mine.state, mine.why, message)
        self.tell()

    def _note(
        self, key: tuple[str, str], state: str, why: str, message: str, since: str = ""
    ) -> None:
        before = self.troubles.get(key, {})
        self.troubles[key] = {
            "state": state,
            "why": why,
            "since": before.get("since") or since or instant(SystemClock().now()),
            "message": message,
            "advice": ADVICE[state],
        }

    def tell(self) -> None:
        """Write the alarms where `crmbridge status` reads them."""
        alarms.tell(self.ledger, self.alarms)

    def close(self) -> None:
        """Close the connectors; one that a job still hangs in goes with the process."""
        self.shelf.close()
