"""Nurture lists as calls of a vendor: people put on and taken off, many in one call."""

from __future__ import annotations

from collections.abc import Sequence

from crmbridge.mapping.schema import Mapping
from crmbridge.store.outbox import Op

Moves = tuple[list[Op], list[Op]]
"""Operations that put somebody on a list, and those that take somebody off it."""


def by_list(mapping: Mapping, ops: Sequence[Op]) -> dict[str, Moves]:
    """Return what each list is asked, by its name at the vendor.

    Two tracks may share a list: who goes from the one to the other stays on it.
    """
    found: dict[str, Moves] = {}
    for op in ops:
        on, off = (_list(mapping, op.payload[way]) for way in ("add", "remove"))
        if on:
            found.setdefault(on, ([], []))[0].append(op)
        if off and off != on:
            found.setdefault(off, ([], []))[1].append(op)
    return {name: found[name] for name in sorted(found)}


def _list(mapping: Mapping, track: str) -> str:
    """The list of a track; the track's own name where the mapping has no list for it any more."""
    return mapping.lists.get(track, track)
