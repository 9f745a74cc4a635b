"""Lifecycle stages: HubSpot takes a backward move with success and ignores it, so read it back.

Going back takes two calls, one that clears and a later one that sets, because the order inside
one batch is not kept. Source: hubspot.md 0.5, 6.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.hubspot.client import Client, records
from crmbridge.errors import ConnectorError
from crmbridge.kit.fields import mapping
from crmbridge.kit.words import wait_of
from crmbridge.model.record import Outcome, Row

STAGE = "lifecyclestage"
ORDER = (
    *("subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead"),
    *("opportunity", "customer", "evangelist", "other"),
)
"""HubSpot's own stages from the first to the last. Source: hubspot.md 1.6."""


def settle(
    client: Client, obj: str, wanted: Mapping[str, str], *, backward: bool, priority: int
) -> dict[str, dict[str, Any]]:
    """Make the vendor hold the wanted stage of each record id, as far as it may go back.

    Returns, by id, what changes in the row's result: nothing for a stage that holds. A kept stage
    is DONE with the field named when going back is off, and REFUSED when it was tried in vain.
    """
    try:
        kept = _kept(client, obj, wanted, priority)
        if kept and backward:
            _set(client, obj, dict.fromkeys(kept, ""), priority)
            _set(client, obj, {own: wanted[own] for own in kept}, priority)
            kept = _kept(client, obj, {own: wanted[own] for own in kept}, priority)
    except ConnectorError as error:
        return dict.fromkeys(wanted, _unsure(error)) if backward else {}
    told: dict[str, Any] = {
        "field": STAGE,
        "code": "LIFECYCLE_KEPT",
        "message": "HubSpot kept another lifecycle stage, as it does with moves backwards",
    }
    if backward:
        told["outcome"] = Outcome.REFUSED
    return dict.fromkeys(kept, told)


def may_be_kept(row: Row) -> bool:
    """Whether HubSpot may keep another stage than the row's: not where it goes forward.

    A record that is known to have no stage stands before all of them. A stage of the company's
    own, or one that we do not know, may lie anywhere. Who moved the record on meanwhile is seen by
    the next look, as any other change.
    """
    wanted, before = row.values[STAGE], row.before.get(STAGE)
    if STAGE not in row.before or wanted not in ORDER:
        return True
    if before is None:
        return False
    return before not in ORDER or ORDER.index(str(before)) > ORDER.index(str(wanted))


def _kept(client: Client, obj: str, wanted: Mapping[str, str], priority: int) -> list[str]:
    """Return the ids whose stage is not the wanted one."""
    answer = client.read_batch(obj, list(wanted), [STAGE], priority=priority)
    held = {str(r["id"]): str(mapping(r.get("properties")).get(STAGE)) for r in records(answer)}
    return [own for own, stage in wanted.items() if own in held and held[own] != stage]


def _set(client: Client, obj: str, stages: Mapping[str, str], priority: int) -> None:
    inputs = [
        {"id": own, "properties": {STAGE: stage}, "objectWriteTraceId": f"{STAGE}-{own}"}
        for own, stage in stages.items()
    ]
    client.update(obj, inputs, priority=priority)


def _unsure(error: ConnectorError) -> dict[str, Any]:
    """Return the result of rows whose stage may be set, cleared or kept: read back, send again."""
    return {
        "outcome": Outcome.UNKNOWN,
        "field": STAGE,
        "code": "LIFECYCLE_UNSURE",
        "message": str(error),
        "retry_after": wait_of(error),
    }
