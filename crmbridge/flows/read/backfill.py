"""History into the ledger, silently: nobody becomes due, nothing is written, and it can be resumed.

Alone, a process takes the writer's lease and calls `backfill`. Beside a running daemon it calls
`request` and looks at `progress_of`, while the daemon calls `serve_requests`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from crmbridge.company import Company
from crmbridge.errors import CrmBridgeError, StopError, Unavailable
from crmbridge.flows.read.backfill_run import BackfillReport, History, Progress, must_be_a_window
from crmbridge.model.codec import instant, parse_instant
from crmbridge.net.priority import urgency
from crmbridge.store import cursors

__all__ = ["BackfillReport", "asked", "backfill", "progress_of", "request", "serve_requests"]

BULK = 3
"""The priority of all its calls: it stops at 70 % of a day's quota (DESIGN 9)."""
REQUEST, PROGRESS = "backfill_request", "backfill_progress"
"""Rows of the ledger's facts by which two processes talk of a backfill."""
TELL = 1.0
"""Seconds between two notes of progress."""
WINDOW = ("since", "until")
OPEN = ("queued", "running", "waiting")


def backfill(
    company: Company,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    resume: bool = False,
    stop: Callable[[], bool] = lambda: False,
    progress: Progress = lambda obj, done, total: None,
    sleep: Callable[[float], None] = time.sleep,
) -> BackfillReport:
    """Read all objects of all systems from the beginning, as if it had been seen long ago.

    Records that changed before `since` or after `until` are left out; people who work at sales
    and roles on deals are always taken in. `resume` goes on after the last page of the one before,
    in whose window it stays unless another one is given. `stop` is asked after each page.

    An object that was never read otherwise is read by the ordinary pull from where this began, so
    nothing is lost and nothing read twice; not so with `until`, because what changed after it is
    still to come.

    Raises:
        ConnectorError: a vendor stayed away or shut us out; what was read stays, `resume` later.
    """
    run = History(company=company, stop=stop, progress=progress, sleep=sleep)
    return _go(run, since, until, resume=resume)


def _go(
    run: History, since: datetime | None, until: datetime | None, *, resume: bool
) -> BackfillReport:
    run.begin(since, until, resume=resume)
    with urgency(BULK):
        for side in run.company.names:
            run.read(side)
    return run.finish()


def request(
    company: Company,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    resume: bool = False,
) -> str:
    """Ask the daemon that writes this ledger for a backfill; return the request's id.

    Arguments as of `backfill`. Raises `StopError` while another one is not finished, and
    `ConfigError` for a time that ends before it begins.
    """
    ident = uuid4().hex
    must_be_a_window(since, until, company.zone)
    with company.ledger.write("backfill") as tx:
        if _state(cursors.get_meta(tx, PROGRESS)) in OPEN:
            raise StopError("a backfill is under way already: wait until it is done")
        wanted = {
            "id": ident,
            "since": instant(since) if since else "",
            "until": instant(until) if until else "",
            "resume": resume,
        }
        cursors.put_meta(tx, REQUEST, wanted)
        cursors.put_meta(tx, PROGRESS, {"id": ident, "state": "queued"})
    return ident


def progress_of(company: Company) -> dict[str, Any]:
    """How the requested backfill stands; empty when none was ever requested.

    Keys: `id`, `state` (queued, running, waiting, done, failed), `objects` (`side:object` ->
    [records so far, of how many or null]), `report` (the fields of `BackfillReport`, once done),
    `error` (why it waits or failed).
    """
    with company.ledger.read() as tx:
        known = cursors.get_meta(tx, PROGRESS)
    return dict(known) if isinstance(known, dict) else {}


def asked(company: Company) -> bool:
    """Whether a backfill was requested that is not finished."""
    return _state(progress_of(company)) in OPEN


def _state(progress: object) -> str:
    return str(progress.get("state", "")) if isinstance(progress, dict) else ""


def serve_requests(
    company: Company,
    *,
    stop: Callable[[], bool] = lambda: False,
    sleep: Callable[[float], None] = time.sleep,
) -> Unavailable | None:
    """Do the backfill that was requested, if one was; it notes its own progress.

    Returns why it must wait, `None` when it ended or was stopped: call it again to go on. What no
    waiting mends is noted as failed and ends the request.
    """
    with company.ledger.read() as tx:
        wanted, known = cursors.get_meta(tx, REQUEST), cursors.get_meta(tx, PROGRESS)
    if not isinstance(wanted, dict) or _state(known) not in OPEN:
        return None
    notes = _Notes(company=company, ident=wanted["id"])
    notes.tell("running")
    run = History(
        company=company, stop=stop, progress=notes.progress, sleep=sleep, ident=wanted["id"]
    )
    since, until = (parse_instant(wanted[one]) if wanted[one] else None for one in WINDOW)
    try:
        report = _go(run, since, until, resume=wanted["resume"])
    except Unavailable as error:
        notes.tell("waiting", error=str(error))
        return error
    except CrmBridgeError as error:
        notes.tell("failed", error=str(error))
        return None
    if report.complete:
        notes.tell("done", report=asdict(report))
    else:
        notes.tell("waiting", error="the daemon was stopped; it goes on at its next start")
    return None


@dataclass(slots=True, kw_only=True)
class _Notes:
    """Writes what a watching process reads."""

    company: Company
    ident: str
    objects: dict[str, list[int | None]] = field(default_factory=dict)
    told: float = 0.0

    def progress(self, name: str, done: int, total: int | None) -> None:
        self.objects[name] = [done, total]
        if time.monotonic() - self.told >= TELL:
            self.tell("running")

    def tell(self, state: str, *, error: str = "", report: Mapping[str, Any] | None = None) -> None:
        self.told = time.monotonic()
        row = {
            "id": self.ident,
            "state": state,
            "objects": self.objects,
            "report": report,
            "error": error,
        }
        with self.company.ledger.write("backfill") as tx:
            cursors.put_meta(tx, PROGRESS, row)
