"""Says what became of a row, and passes on a vendor's words without the person in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from crmbridge.errors import (
    CrmBridgeError,
    NotSupported,
    RefusalCause,
    Refused,
    Throttled,
    Unavailable,
    Unknown,
)
from crmbridge.model.record import Outcome, Row, Value, Written
from crmbridge.net.words import without

Causes = Mapping[str, RefusalCause]
"""What a vendor's codes mean, in our words."""
Cut = tuple[re.Pattern[str], str]
"""What is cut out of a vendor's words, and what stands there instead."""

ADDRESS: Cut = (re.compile(r"[^\s@:'\"<>]+@[^\s@'\"<>]+"), "…")
NUMBER: Cut = (re.compile(r"(?<![A-Za-z0-9])\+?\d[\d ()/.-]{5,}\d(?![A-Za-z0-9])"), "…")
QUOTED: Cut = (re.compile(r"\S+@\S+|\"[^\"]*\"|'[^']*'|[\[{].*", re.DOTALL), "…")
"""An address, a long number such as that of a telephone; whatever a vendor quotes or lists."""

_BEST_FIRST = (
    Outcome.DONE,
    Outcome.REFUSED,
    Outcome.GONE,
    Outcome.AMBIGUOUS,
    Outcome.MOVED,
    Outcome.LATER,
    Outcome.UNKNOWN,
)
OPEN = frozenset({Outcome.LATER, Outcome.UNKNOWN})
"""What is not settled: a later row of the same record must not overtake it."""


def later(row: Row, code: str, message: str, wait: float = 0.0) -> Written:
    """Return the result of a row that was not written and may be sent again."""
    return Written(op=row.op, outcome=Outcome.LATER, code=code, message=message, retry_after=wait)


def unknown(row: Row, message: str, code: str = "UNKNOWN") -> Written:
    """Return the result of a row that may have been written."""
    return Written(op=row.op, outcome=Outcome.UNKNOWN, code=code, message=message)


def refused(
    row: Row, code: str, message: str, field: str = "", cause: RefusalCause | None = None
) -> Written:
    """Return the result of a row that is never taken as it is; a field at fault is a cause."""
    if field and cause is None:
        cause = RefusalCause.FIELD
    return Written(
        op=row.op,
        outcome=Outcome.REFUSED,
        code=code,
        message=message,
        field=field,
        cause=cause,
    )


def gone(row: Row, code: str, message: str = "") -> Written:
    """Return the result of a row whose record there is no more."""
    return Written(op=row.op, outcome=Outcome.GONE, code=code, message=message)


def moved(row: Row, to: tuple[str, str], message: str, code: str = "") -> Written:
    """Return the result of a row whose record lives on as another: `to` is (object, id)."""
    return Written(op=row.op, outcome=Outcome.MOVED, code=code, message=message, moved_to=to)


def ambiguous(row: Row, code: str, message: str) -> Written:
    """Return the result of a row that more than one record matches: a person decides."""
    return Written(op=row.op, outcome=Outcome.AMBIGUOUS, code=code, message=message)


def done(obj: str, row: Row, own: str, *, created: bool = False) -> Written:
    """Return the result of a row that the record with the id `own` took: another is a survivor."""
    if row.id and own != row.id:
        told = moved(row, (obj, own), "the record was merged; its survivor answered")
        return replace(told, id=own)
    return Written(op=row.op, outcome=Outcome.DONE, id=own, created=created)


def failed(row: Row, error: CrmBridgeError) -> Written:
    """Return the result of a row whose whole call failed with an error."""
    if isinstance(error, Unknown):
        return unknown(row, str(error), code_of(error))
    if isinstance(error, Refused):
        return refused(row, code_of(error), str(error), error.field, error.cause)
    if isinstance(error, NotSupported):
        return refused(row, code_of(error), str(error), cause=RefusalCause.UNABLE)
    return later(row, code_of(error), str(error), wait_of(error))


def caused(result: Written, causes: Causes) -> Written:
    """Return a result with the cause that its code stands for; a connector's own word stays."""
    cause = causes.get(result.code)
    if cause is None or result.cause not in (None, RefusalCause.FIELD):
        return result
    told = result.outcome is Outcome.REFUSED or result.without
    return replace(result, cause=cause) if told else result


@contextmanager
def telling(causes: Causes) -> Iterator[None]:
    """Give a refusal that leaves from here the cause that its code stands for."""
    try:
        yield
    except Refused as error:
        if error.cause is None:
            error.cause = causes.get(error.code)
        raise


def code_of(error: CrmBridgeError) -> str:
    """Return an error's code: the vendor's where it has one, else the kind of the error."""
    if isinstance(error, Throttled):
        return "DAILY" if error.daily else "THROTTLED"
    return (error.code if isinstance(error, Refused) else "") or type(error).__name__


def wait_of(error: CrmBridgeError) -> float:
    """Return how long an error asks to wait, in seconds."""
    return error.retry_after if isinstance(error, Throttled) else 0.0


def unsent(error: CrmBridgeError) -> CrmBridgeError:
    """Return what an error of one call means for the rows that were not sent because of it."""
    if isinstance(error, Unknown):
        return Unavailable("not sent, because an earlier call has no known outcome")
    return error


def worse(one: Written, other: Written) -> Written:
    """Return the worse of a row's two results, the first of equals, with the first one's id.

    What is not settled is worst: were it hidden by a refusal, it would never be sent again.
    """
    told = max((one, other), key=lambda result: _BEST_FIRST.index(result.outcome))
    waits = [result.retry_after for result in (one, other) if result.outcome is told.outcome]
    return replace(told, id=one.id or told.id, created=one.created, retry_after=max(waits))


def scrub(message: str, sent: Mapping[str, Value], cuts: Sequence[Cut], longest: int) -> str:
    """Cut out of a vendor's words the values that were sent, and what the patterns find."""
    texts = (str(part) for value in sent.values() for part in _parts(value))
    message = without(message, texts)
    for pattern, instead in cuts:
        message = pattern.sub(instead, message)
    return " ".join(message.split())[:longest]


def _parts(value: Value) -> Sequence[Value]:
    if isinstance(value, tuple):
        return value
    return () if value is None or isinstance(value, bool) else (value,)
