"""What a person said of mail, as a page for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crmbridge.report.text import visible, when


def _word(one: Mapping[str, Any]) -> str:
    """What a record said, or that a lead kept the no of the one of which it was parted."""
    if former := one.get("kept_from"):
        return f"kept from lead {visible(former[:8])}, of which this one was parted: says no"
    what = "says no" if one["says"] == "no" else "does not say no any more"
    return f"{visible(one['record'])} {what}"


def text(told: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of what `flows.explain.consent` tells."""
    yield f"Lead {told['lead']}: {'opted out' if told['opted_out'] else 'has not opted out'}"
    for one in told["said"]:
        yield f"  {when(one['at'])}  {_word(one)}"
    for one in told["given"]:
        who = f"{visible(one['by'])}: {visible(one['evidence'])}"
        yield f"  {when(one['at'])}  consented to mail again, says {who}"
    if not told["said"] and not told["given"]:
        yield "Nobody ever said no."
    for one in told["held"]:
        yield f"Waits for a person ({one['kind']}, {one['id'][:8]}): {visible(one['advice'])}"
