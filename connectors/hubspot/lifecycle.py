"""Stages: those that HubSpot keeps beside its properties, and moves that it does not take.

It takes a backward move with success and ignores it, so it is read back. Going back takes two
calls, one that clears and a later one that sets, because the order inside one batch is not kept.
Source: hubspot.md 0.5, 6.3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from connectors.hubspot.client import Client, records
from connectors.hubspot.consent import OPT_OUT
from connectors.hubspot.kinds import OFFER
from crmbridge.errors import Refused
from crmbridge.kit.fields import items, mapping
from crmbridge.kit.kept import InOrder
from crmbridge.model.record import Field

STAGE = "lifecyclestage"
ORDER = OFFER.words["stages"]
"""HubSpot's own stages from the first to the last."""
STAGES, PIPELINES = OFFER.words["staged"], OFFER.words["pipelines"]
"""Properties whose values are stages and pipelines of their object."""
LINKED = ("contacts", "companies", "deals")
"""Objects whose associations are mostly meant."""


def described(client: Client, obj: str, found: Mapping[str, Field]) -> dict[str, Field]:
    """Return an object's fields with the stages that its definitions have no options for.

    One call more, where such a property has none. `hs_email_optout` counts as writable: it goes by
    a call of its own, whatever the portal says of the property.
    """
    out = dict(found)
    if OPT_OUT in out:
        out[OPT_OUT] = replace(out[OPT_OUT], writable=True)
    bare = [
        name
        for name in sorted(STAGES + PIPELINES)
        if name in out and out[name].type == "enum" and not out[name].choices
    ]
    if bare:
        lines, stages = _pipelines(client, obj)
        for name in bare:
            choices = lines if name in PIPELINES else stages
            out[name] = replace(out[name], choices=choices, restricted=bool(choices))
    return out


def _pipelines(client: Client, obj: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The ids of an object's pipelines and of all their stages; none where it has no pipelines."""
    try:
        rows = client.pipelines(obj)
    except Refused:
        return (), ()
    stages = [str(one.get("id")) for row in rows for one in items(row.get("stages"))]
    return tuple(str(row.get("id")) for row in rows), tuple(dict.fromkeys(stages))


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
