"""The ids of records that others are associated with, read in bulk and to the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from connectors.hubspot.client import Client, next_after, results
from crmbridge.errors import Unavailable
from crmbridge.kit.feed.walk import Walk
from crmbridge.kit.fields import items, mapping
from crmbridge.model.record import Record
from crmbridge.net.call import Answer

ASSOCIATION_BATCH = 1000
"""Records a call. Source: hubspot.md 1.2."""
NONE = "NO_ASSOCIATIONS_FOUND"
"""How a 207 says that a record has none."""


@dataclass(slots=True, kw_only=True)
class _Asking:
    """One kind of association of some records: what was found, and who was told of at all."""

    found: dict[str, list[str]]
    told: set[str] = field(default_factory=set)
    way: Walk = field(default_factory=lambda: Walk("HubSpot", "associations"))

    def take(self, row: Mapping[str, Any]) -> dict[str, str] | None:
        """Take in a row; return the question for the rest of it, if there is one."""
        own = str(mapping(row.get("from")).get("id"))
        self.told.add(own)
        ends = [str(end.get("toObjectId")) for end in items(row.get("to"))]
        self.found.setdefault(own, []).extend(ends)
        after = next_after(row)
        if not after:
            return None
        self.way.passed(f"{own} {after}")
        return {"id": own, "after": after}


def associated(
    client: Client, obj: str, other: str, ids: Sequence[str], priority: int
) -> dict[str, tuple[str, ...]]:
    """Return by record the ids of its associated records of another object, each once.

    A record that an answer leaves out without a word is asked for once more before it is taken
    to have none.
    """
    asking = _Asking(found={each: [] for each in ids})
    left: list[dict[str, str]] = [{"id": each} for each in ids]
    again = True
    while left:
        part, left = left[:ASSOCIATION_BATCH], left[ASSOCIATION_BATCH:]
        answer = client.associations(obj, other, part, priority)
        left += [more for row in results(answer) if (more := asking.take(row))]
        asking.told |= _without(answer, part)
        if not left and again:
            again = False
            left = [{"id": each} for each in ids if each not in asking.told]
    return {own: tuple(dict.fromkeys(ends)) for own, ends in asking.found.items()}


def _without(answer: Answer, asked: Sequence[Mapping[str, str]]) -> set[str]:
    """Return the records that an answer says have none; raises `Unavailable` for other errors."""
    told: set[str] = set()
    for error in items(mapping(answer.data).get("errors")):
        kind = f"{error.get('category')} {error.get('subCategory')}"
        if NONE not in kind and "OBJECT_NOT_FOUND" not in kind:
            raise Unavailable(
                "HubSpot did not read all associations; they are asked for again",
                request_id=answer.request_id,
            )
        told |= named(error) or {one["id"] for one in asked}
    return told


def named(error: Mapping[str, Any]) -> set[str]:
    """Return all that the context of an error names: ids, mostly."""
    values = mapping(error.get("context")).values()
    return {str(one) for some in values for one in (some if isinstance(some, list) else [some])}


def linked(record: Record, links: Mapping[str, Mapping[str, tuple[str, ...]]]) -> Record:
    """Return a record with the ids of its associated records, by field."""
    ends = {name: found.get(record.id, ()) for name, found in links.items()}
    return replace(record, values={**record.values, **ends})
