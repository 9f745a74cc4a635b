"""What is doubtful or wrong in the teams: facts that no lead has, skills and desks that are not."""

from __future__ import annotations

from collections.abc import Iterator

from crmbridge.agreement.finding import Finding
from crmbridge.agreement.routing.teams import Teams
from crmbridge.agreement.shape import Agreement
from crmbridge.model.nearest import meant


def unknown_team_facts(agreement: Agreement, teams: Teams) -> Iterator[Finding]:
    """Find facts named in `takes` and `skills` that no lead has.

    A company's own fact (`x_<name>`) may stand under [fields] of another version, so that it is
    only mentioned.
    """
    named = [(f"team {team.id!r}: takes", word) for team in teams.teams for word in team.takes]
    named += [(f"skills #{n}", rule.field) for n, rule in enumerate(teams.skills, 1)]
    for where, word in named:
        if word not in agreement.types:
            hint = meant(word, agreement.types, "docs/agreement.md lists them")
            own = word.startswith("x_")
            if own:
                hint += f"; your own are declared under [fields] of version {agreement.version}"
            yield Finding(text=f"teams.toml: {where}: unknown fact {word!r}; {hint}", fatal=not own)


def odd_teams(teams: Teams) -> Iterator[Finding]:
    """Find teams, limits, weights and skills that hand out nothing, or nearly all to one rep."""
    yield from _desks(teams)
    yield from _skills(teams)
    working = [rep for rep in teams.reps if rep.on]
    for rep in working:
        if rep.open_limit > 500:
            yield _odd(f"rep {rep.id!r} may hold {rep.open_limit} open leads; is that meant?")
    weights = [rep.weight for rep in working]
    if weights and max(weights) > 20 * min(weights):
        yield _odd("the heaviest rep has more than 20 times the weight of the lightest")


def _desks(teams: Teams) -> Iterator[Finding]:
    if not sum(rep.open_limit for rep in teams.reps if rep.on):
        yield _odd("no rep is on with an open_limit above 0, so every lead will wait")
    for team in teams.teams:
        if not team.reps:
            yield _odd(
                f"team {team.id!r} has no rep, so its leads will wait: add one as "
                "[[teams.reps]] below it, or take the team away"
            )


def _skills(teams: Teams) -> Iterator[Finding]:
    known = sorted({skill for rep in teams.reps for skill in rep.skills})
    for skill in dict.fromkeys(rule.skill for rule in teams.skills):
        if skill not in known:
            hint = meant(skill, known, "add it to the skills of a rep")
            yield _odd(f"no rep has the skill {skill!r}, so leads that need it will wait; {hint}")


def _odd(text: str) -> Finding:
    return Finding(text=f"teams.toml: {text}", fatal=False)
