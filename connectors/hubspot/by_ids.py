"""Reading HubSpot's records by their ids: in whole batches, and by halves where they are large."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.hubspot.client import Client, records
from crmbridge.kit.feed.parts import by_parts
from crmbridge.kit.feed.walk import lacking
from crmbridge.kit.fields import chunks, items, mapping
from crmbridge.net.call import Answer
from crmbridge.net.portions import too_large

READ_BATCH = 100
"""Records a call. Source: hubspot.md 1.2."""


def fetch(
    client: Client, obj: str, ids: Sequence[str], wanted: Sequence[str], priority: int
) -> tuple[list[Mapping[str, Any]], list[str]]:
    """Read records by id; return their rows, and the ids of those that are too large."""
    rows: list[Mapping[str, Any]] = []
    large: list[str] = []

    def ask(some: Sequence[str]) -> list[dict[str, Any]]:
        return _whole(client, obj, some, wanted, priority)

    for part in chunks(ids, READ_BATCH):
        rows += by_parts(part, ask, too_large, lambda one, _: large.append(one))
    return rows, large


def _whole(
    client: Client, obj: str, part: Sequence[str], wanted: Sequence[str], priority: int
) -> list[dict[str, Any]]:
    """Read a batch by id; records that it leaves out without a word are asked for again."""
    answer = client.read_batch(obj, part, wanted, priority=priority)
    rows = records(answer)
    if len(rows) + not_found(answer) >= len(part):
        return rows
    have = {str(row["id"]) for row in rows}
    left = [each for each in part if each not in have]
    answer = client.read_batch(obj, left, wanted, priority=priority)
    rest = records(answer)
    if len(rest) + not_found(answer) < len(left):
        raise lacking("HubSpot", obj, len(left) - len(rest), answer.request_id)
    return rows + rest


def not_found(answer: Answer) -> int:
    """How many records an answer says do not exist."""
    body = mapping(answer.data)
    told, count = items(body.get("errors")), body.get("numErrors")
    named = sum(
        len(ids) if isinstance(ids := mapping(one.get("context")).get("ids"), list) else 1
        for one in told
    )
    return max(named, count if isinstance(count, int) else 0)
