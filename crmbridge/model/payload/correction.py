"""What a late entry changed of what was told before (R1.6)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from crmbridge.model.codec import instant, parse_instant
from crmbridge.model.lifecycle import Correction
from crmbridge.model.payload.base import Payload
from crmbridge.model.payload.form import Absent, Form, entry, many


def _row(one: Correction) -> list[Any]:
    return [one.cycle, one.milestone, _plain(one.before), _plain(one.after)]


def _plain(point: datetime | str | None) -> str | None:
    return instant(point) if isinstance(point, datetime) else point


def _of(row: list[Any]) -> Correction:
    cycle, milestone, before, after = row
    return Correction(
        cycle=cycle, milestone=milestone, before=_point(before) or "", after=_point(after)
    )


def _point(text: str | None) -> datetime | str | None:
    """The instant of a milestone, or the word of an outcome."""
    try:
        at = parse_instant(text or "")
    except ValueError:
        return text
    return at if at.tzinfo is not None and instant(at) == text else text


@entry
class Corrected(Payload):
    """`cause` is the key of the late entry."""

    type = "correction"
    cause: Annotated[str, Absent("")]
    changed: Annotated[tuple[Correction, ...], many(Form(_row, _of))]
