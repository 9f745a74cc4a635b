"""Everything that the ledger knows of a lead, entry by entry, each with a line for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmbridge.model.codec import instant
from crmbridge.model.event import Event
from crmbridge.model.payload import read
from crmbridge.report.explain.lines import told
from crmbridge.store.replay import story
from crmbridge.store.table import Tx


def history(tx: Tx, lead: str) -> list[dict[str, Any]]:
    """Return all entries of a lead, and of those that were merged into it, in order.

    Each has `seq, kind, type, at, recorded_at, source, lead, data`, in JSON's types, and `line`.
    They hold personal data. Empty for an unknown lead.
    """
    return [_entry(event) for event in story(tx, lead)]


def _entry(event: Event) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "kind": event.kind.value,
        "type": event.type,
        "at": instant(event.at),
        "recorded_at": instant(event.recorded_at),
        "source": event.source,
        "lead": event.lead,
        "data": dict(event.content.json),
        "line": told(event.payload),
    }


def line(type_: str, data: Mapping[str, Any]) -> str:
    """Say in a line what an entry means that is told in JSON's types."""
    return told(read(type_, data))
