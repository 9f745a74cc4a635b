"""Associations: ids of other records read in bulk and to the end, and ties of what was written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from connectors.hubspot.bridge import results
from connectors.hubspot.client import Client, next_after
from connectors.hubspot.kinds import LINK, canonical
from connectors.hubspot.verdicts import of_row
from crmbridge.errors import NotSupported, Unavailable
from crmbridge.kit.feed.gather import Part, Question, gathered
from crmbridge.kit.fields import items, mapping
from crmbridge.kit.linking import Linking, Trouble
from crmbridge.model.record import Record, Row, Written
from crmbridge.net.call import Answer

ASSOCIATION_BATCH = 1000
"""Records a call. Source: hubspot.md 1.2."""
NONE = "NO_ASSOCIATIONS_FOUND"
"""How a 207 says that a record has none."""
LINK_TYPES: Mapping[tuple[str, str], int] = {("deals", "contacts"): 3}
"""The vendor's association types that rows can ask for. Source: hubspot.md 1.9."""


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


class Links(Linking):
    """The associations of one object."""

    batch: ClassVar[int] = 2000  # inputs a call. Source: hubspot.md 1.2

    def __init__(self, client: Client, obj: str, priority: int) -> None:
        self._client, self._obj, self._priority = client, obj, priority

    def ties(self, row: Row) -> Iterator[str]:
        """Return the fields with associated ids."""
        return (name for name in row.values if LINK in name)

    def link(self, field: str, pairs: Sequence[tuple[str, str]]) -> Iterator[Trouble]:
        """Create associations; see `Linking.link`."""
        other = canonical(field.removeprefix(LINK))
        kind = LINK_TYPES.get((self._obj, other))
        if kind is None:
            raise NotSupported(f"HubSpot: a write cannot link {self._obj} to {other}")
        types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": kind}]
        inputs = [{"from": {"id": own}, "to": {"id": end}, "types": types} for own, end in pairs]
        answer = self._client.associate(self._obj, other, inputs, priority=self._priority)
        troubles = items(mapping(answer.data).get("errors"))
        return ((named(one), partial(self._of_row, one)) for one in troubles)

    def _of_row(self, error: Mapping[str, Any], row: Row) -> Written:
        return of_row(self._obj, row, error)
