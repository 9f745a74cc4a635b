"""What the readers of all golden files share: no key of a case is passed over in silence."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

Json = dict[str, Any]
REMARKS = frozenset({"id", "note", "comment", "why", "source"})
"""Keys for the reader of a case; they ask for nothing."""


def only(row: Mapping[str, Any], known: Collection[str], what: str) -> None:
    """Fail for a key that the reader of a case does not understand."""
    odd = set(row) - set(known) - REMARKS
    assert not odd, f"{what} {row.get('id', '')}: the reader knows no {sorted(odd)}; teach it"


def instant(text: str | None) -> datetime | None:
    """An instant of a case; `None` where it has none."""
    return datetime.fromisoformat(text) if text else None
