"""Lifecycle stages: HubSpot takes a backward move with success and ignores it, so read it back.

Going back takes two calls, one that clears and a later one that sets, because the order inside
one batch is not kept. Source: hubspot.md 0.5, 6.3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from connectors.hubspot.client import Client, records
from connectors.hubspot.kinds import OFFER
from crmbridge.kit.fields import mapping
from crmbridge.kit.kept import InOrder

STAGE = "lifecyclestage"
ORDER = OFFER.words["stages"]
"""HubSpot's own stages from the first to the last."""


class Lifecycle(InOrder):
    """The lifecycle stages of one object."""

    field: ClassVar[str] = STAGE
    order: ClassVar[Sequence[str]] = ORDER
    code: ClassVar[str] = "LIFECYCLE"
    why: ClassVar[str] = "HubSpot kept another lifecycle stage, as it does with moves backwards"

    def __init__(self, client: Client, obj: str, *, backward: bool, priority: int) -> None:
        super().__init__(obj, backward=backward)
        self._client, self._priority = client, priority

    def held(self, ids: Sequence[str]) -> dict[str, str]:
        """Return the stages of records."""
        answer = self._client.read_batch(self.obj, ids, [STAGE], priority=self._priority)
        return {str(r["id"]): str(mapping(r.get("properties")).get(STAGE)) for r in records(answer)}

    def put(self, values: Mapping[str, str]) -> None:
        """Write stages, each with a trace of its own."""
        inputs = [
            {"id": own, "properties": {STAGE: stage}, "objectWriteTraceId": f"{STAGE}-{own}"}
            for own, stage in values.items()
        ]
        self._client.write(self.obj, inputs, by_id=True, priority=self._priority)
