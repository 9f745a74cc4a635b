"""What became of the records of a page: every one has exactly one fate."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Counted:
    """Records read, and how many were news, as they were, or put aside for a person."""

    read: int = 0
    changed: int = 0
    unchanged: int = 0
    held: int = 0

    def add(self, other: Counted) -> None:
        """Add another page's counts."""
        self.read += other.read
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.held += other.held
