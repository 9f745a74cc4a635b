"""Notes for `crmbridge status` which systems failed a command, and takes back what works again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crmbridge.clock import SystemClock
from crmbridge.company import Company
from crmbridge.errors import CrmBridgeError, Unavailable
from crmbridge.flows.deliver import Delivered
from crmbridge.flows.limits.gate import known
from crmbridge.log import redact_text
from crmbridge.model.codec import instant
from crmbridge.model.record import Outcome
from crmbridge.policy.limits.judge import Over
from crmbridge.policy.limits.words import stopped
from crmbridge.store import alarms, outbox
from crmbridge.store.alarms import WRITER

IN, OUT = alarms.WAYS
AWAY = "It is tried again with the next `crmbridge sync`."
STOPPED = "Nothing is lost: what is owed stays owed."
PAUSED = "`crmbridge validate --online` says what is wrong. Mend it; then run `crmbridge sync`."


def note_read(company: Company, side: str, error: CrmBridgeError | None) -> None:
    """Note how a side answered when it was read."""
    _note(company, side, IN, error, works=error is None)


def note_written(company: Company, target: str, out: Delivered) -> None:
    """Note how a system, or a way to people, took what it was owed.

    It works when it took something, or when nothing is owed to it; when all that was tried waits
    for later, it does not.
    """
    error: CrmBridgeError | None = out.error
    put_off = out.outcomes[Outcome.LATER] + out.outcomes[Outcome.UNKNOWN]
    if error is None and put_off and not out.done:
        error = Unavailable(f"none of {put_off} writes was taken")
    with company.ledger.read() as tx:
        owed = outbox.pending(tx, target)
    _note(company, target, OUT, error, works=error is None and (out.done > 0 or not owed))


def note_limits(company: Company, over: Sequence[Over]) -> str:
    """Note that the writer stopped at a limit, or that it did not; return why, empty for not."""
    if not over:
        alarms.noted(company.ledger, WRITER, {}, (OUT,))
        return ""
    with company.ledger.read() as tx:
        message = stopped(company.name, over, known(tx))
    alarm = {
        "state": "stopped",
        "why": "Limit",
        "since": instant(SystemClock().now()),
        "message": message,
        "advice": STOPPED,
    }
    alarms.noted(company.ledger, WRITER, {OUT: alarm}, ())
    return message


def _note(
    company: Company, side: str, way: str, error: CrmBridgeError | None, *, works: bool
) -> None:
    failed = {way: _alarm(error)} if error is not None else {}
    alarms.noted(company.ledger, side, failed, (way,) if works else ())


def _alarm(error: CrmBridgeError) -> dict[str, Any]:
    away = isinstance(error, Unavailable)
    return {
        "state": "away" if away else "paused",
        "why": type(error).__name__,
        "since": instant(SystemClock().now()),
        "message": redact_text(str(error)),
        "advice": AWAY if away else PAUSED,
    }
