"""Why a lead waits in a team's line, and the one act that frees it: the same on every page."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from crmbridge.agreement import Team as Shape
from crmbridge.policy.routing.assign import Bar

NO_BAR = (Bar(below=Fraction(2), min_rating="cold"),)
"""A team without bars bars nothing; it is never more than full, which is 1."""
REASONS: Mapping[str, str] = {
    "below_bar": "it is below what the team lets through now",
    "team_limit": "the team has had its leads of the day",
    "release_limit": "the team has had its people of the past for the day",
    "no_eligible_rep": "no rep may have it: excluded, off, or without the skill",
    "rep_absent": "every rep who may have it is absent",
    "outside_hours": "every rep who may have it is outside their hours",
    "owner_not_free": "it waits for the rep who knows it",
    "no_capacity": "every rep who may have it is at a limit",
}
"""Why a lead waits (R4.10), in a sentence."""
_REMEDIES: Mapping[str, str] = {
    "": "Nothing is to be done: the next pass looks at it.",
    "team_limit": "Raise the team's limit of the day; else it goes on the next day.",
    "release_limit": "Raise the limit for people of the past; else it goes on one of the next "
    "days.",
    "no_eligible_rep": "Let a rep of the team have it: the lead's page says what keeps each of "
    "them from it.",
    "rep_absent": "Let another rep of the team have it; else it goes when one of them is back.",
    "outside_hours": "Nothing is to be done: it goes in the reps' next working hour.",
    "owner_not_free": "Make room with the rep who knows it: finish open work of theirs.",
    "no_capacity": "Make room with a rep who may have it: finish open work, or raise a limit.",
}
_NO_TEAM = "Let a team take it: see what the teams take in teams.toml."
_NEVER = "the team lets no such lead through, however empty it is."


def bars_of(team: Shape) -> tuple[Bar, ...]:
    """What a team of the file lets through at which fill, in the order of rising fill."""
    return (
        tuple(
            Bar(
                below=line.share,
                min_rating=line.min_rating or "",
                grades=frozenset(line.grades),
            )
            for line in team.bar
        )
        or NO_BAR
    )


def remedy(reason: str, team: Shape | None, grade: str, rating: str, *, on: bool = False) -> str:
    """What a person does so that a lead goes that waits for a reason, in a sentence or two.

    `team` is the one in whose line it stands, `None` where no team takes it, and `grade` and
    `rating` are the lead's. `on` is true of one that another team of sales hands on or back.
    Empty for a reason that is not known.
    """
    if team is None:
        return _NO_TEAM
    if reason != "below_bar":
        return _REMEDIES.get(reason, "")
    fits = max((bar.below for bar in bars_of(team) if bar.lets(grade, rating)), default=None)
    if fits is not None:
        return (
            "Make room in the team: finish open work, or end a pause. It goes once the team is "
            f"less than {round(min(fits, Fraction(1)) * 100)} % full."
        )
    if on:
        return f"Make a rep of the team its owner in the CRM: {_NEVER}"
    return f"Let such leads through in teams.toml: {_NEVER}"
