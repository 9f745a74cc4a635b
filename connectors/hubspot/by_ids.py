"""Reading HubSpot's records by their ids: in whole batches, and by halves where they are large."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.hubspot.client import Client, records
from crmbridge.kit.feed.parts import Rows, by_ids
from crmbridge.kit.fields import items, mapping
from crmbridge.net.call import Answer

READ_BATCH = 100
"""Records a call. Source: hubspot.md 1.2."""


def fetch(
    client: Client, obj: str, ids: Sequence[str], wanted: Sequence[str], priority: int
) -> tuple[list[Mapping[str, Any]], list[str]]:
    """Read records by id; return their rows, and the ids of those that are too large."""

    def ask(some: Sequence[str]) -> tuple[Rows, int]:
        answer = client.read_batch(obj, some, wanted, priority=priority)
        return records(answer), not_found(answer)

    return by_ids("HubSpot", obj, ids, READ_BATCH, ask)


def not_found(answer: Answer) -> int:
    """How many records an answer says do not exist."""
    body = mapping(answer.data)
    told, count = items(body.get("errors")), body.get("numErrors")
    named = sum(
        len(ids) if isinstance(ids := mapping(one.get("context")).get("ids"), list) else 1
        for one in told
    )
    return max(named, count if isinstance(count, int) else 0)
