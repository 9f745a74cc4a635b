"""Associates records just written with others that their rows name; none is taken away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from connectors.hubspot.associated import named
from connectors.hubspot.client import Client
from connectors.hubspot.kinds import LINK, canonical
from connectors.hubspot.verdicts import of_row
from crmbridge.errors import ConnectorError, NotSupported
from crmbridge.kit import words
from crmbridge.kit.fields import chunks, items, mapping
from crmbridge.model.record import Outcome, Row, Value, Written

LINK_BATCH = 2000
"""Inputs a call. Source: hubspot.md 1.2."""
LINK_TYPES: Mapping[tuple[str, str], int] = {("deals", "contacts"): 3}
"""The vendor's association types that rows can ask for. Source: hubspot.md 1.9."""

End = tuple[int, str]
"""The number of a row, and the id at the other end."""


def settle(
    client: Client,
    obj: str,
    rows: Sequence[Row],
    results: dict[int, Written],
    numbers: Sequence[int],
    priority: int,
) -> None:
    """Link the rows with these numbers, all of them done, and correct the results that fail."""
    for name in sorted({n for number in numbers for n in rows[number].values if LINK in n}):
        ends = [(n, end) for n in numbers for end in _several(rows[n].values.get(name))]
        other = canonical(name.removeprefix(LINK))
        for part in chunks(ends, LINK_BATCH):
            for number, bad in _link(client, obj, other, rows, results, part, priority).items():
                results[number] = replace(bad, id=results[number].id, field=name)


def _link(
    client: Client,
    obj: str,
    other: str,
    rows: Sequence[Row],
    results: Mapping[int, Written],
    ends: Sequence[End],
    priority: int,
) -> dict[int, Written]:
    kind = LINK_TYPES.get((obj, other))
    try:
        if kind is None:
            raise NotSupported(f"HubSpot: a write cannot link {obj} to {other}")
        types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": kind}]
        inputs = [
            {"from": {"id": results[n].id}, "to": {"id": end}, "types": types} for n, end in ends
        ]
        answer = client.associate(obj, other, inputs, priority=priority)
    except ConnectorError as error:
        return {number: words.failed(rows[number], error) for number, _ in ends}
    found: dict[int, Written] = {}
    for trouble in items(mapping(answer.data).get("errors")):
        of = named(trouble)  # an error that names nobody is about all
        for number, end in ends:
            if not of or of & {results[number].id, end}:
                found[number] = _refused(of_row(obj, rows[number], trouble))
    return found


def _refused(result: Written) -> Written:
    """Return a result for the row itself: it is the other end that is gone or has moved."""
    if result.outcome in {Outcome.GONE, Outcome.MOVED}:
        return replace(result, outcome=Outcome.REFUSED, moved_to=None)
    return result


def _several(value: Value) -> Sequence[str]:
    if isinstance(value, tuple):
        return value
    return (str(value),) if value else ()
