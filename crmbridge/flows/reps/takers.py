"""Which teams of sales take a lead, and which of them get it next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crmbridge.agreement import Teams
from crmbridge.flows.scene.lead_view import View
from crmbridge.model.lifecycle import EXPANSION
from crmbridge.model.record import Value

MOTION = "motion"
"""The fact that says whether somebody has bought before."""


def takers(teams: Teams, lead: View) -> list[str]:
    """The teams whose `takes` a lead fulfils, in the order of the file."""
    return [
        team.id
        for team in teams.teams
        if team.takes
        and all(holds(lead.facts.get(word), values) for word, values in team.takes.items())
    ]


def motioned(teams: Teams, lead: View, takes: Sequence[str]) -> tuple[str, ...]:
    """The teams that take a lead: of a customer those that name expansion alone, if any does.

    `takes` are those whose rule names the lead, and who may be given it in this place.
    """
    theirs = {team.id for team in teams.teams if MOTION in team.takes}
    own = [one for one in takes if one in theirs]
    return tuple(own if own and lead.facts.get(MOTION) == EXPANSION else takes)


def next_teams(teams: Teams, lead: View) -> tuple[str, ...]:
    """The teams that may get a lead that another team hands on, or gives back; empty for none.

    Teams that name the lead go before those that take every one.
    """
    told = lead.state.passing
    found = [one for one in (teams.team(ident) for ident in told["to"]) if one is not None]
    if told["back"]:
        return tuple(one.id for one in found)
    takes = motioned(teams, lead, [one for one in takers(teams, lead) if one in told["to"]])
    named = [one.id for one in found if one.takes and one.id in takes]
    return tuple(named or [one.id for one in found if not one.takes])


def holds(value: Value, wanted: Iterable[str]) -> bool:
    """Whether a fact has one of the values, in whatever case."""
    held = value if isinstance(value, tuple | list) else (value,)
    told = {str(one).strip().casefold() for one in held if one is not None}
    return any(one.strip().casefold() in told for one in wanted)
