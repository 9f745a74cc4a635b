"""Associates records just written with others that their rows name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from connectors.hubspot.bulk import named
from connectors.hubspot.client import Client
from connectors.hubspot.kinds import LINK, canonical
from connectors.hubspot.verdicts import of_row
from crmbridge.errors import NotSupported
from crmbridge.kit.fields import items, mapping
from crmbridge.kit.linking import Linking, Trouble
from crmbridge.model.record import Row, Written

LINK_TYPES: Mapping[tuple[str, str], int] = {("deals", "contacts"): 3}
"""The vendor's association types that rows can ask for. Source: hubspot.md 1.9."""


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
