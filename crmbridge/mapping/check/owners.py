"""Reps of the teams file that the mapping has no way to find in the sales system."""

from __future__ import annotations

from collections.abc import Iterator

from crmbridge.agreement import Rep, Team, Teams
from crmbridge.mapping.schema import Mapping as MappingFile
from crmbridge.mapping.schema import PersonMap, SystemMap
from crmbridge.model.nearest import meant
from crmbridge.model.side import SALES

EXAMPLE = '.queue] object = "Group", name = "Name", when = { Type = "Queue" }'


def unfound(mapping: MappingFile, teams: Teams) -> Iterator[str]:
    """Yield a line for each rep that no table of their sales system can tell us of."""
    of_sales = mapping.on(SALES)
    for rep in teams.reps:
        name = mapping.works_in(rep)
        if name not in of_sales:
            hint = meant(name, of_sales, f"of sales there are: {', '.join(of_sales)}")
            yield f"teams.toml: rep {rep.id!r} works in no system of sales: {name!r}; {hint}"
        else:
            yield from _untold(name, mapping.system(name), rep)


def _untold(name: str, sales: SystemMap, rep: Rep) -> Iterator[str]:
    if rep.kind == "queue" and sales.queue is None:
        yield (
            f"teams.toml: rep {rep.id!r} is a queue, and mapping.toml reads none: add a table "
            f"such as [{name}{EXAMPLE}, or take the rep out"
        )
    elif rep.kind == "rules" and not sales.lead.owner:
        yield (
            f"teams.toml: rep {rep.id!r} stands for assignment rules, and mapping.toml "
            f"[{name}.lead] names no owner that they could choose: add owner, or take the rep out"
        )


def unserved(mapping: MappingFile, teams: Teams) -> Iterator[str]:
    """Yield a line for each system of sales that leads go to by a rule, and in which nobody works.

    The home is one of them, unless a rule takes every lead.
    """
    home = mapping.home(SALES)
    served = {mapping.works_in(rep) for rep in teams.reps if rep.on}
    asked = [rule.system for rule in mapping.goes_to]
    if mapping.goes_to and all(rule.when for rule in mapping.goes_to):
        asked.append(home)
    for name in dict.fromkeys(asked):
        if name not in served:
            yield (
                f"teams.toml: leads go to {name} by [[goes_to]] of mapping.toml, and no rep who is "
                f'on works there, so they will wait: add reps with system = "{name}"'
            )


def unqualified(mapping: MappingFile, teams: Teams) -> Iterator[str]:
    """Yield a line for each team that hands on what is qualified, where no status says so.

    A status of type won that only a conversion sets says it too late: the contact that it makes
    has no status.
    """
    late = [name for name in mapping.on(SALES) if _by_conversion(mapping.system(name).lead)]
    for team in teams.teams:
        if team.hands_on is None or team.hands_on.when != "qualified":
            continue
        theirs = _where(mapping, team)
        for name in (name for name in late if name in theirs):
            yield (
                f"teams.toml: team {team.id!r} hands on what is qualified, and no status of "
                "mapping.toml says so but a conversion: give one the type won under "
                f'[{name}.lead.status] types, such as "Qualified" = "won", or write '
                'when = "accepted"'
            )


def _by_conversion(lead: PersonMap) -> bool:
    """Whether nothing but a conversion says that a lead is qualified."""
    status, converted = lead.status, lead.converted
    won = [label for label, kind in status.types.items() if kind == "won"] if status else []
    return len(won) <= (1 if converted is not None else 0)


def _where(mapping: MappingFile, team: Team) -> set[str]:
    """The systems in which a team's reps work; the home where it has none."""
    return {mapping.works_in(rep) for rep in team.reps} or {mapping.home(SALES)}


def out_of_reach(mapping: MappingFile, teams: Teams) -> Iterator[str]:
    """Yield a line for each team that hands on to teams in other systems alone.

    A lead stays in its system for the whole trip, so it would wait for ever.
    """
    for team in teams.teams:
        to = [one for one in teams.teams if team.hands_on and one.id in team.hands_on.to]
        there = {name for one in to for name in _where(mapping, one)}
        for name in sorted(_where(mapping, team) - there) if to else ():
            yield (
                f"teams.toml: team {team.id!r} hands leads on, and nobody of its next teams works "
                f'in {name}, where they stay: add a rep with system = "{name}" to one of them'
            )
