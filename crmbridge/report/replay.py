"""What a replay of the stages found, in words and in JSON's types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta, tzinfo
from typing import Any

from crmbridge.agreement import Agreement
from crmbridge.agreement.stages import named
from crmbridge.model.codec import instant
from crmbridge.policy.stages.replay import Count, Own, Replayed
from crmbridge.report.text import columns, visible, when

NOBODY = Count(then=0, now=0, ever=0)
A_SECOND = timedelta(seconds=1)


def shown(made: Replayed) -> dict[str, Any]:
    """Return JSON's types: counts by version and stage, who changes stage, and when."""
    found = made.replay
    return {
        "since": instant(made.since),
        "until": instant(made.until),
        "hindsight": made.hindsight,
        "leads": found.leads,
        "versions": [
            {"version": version.version, "stages": _stages(version, side)}
            for version, side in zip(made.versions, found.sides, strict=True)
        ],
        "changed": found.changed,
        "differ_now": found.differ_now,
        "named": [{"lead": lead, "from": instant(at)} for lead, at in found.named],
        "first": instant(found.first) if found.first else "",
        "last": instant(found.last) if found.last else "",
    }


def _stages(version: Agreement, side: Mapping[Own, Count]) -> list[dict[str, Any]]:
    return [
        {
            "stage": core,
            "id": ident,
            "name": name,
            "then": count.then,
            "now": count.now,
            "ever": count.ever,
        }
        for core, ident, name, count in _rows(version, side)
    ]


def _rows(version: Agreement, side: Mapping[Own, Count]) -> Iterator[tuple[str, str, str, Count]]:
    """Every stage of a version in order; of a divided one first who is in none of its parts."""
    for core, part, name in named(version.stages):
        ident = part.id if part is not None else ""
        yield core, ident, name, side.get((core, ident), NOBODY)


def told(made: Replayed, zone: tzinfo) -> Iterator[str]:
    """Yield the answer in words: who changes stage, then a table for each version."""
    found, (one, other) = made.replay, made.versions
    first, last = (at.astimezone(zone).date() for at in (made.since, made.until - A_SECOND))
    yield f"{found.leads} leads from {first} to {last}, by version {_name(one, other)}"
    if not found.changed:
        yield "No lead is in another stage: only names differ, if anything."
    else:
        ids = ", ".join(f"{lead[:8]} ({when(at)})" for lead, at in found.named)
        more = found.changed - len(found.named)
        yield (
            f"{found.changed} changed stage at some time, {found.differ_now} of them still at the "
            f"end; first on {when(found.first)}, last on {when(found.last)}"
        )
        yield f"such as {ids}{f' and {more} more' if more else ''}"
    for version, side in zip(made.versions, found.sides, strict=True):
        yield ""
        yield from _table(version, side)
    yield ""
    by = "what had happened" if made.hindsight else "what was known"
    yield f"Judged by {by} then. The core stages are those that the leads had."


def _name(one: Agreement, other: Agreement) -> str:
    if one.version != other.version:
        return f"{one.version} and version {other.version}"
    return f"{one.version} and version {other.version} of the file"


def _table(version: Agreement, side: Mapping[Own, Count]) -> Iterator[str]:
    head = (f"by version {version.version}", "at the beginning", "at the end", "ever")
    rows = [head]
    for core, ident, name, count in _rows(version, side):
        if not count.ever and not ident:
            continue
        label = f"  {visible(name)}" if ident else _rest(version, core, name)
        rows.append((label, str(count.then), str(count.now), str(count.ever)))
    yield from columns(rows, numbers=True)


def _rest(version: Agreement, core: str, name: str) -> str:
    divided = any(part is not None for one, part, _ in named(version.stages) if one == core)
    return f"{visible(name)}, in no part" if divided else visible(name)
