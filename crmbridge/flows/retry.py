"""When something may be tried again: growing waits with jitter, the vendor's own wish first."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from tenacity import (
    RetryCallState,
    Retrying,
    stop_after_attempt,
    wait_random_exponential,
)

from crmbridge.errors import AuthFailed, Throttled, Unavailable

T = TypeVar("T")

SHORTEST, LONGEST = 2.0, 900.0
"""Seconds between two tries of one write. Source: reliability.md 2.3 (backoff at most 15 min)."""
IN_HAND = 3
"""Tries of one call before its work goes back into the outbox with a later date."""
MOST_WAIT = 20.0
"""Seconds that a worker waits in hand; a longer wish of the vendor's goes into the outbox."""

_growing = wait_random_exponential(multiplier=SHORTEST, max=LONGEST)


def later(attempts: int, retry_after: float = 0.0) -> float:
    """Seconds until a write that was not taken is tried again; `attempts` counts from 1."""
    if retry_after > 0:
        return min(retry_after, 3600.0)
    state = RetryCallState(Retrying(), None, (), {})
    state.attempt_number = max(1, attempts)
    return max(SHORTEST, float(_growing(state)))


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, Throttled) and error.retry_after:
        return error.retry_after
    return min(MOST_WAIT, float(wait_random_exponential(multiplier=0.2, max=MOST_WAIT)(state)))


def _worth_waiting(error: BaseException) -> bool:
    if isinstance(error, Throttled):
        return not error.daily and error.retry_after <= MOST_WAIT
    return isinstance(error, Unavailable)


def patiently(call: Callable[[], T], sleep: Callable[[float], None]) -> T:
    """Make a call that may be repeated freely; raise its error after three tries.

    A spent daily quota and a rejected credential are not waited for.
    """
    retrying = Retrying(
        stop=stop_after_attempt(IN_HAND),
        wait=_wait,
        retry=_retryable,
        sleep=sleep,
        reraise=True,
    )
    return retrying(call)


def _retryable(state: RetryCallState) -> bool:
    error = state.outcome.exception() if state.outcome else None
    return error is not None and not isinstance(error, AuthFailed) and _worth_waiting(error)
