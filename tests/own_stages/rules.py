"""The rules of own stages written a second time, on plain JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.definition import rules as criteria

Json = dict[str, Any]


def stage(parts: list[Json], facts: Json, doc: Json, now: datetime, zone: ZoneInfo) -> str:
    """The id of the last part that is met; empty for none. Unknown is not met."""
    found = ""
    for part in parts:
        tree = part["when"]
        if criteria.root(tree, criteria.judged(tree, facts, doc, now, zone)) is True:
            found = part["id"]
    return found
