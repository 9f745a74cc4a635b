"""All that is logged while something happens, as text."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

from crmbridge.log import configure


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """Keep every line, debugging ones included; afterwards logging goes nowhere."""
    stream = io.StringIO()
    configure(level="DEBUG", stream=stream)
    try:
        yield stream
    finally:
        configure(level="WARNING", stream=io.StringIO())
