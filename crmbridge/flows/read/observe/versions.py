"""Which of two versions of a record is the older one, by the vendor's stamps."""

from __future__ import annotations

from datetime import datetime


def outdated(said: datetime | None, known: datetime | None) -> bool:
    """Whether what is said now is older than what is known; not where either has no stamp."""
    return said is not None and known is not None and said < known
