"""What HubSpot's definitions leave out: stages kept elsewhere, a consent that is written apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from connectors.hubspot.client import Client
from connectors.hubspot.consent import OPT_OUT
from connectors.hubspot.kinds import OFFER
from crmbridge.errors import Refused
from crmbridge.kit.fields import items
from crmbridge.model.record import Field

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
