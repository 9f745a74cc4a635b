"""How often Python looks for garbage while a process works through many leads: seldom."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

EACH = (50_000, 20, 100)
"""After how many new objects the youngest are looked through, and after how many such looks the
older ones, and after how many of those all. Python's own are 700, 10 and 10."""


@contextmanager
def seldom() -> Iterator[None]:
    """Look for garbage less often inside the block, and never among what was there before it.

    A lead in hand is some hundreds of objects, nearly none of which go in rings, so nearly all are
    freed without a look. Looks took a fifth of the time of deciding and delivering
    (`benchmarks.handoff`): a process has some hundred thousand objects that stay, its modules and
    the company's files, and looks through them time and again.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*EACH)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
