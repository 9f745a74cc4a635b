"""What is read in bulk: records by their ids, and the ids of what they are associated with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.hubspot.bridge import results
from connectors.hubspot.client import Client, next_after, records
from crmbridge.errors import Unavailable
from crmbridge.kit.feed.gather import Part, Question, gathered
from crmbridge.kit.feed.parts import Rows, by_ids
from crmbridge.kit.fields import items, mapping
from crmbridge.model.record import Record
from crmbridge.net.call import Answer

READ_BATCH = 100
"""Records a call. Source: hubspot.md 1.2."""
ASSOCIATION_BATCH = 1000
"""Records a call. Source: hubspot.md 1.2."""
NONE = "NO_ASSOCIATIONS_FOUND"
"""How a 207 says that a record has none."""


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


def associated(
    client: Client, obj: str, other: str, ids: Sequence[str], priority: int
) -> dict[str, tuple[str, ...]]:
    """Return by record the ids of its associated records of another object, each once."""

    def ask(asked: Sequence[Question]) -> Iterator[Part]:
        inputs = [{"id": own, **({"after": after} if after else {})} for own, after in asked]
        answer = client.associations(obj, other, inputs, priority)
        for row in results(answer):
            own = str(mapping(row.get("from")).get("id"))
            ends = [str(end.get("toObjectId")) for end in items(row.get("to"))]
            yield Part(own=own, ends=ends, after=next_after(row))
        for own in _without(answer, [own for own, _ in asked]):
            yield Part(own=own)

    return gathered("HubSpot", "associations", ids, ASSOCIATION_BATCH, ask)


def _without(answer: Answer, asked: Sequence[str]) -> set[str]:
    """Return the records that an answer says have none; raises `Unavailable` for other errors."""
    told: set[str] = set()
    for error in items(mapping(answer.data).get("errors")):
        kind = f"{error.get('category')} {error.get('subCategory')}"
        if NONE not in kind and "OBJECT_NOT_FOUND" not in kind:
            raise Unavailable(
                "HubSpot did not read all associations; they are asked for again",
                request_id=answer.request_id,
            )
        told |= named(error) or set(asked)
    return told


def named(error: Mapping[str, Any]) -> set[str]:
    """Return all that the context of an error names: ids, mostly."""
    values = mapping(error.get("context")).values()
    return {str(one) for some in values for one in (some if isinstance(some, list) else [some])}


def linked(record: Record, links: Mapping[str, Mapping[str, tuple[str, ...]]]) -> Record:
    """Return a record with the ids of its associated records, by field."""
    ends = {name: found.get(record.id, ()) for name, found in links.items()}
    return replace(record, values={**record.values, **ends})
