"""Lifecycle stages: HubSpot takes a backward move with success and ignores it, so read it back.

Going back takes two calls, one that clears and a later one that sets, because the order inside
one batch is not kept. Source: hubspot.md 0.5, 6.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.hubspot import verdicts
from connectors.hubspot.client import WHOLE_REFUSED, records
from connectors.hubspot.means import Means
from connectors.hubspot.values import mapping
from crmbridge.errors import ConnectorError, Unavailable
from crmbridge.model.record import Outcome, Row

STAGE = "lifecyclestage"
ORDER = (
    *("subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead"),
    *("opportunity", "customer", "evangelist", "other"),
)
"""HubSpot's own stages from the first to the last. Source: hubspot.md 1.6."""


def settle(writer: Means, obj: str, wanted: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Make the vendor hold the wanted stage of each record id, as far as it may go back.

    Returns, by id, what changes in the row's result: nothing for a stage that holds. A kept stage
    is DONE with the field named when going back is off, and REFUSED when it was tried in vain.
    """
    try:
        kept = _kept(writer, obj, wanted)
        if kept and writer.backward:
            _set(writer, obj, dict.fromkeys(kept, ""), set(kept))
            _set(writer, obj, {own: wanted[own] for own in kept}, set(kept))
            kept = _kept(writer, obj, {own: wanted[own] for own in kept})
    except ConnectorError as error:
        return dict.fromkeys(wanted, _unsure(error)) if writer.backward else {}
    told: dict[str, Any] = {
        "field": STAGE,
        "code": "LIFECYCLE_KEPT",
        "message": "HubSpot kept another lifecycle stage, as it does with moves backwards",
    }
    if writer.backward:
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


def _kept(writer: Means, obj: str, wanted: Mapping[str, str]) -> list[str]:
    """Return the ids whose stage is not the wanted one."""
    answer = writer.client.read_batch(obj, list(wanted), [STAGE], priority=writer.priority)
    held = {str(r["id"]): str(mapping(r.get("properties")).get(STAGE)) for r in records(answer)}
    return [own for own, stage in wanted.items() if own in held and held[own] != stage]


def _set(writer: Means, obj: str, stages: Mapping[str, str], ids: set[str]) -> None:
    inputs = [
        {"id": own, "properties": {STAGE: stage}, "objectWriteTraceId": f"{STAGE}-{own}"}
        for own, stage in stages.items()
        if own in ids
    ]
    answer = writer.client.update(obj, inputs, priority=writer.priority)
    if answer.status in WHOLE_REFUSED:
        raise Unavailable("HubSpot refused a change of lifecycle stages")


def _unsure(error: ConnectorError) -> dict[str, Any]:
    """Return the result of rows whose stage may be set, cleared or kept: read back, send again."""
    wait = verdicts.wait_of(error)
    return {
        "outcome": Outcome.UNKNOWN,
        "field": STAGE,
        "code": "LIFECYCLE_UNSURE",
        "message": str(error),
        "retry_after": wait,
    }
