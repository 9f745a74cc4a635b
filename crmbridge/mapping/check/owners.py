"""Reps of the teams file that the mapping has no way to find in the sales system."""

from __future__ import annotations

from collections.abc import Iterator

from crmbridge.agreement import Teams
from crmbridge.mapping.schema import Mapping as MappingFile
from crmbridge.model.side import SALES

EXAMPLE = '[sales.queue] object = "Group", name = "Name", when = { Type = "Queue" }'


def unfound(mapping: MappingFile, teams: Teams) -> Iterator[str]:
    """Yield a line for each rep that no table of the sales system can tell us of."""
    sales = mapping.at_home(SALES)
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


def unqualified(mapping: MappingFile, teams: Teams) -> Iterator[str]:
    """Yield a line for each team that hands on what is qualified, where no status says so.

    A status of type won that only a conversion sets says it too late: the contact that it makes
    has no status.
    """
    lead = mapping.at_home(SALES).lead
    status, converted = lead.status, lead.converted
    won = [label for label, kind in status.types.items() if kind == "won"] if status else []
    if len(won) > (1 if converted is not None else 0):
        return
    for team in teams.teams:
        if team.hands_on is not None and team.hands_on.when == "qualified":
            yield (
                f"teams.toml: team {team.id!r} hands on what is qualified, and no status of "
                "mapping.toml says so but a conversion: give one the type won under "
                '[sales.lead.status] types, such as "Qualified" = "won", or write when = "accepted"'
            )
