"""Who a lead is, as a page for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crmbridge.report.explain.stages import in_words
from crmbridge.report.text import visible, when


def text(told: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of what `flows.explain.who` tells."""
    out = ", opted out" if told["opted_out"] else ""
    yield f"Lead {told['lead']}: {in_words(told['stage'], told['own_stage'])}{out}"
    yield from _addresses(told["addresses"])
    yield "Records:"
    yield from (f"  {visible(one['record'])}: {visible(one['state'])}" for one in told["records"])
    if told["joined"]:
        yield "Joined and parted:"
        for one in told["joined"]:
            lead = f" {one['lead'][:8]}" if one["lead"] else ""
            why = f": {visible(one['why'])}" if one["why"] else ""
            yield f"  {when(one['at'])}  {one['what']}{lead}{why}"
    for one in told["apart"]:
        yield f"Somebody else, whatever address they share: lead {one[:8]}"
    for one in told["held"]:
        yield f"Waits for a person ({one['kind']}, {one['id'][:8]}): {visible(one['advice'])}"


def _addresses(rows: list[Mapping[str, Any]]) -> Iterator[str]:
    yield "Addresses:" if rows else "No address is known."
    for one in rows:
        where = f"{visible(one['record'])} {visible(one['field'])}"
        yield f"  {visible(one['address'])}: {one['state']}, since {when(one['since'])}, {where}"
