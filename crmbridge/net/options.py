"""How the calls of an SDK are to be sent: options that its own methods have no place for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from crmbridge.net.call import Content

SUCCESS = frozenset({200, 201, 202, 204})
"""Statuses that are an answer where a call names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOptions:
    """The fields of `Call` that an SDK does not know; `None` means the bridge's own default."""

    expect: frozenset[int] | None = None
    content: Content = "json"
    budgets: tuple[str, ...] | None = None
    priority: int = 2
    idempotent: bool | None = None
    deadline: float | None = None
    route: str = ""


_DEFAULT = CallOptions()
_current: ContextVar[CallOptions] = ContextVar("crmbridge_call_options", default=_DEFAULT)


def current() -> CallOptions:
    """Return the options for the calls that this thread makes now."""
    return _current.get()


@contextmanager
def using(options: CallOptions) -> Iterator[None]:
    """Give options to every call that an SDK makes inside the block, in this thread."""
    mark = _current.set(options)
    try:
        yield
    finally:
        _current.reset(mark)
