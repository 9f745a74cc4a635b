"""Reps of the teams file that the mapping has no way to find in the sales system."""

from __future__ import annotations

from collections.abc import Iterator

from crmbridge.agreement import Teams
from crmbridge.mapping.schema import Mapping as MappingFile

EXAMPLE = '[sales.queue] object = "Group", name = "Name", when = { Type = "Queue" } for Salesforce'


def unfound(mapping: MappingFile, teams: Teams) -> Iterator[str]:
    """Yield a line for each rep that no table of the sales system can tell us of."""
    sales = mapping.sales
    for rep in teams.reps:
        if rep.kind == "queue" and sales.queue is None:
            yield (
                f"teams.toml: rep {rep.id!r} is a queue, and mapping.toml reads none: add a table "
                f"such as {EXAMPLE}, or take the rep out"
            )
        elif rep.kind == "rules" and not sales.lead.owner:
            yield (
                f"teams.toml: rep {rep.id!r} stands for assignment rules, and mapping.toml "
                "[sales.lead] names no owner that they could choose: add owner, or take the rep out"
            )
