"""What marketing and sales of the demo's company have agreed, as sentences a manager would read."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from crmbridge.agreement import Agreement, Criteria, Team, Teams
from crmbridge.agreement.definition.criteria import leaves
from crmbridge.agreement.stages import named, own_of
from crmbridge.testing.demo.cast import Player, everybody
from crmbridge.testing.demo.lives import plain


def terms(agreement: Agreement, teams: Teams) -> Iterator[str]:
    """Yield the paragraphs: who is ready, who works them, how fast, who else is cared for."""
    yield _definition(agreement)
    yield _row(agreement, teams)
    yield _room(teams)
    yield from _clocks(agreement)
    yield from _nurture(agreement)
    yield from _customers(agreement, teams)
    yield from _stages(agreement)


def _definition(agreement: Agreement) -> str:
    asked = value_of(agreement.definition, "raised_hand")["days"]
    return (
        "A lead is sales-ready when it may be written to, has an e-mail address, is no student, "
        "competitor, customer or colleague and on no open deal, and has either "
        f"{value_of(agreement.definition, 'engaged')} points of engagement or asked for us within "
        f"{asked} days. Sales has {agreement.stale.untouched} to touch it{_who_next(agreement)}, "
        f"and then {agreement.stale.idle_days} between two steps; after that it is taken back. A "
        "lead that "
        f"comes back is treated by its reason: the table has {len(agreement.recycle.reasons)} of "
        "them."
    )


def _who_next(agreement: Agreement) -> str:
    """How long the next team has for what it is handed on, where that is agreed apart."""
    if agreement.stale.handed_on is None:
        return ""
    return f" (who it is handed on to, {agreement.stale.of_handed_on.untouched})"


def _row(agreement: Agreement, teams: Teams) -> str:
    """Say which team has a lead first, which next, and when it goes back to the first."""
    rows = agreement.recycle.reasons.items()
    back = [plain(name) for name, row in rows if row.handed_on == "back"]
    found = []
    for team in teams.teams:
        for name in team.hands_on.to if team.hands_on else ():
            target = teams.team(name)
            found.append(
                f"Callers speak with a lead first: {people(team)}. What they qualify is handed on "
                f"to a rep: {people(target)}."
            )
    if back:
        found.append(
            f"What a rep gives back for one of these reasons goes back to its caller: "
            f"{', '.join(back)}; for any other the trip is over."
        )
    return " ".join(found)


def people(team: Team | None) -> str:
    """The people of a team by their first names, with what they are like."""
    players: dict[str, Player] = {one.id: one for one in everybody()}
    mine = [players[rep.id] for rep in team.reps if rep.id in players] if team else []
    return ", ".join(f"{one.name.split()[0]} ({one.words})" for one in mine)


def _room(teams: Teams) -> str:
    bars = [
        f"under {100 * float(Fraction(one.below)):.0f} % full "
        + (f"{one.min_rating} leads" if one.min_rating else f"only {', '.join(one.grades)}")
        for team in teams.teams
        for one in team.bar
    ]
    return (
        "Everybody gets leads in their hours, on working days, up to a limit of open leads and of "
        "new ones a day. The fuller the callers, the higher the bar: "
        f"{', '.join(bars)}. Who does not pass stays in nurture, in line; a qualified lead "
        "passes whenever a rep has room, and stays with its caller until then."
    )


def _clocks(agreement: Agreement) -> Iterator[str]:
    if agreement.sla is None:
        return
    first, on = agreement.sla.first_touch, agreement.sla.handed_on
    next_team = ""
    if on is not None:
        next_team = (
            f" A rep calls within {on.first_touch} business hours of the hand-on, and "
            f"answers within {on.answer}."
        )
    yield (
        f"Whoever asked for us is called within {first.hand_raise} business hour, a hot lead "
        f"within {first.hot}, any other within {first.warm}; within {agreement.sla.answer} it is "
        f"accepted or given back.{next_team} When a clock runs out, who has the lead and the "
        "manager hear of it."
    )


def _nurture(agreement: Agreement) -> Iterator[str]:
    for rule in agreement.nurture:
        stages = " or ".join(own_of(agreement.stages, one).name or one for one in rule.stages)
        yield (
            f"Who was never ready, is still {stages}, and reads is on the nurture track "
            f"'{rule.track}' by the rule '{rule.name}', until they are ready."
        )


def _customers(agreement: Agreement, teams: Teams) -> Iterator[str]:
    if agreement.expansion is None:
        return
    days = value_of(agreement.expansion, "asks_again")["days"]
    care = next((one for one in teams.teams if "motion" in one.takes), None)
    yield (
        f"A customer is judged apart: ready is who asked again within {days} days, with no deal "
        f"in hand. They go straight to {people(care)}."
    )


def _stages(agreement: Agreement) -> Iterator[str]:
    for core, own in agreement.stages.items():
        parts = [part.name for stage, part, _ in named(agreement.stages) if stage == core and part]
        yield (
            f"The company has its own words: '{core}' is '{own.name or core}', and in it are those "
            f"who are {' and those who are '.join(parts)}, by what they read."
        )


def value_of(tree: Criteria | None, name: str) -> Any:
    """The value that a criterion of a definition compares with; `None` where it is not there."""
    asked = leaves(tree) if tree is not None else ()
    return next((leaf.value for leaf in asked if leaf.id == name), None)
