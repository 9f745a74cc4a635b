"""How urgent the calls of a piece of work are, said once around it rather than with every call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_urgency: ContextVar[int | None] = ContextVar("urgency", default=None)


@contextmanager
def urgency(priority: int) -> Iterator[None]:
    """Give all calls inside this priority (0 first, 3 last), whatever they ask for themselves."""
    token = _urgency.set(priority)
    try:
        yield
    finally:
        _urgency.reset(token)


def effective(asked: int) -> int:
    """The priority of a call that asks for one: that of the work around it, if that was said."""
    said = _urgency.get()
    return asked if said is None else said
