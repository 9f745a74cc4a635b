"""One company at work: its jobs, how its systems stand, and what a person is told of that."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from logging import ERROR, WARNING

from crmbridge.clock import SystemClock
from crmbridge.company import SIDES, TARGETS, Company
from crmbridge.daemon.engine import Engine, Job
from crmbridge.daemon.kit import Shelf
from crmbridge.daemon.pace import Pace, Way
from crmbridge.daemon.tally import Tally
from crmbridge.errors import CrmBridgeError, LedgerError
from crmbridge.flows.operate.turn import armed
from crmbridge.log import get_logger, redact_text
from crmbridge.model.codec import instant
from crmbridge.store import Ledger, alarms

ORDER = {"drain": 1, "decide": 2, "pull:sales": 3, "pull:marketing": 4, "watch": 5, "backfill": 9}
"""Which of several due jobs runs first. What is owed goes out before more is taken in, except at
the start: then both systems are looked at before anything is decided or sent."""
ADVICE = {
    "away": "It is tried again by itself.",
    "paused": "`crmbridge validate --online` says what is wrong. Mend it; then send SIGHUP to the "
    "daemon, or wait for its next try.",
    "failing": "It is tried again by itself; while it stays, the message says what to do.",
}

MOST_SAID = 5
"""Warnings of a mapping that a line of the log names."""
SAID = {"away": "system away", "paused": "system paused"}

log = get_logger("crmbridge.daemon")


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

    def __post_init__(self) -> None:
        for side in SIDES:
            for way in ("in", "out"):
                self.ways[side, way] = Way(probe=self.pace.probe)
        for target in TARGETS[len(SIDES) :]:
            self.ways[target, "out"] = Way(probe=self.pace.probe)

    @property
    def company(self) -> Company:
        """The company as its files in force say, for what asks no vendor."""
        with self.shelf.use() as kit:
            return kit.reading

    def job(self, kind: str, side: str = "") -> Job:
        """One of this company's jobs."""
        priority = ORDER.get(f"{kind}:{side}", ORDER.get(kind, 5))
        return Job(
            kind=kind,
            company=self.name,
            side=side,
            priority=priority,
            deadline=self.pace.deadline,
        )

    def start(self) -> None:
        """Put this company's jobs before the engine; also after its files changed."""
        for side in reversed(SIDES):
            self.again(side)
        for target in TARGETS:
            self.ways[target, "out"].retry()
            self.engine.every(self.job("drain", target), self.pace.outbox)
        self.engine.every(self.job("decide"), self.pace.decide)
        self.engine.every(self.job("watch"), self.pace.watch)
        self.engine.enqueue(self.job("decide"))

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
        """Whether both sides were looked at, as far as they answer, and a plan was applied."""
        if self.tried < set(SIDES):
            return False
        if armed(self.company):
            return True
        if not self.told:
            self.told = True
            advice = "nobody applied a plan yet: run `crmbridge plan`, then `crmbridge apply`"
            log.warning("reads only", company=self.name, advice=advice)
        return False

    def failed(self, side: str, way: str, error: Exception) -> float:
        """Note that a system failed us; return the seconds until the next try."""
        self.tally.add("crmbridge_errors_total", side=side, error=type(error).__name__)
        mine = self.ways[side, way]
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
        news = mine.fine()
        if news:
            log.info("system back", company=self.name, side=side, way=way)
            self.troubles.pop((side, way), None)
            self.tell()
        return news

    def stuck(self, job: Job, error: CrmBridgeError) -> None:
        """Note that a job failed for a reason that is no system's, such as the ledger's."""
        key = (job.side or job.kind, job.kind)
        before = self.troubles.get(key, {})
        self._note(key, "failing", type(error).__name__, redact_text(str(error)))
        if self.untold or before.get("message") != self.troubles[key]["message"]:
            self._try_to_tell()

    def unstuck(self, job: Job) -> None:
        """Note that a job was done."""
        if self.troubles.pop((job.side or job.kind, job.kind), None) or self.untold:
            self._try_to_tell()

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

    def _note(self, key: tuple[str, str], state: str, why: str, message: str) -> None:
        before = self.troubles.get(key, {})
        self.troubles[key] = {
            "state": state,
            "why": why,
            "since": before.get("since") or instant(SystemClock().now()),
            "message": message,
            "advice": ADVICE[state],
        }

    def tell(self) -> None:
        """Write the alarms where `crmbridge status` reads them."""
        alarms.tell(self.ledger, self.alarms)

    def close(self) -> None:
        """Close the connectors; one that a job still hangs in goes with the process."""
        self.shelf.close()
