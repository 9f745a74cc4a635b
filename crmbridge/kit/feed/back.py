"""How far reads of changes look back behind the last one: what is committed late must be seen."""

from __future__ import annotations

from datetime import timedelta


class Lookback:
    """The company's own lookback, and further for objects that were found to lag."""

    def __init__(self, least: timedelta) -> None:
        self._least = least
        self._further: dict[str, timedelta] = {}

    def reach_back(self, obj: str, seconds: int) -> None:
        """Let reads of an object look further back than the options say; 0 for those alone."""
        self._further[obj] = timedelta(seconds=seconds)

    def of(self, obj: str) -> timedelta:
        """Return how far a read of an object looks back."""
        return max(self._least, self._further.get(obj, timedelta()))
