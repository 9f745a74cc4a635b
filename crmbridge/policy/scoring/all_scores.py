"""All scores of a lead at one instant, and the facts that follow from them (section 2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal

from crmbridge.agreement.shape import Agreement
from crmbridge.model.record import Value
from crmbridge.model.touch import Touch
from crmbridge.policy.definition.terms import terms
from crmbridge.policy.scoring.engagement import (
    Score,
    buying_stage,
    engagement,
    hand_raise_at,
    newest_first,
    signals,
    since_of,
)
from crmbridge.policy.scoring.fit import FitScore, band, fit, grid_rating, rating

NO_FIT_LETTER = "C"
"""The letter that counts where the agreement has no [fit]: unknown fit is not bad fit (R2.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """What a lead scores, part by part.

    `since` is the engagement since the cycle opened (R2.11). `letter` is the one that counts,
    `grade` letter and digit as shown: `B2`, or `D?3` for a lead of whom little is known. `fit` is
    `None` where the agreement has no [fit], and the grade is then the digit alone. `signals` are
    live ones with their rating, the newest first.
    """

    engagement: Score
    since: Decimal
    fit: FitScore | None
    letter: str
    digit: int
    grade: str
    rating: str
    grid_rating: str
    signals: tuple[tuple[Touch, str], ...]
    buying_stage: str | None
    hand_raise_at: datetime | None

    @property
    def points(self) -> Decimal:
        """The engagement score, from 0 to 100."""
        return self.engagement.total

    @property
    def in_line(self) -> str:
        """Letter and digit by which a lead stands in line, and which a team's bar looks at."""
        return f"{self.letter}{self.digit}"


def scores(
    agreement: Agreement,
    facts: Mapping[str, Value],
    touches: Sequence[Touch],
    as_of: datetime,
    opened: datetime,
    *,
    zone: tzinfo | None = None,
) -> Scores:
    """Score a lead as of an instant from facts and touches alone (R2.12).

    Touches after `as_of` do not count; who asks what was known then leaves out those recorded
    later. `opened` is when the lead's cycle began, `zone` the company's (the agreement's if not
    given).
    """
    zone = zone or agreement.tz
    agreed, grid = terms(agreement), agreement.grid
    rules = agreed.rules
    past = newest_first(touches, as_of)
    total = engagement(past, rules, as_of, zone=zone)
    fitness = fit(agreement.fit, facts, agreed.types, as_of, zone) if agreement.fit else None
    letter = fitness.effective if fitness else NO_FIT_LETTER
    digit = band(grid.digits, total.total)
    live = tuple(signals(past, rules, as_of))
    said = grid_rating(grid, letter, digit)
    return Scores(
        engagement=total,
        since=since_of(total, rules, opened),
        fit=fitness,
        letter=letter,
        digit=digit,
        grade=_grade(fitness, digit),
        rating=rating(said, [raised for _, raised in live], letter, agreed.worst),
        grid_rating=said,
        signals=live,
        buying_stage=buying_stage(past, rules, as_of),
        hand_raise_at=hand_raise_at(past, agreement.hand_raise, as_of),
    )


def _grade(fitness: FitScore | None, digit: int) -> str:
    if fitness is None:
        return str(digit)
    return f"{fitness.letter}{'?' if fitness.unknown else ''}{digit}"


def score_facts(found: Scores, touches: int) -> dict[str, Value]:
    """Return the facts that a definition may ask for; `touches` is how many there were."""
    fitness = found.fit
    return {
        "engagement": found.points,
        "engagement_since": found.since,
        "engagement_digit": found.digit,
        "buying_stage": found.buying_stage,
        "hand_raise_at": found.hand_raise_at,
        "signals": tuple(sorted({touch.asset or touch.kind for touch, _ in found.signals})),
        "touches": touches,
        "rating": found.rating,
        "grade": found.grade,
        "grade_letter": found.letter if fitness else None,
        "fit": fitness.score if fitness else None,
        "completeness": fitness.completeness if fitness else None,
    }
