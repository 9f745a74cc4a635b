"""The nurture track that a lead is on, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crmbridge.report.text import visible, when

ALWAYS = "sales has it, when it opts out or is out"
"""What takes everybody off a track of a rule."""


def nurture_lines(told: Mapping[str, Any]) -> Iterator[str]:
    """Yield on which track a lead is, by which rule since when, and what takes it off."""
    ruled = told["nurture"]
    track = told["track"] or (ruled["track"] if ruled else "")
    if track:
        yield f"On the nurture track {visible(track)}."
    if not ruled:
        return
    rule = visible(ruled["rule"])
    yield (
        f"The rule {rule!r} put it on {visible(ruled['track'])} on {when(ruled['since'])}. "
        f"It leaves the track when {_ends(ruled)}."
    )


def _ends(ruled: Mapping[str, Any]) -> str:
    if ruled["ready"]:
        return f"{ALWAYS}; while it waits for sales it stays"
    steps = [repr(visible(one["criterion"])) for one in ruled["steps"]]
    verb = "holds" if len(steps) == 1 else "hold"
    change = f", or when {' and '.join(steps)} {verb} no more" if steps else ""
    turn = f"; without new activity that may be on {when(ruled['until'])}" if ruled["until"] else ""
    return f"{ALWAYS}{change}{turn}"
