"""What a person said of mail, as a page for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crmbridge.report.text import visible, when


def text(told: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of what `flows.explain.consent` tells."""
    yield f"Lead {told['lead']}: {'opted out' if told['opted_out'] else 'has not opted out'}"
    for one in told["said"]:
        what = "says no" if one["says"] == "no" else "does not say no any more"
        yield f"  {when(one['at'])}  {visible(one['record'])} {what}"
    for one in told["given"]:
        who = f"{visible(one['by'])}: {visible(one['evidence'])}"
        yield f"  {when(one['at'])}  consented to mail again, says {who}"
    if not told["said"] and not told["given"]:
        yield "Nobody ever said no."
    for one in told["held"]:
        yield f"Waits for a person ({one['kind']}, {one['id'][:8]}): {visible(one['advice'])}"
