"""The shape of what a team hands out to whom: bars by fill, pulls, skills that a lead needs."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from crmbridge.agreement.base import Table
from crmbridge.agreement.rating import Rating


def _share(value: Any) -> Any:
    """Read `"4/5"` or `0.8` as one exact number.

    Raises:
        ValueError: it is neither.
    """
    try:
        found = Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        raise ValueError(f'{value!r} is no share: write 0.8, or "4/5"') from None
    return str(found)


Share = Annotated[str, BeforeValidator(_share)]
"""A fraction as text: TOML has no fractions, and JSON schemas know no others."""


class BarLine(Table):
    """What passes while a team is less full than `below`: a least rating, or some grades."""

    below: Share
    min_rating: Rating | None = None
    grades: tuple[Annotated[str, Field(pattern=r"^[A-Z][1-9]$")], ...] = ()

    @model_validator(mode="after")
    def _one_kind(self) -> BarLine:
        if (self.min_rating is None) == (not self.grades):
            raise ValueError('a bar has either min_rating or grades: min_rating = "hot"')
        if not 0 < self.share <= 1:
            raise ValueError(f"below is {self.below}: a share above 0 and at most 1")
        return self

    @property
    def share(self) -> Fraction:
        """`below` as a number."""
        return Fraction(self.below)


def check_rising(bars: Iterable[BarLine]) -> None:
    """Raise `ValueError` when the bars are not in the order of rising fill."""
    for one, other in pairwise(bars):
        if other.share <= one.share:
            raise ValueError(
                f"the bar below {other.below} comes after the one below {one.below}, which is "
                "looked at first: write the lowest share first, each once"
            )


class Pull(Table):
    """What a rep may fetch: how many leads a day, and from which rating on."""

    per_day: int = Field(default=5, ge=0)
    min_rating: Rating = "warm"


class Release(Table):
    """How many people a team is given in a day who were ready before crmbridge came."""

    per_day: int = Field(default=20, ge=0)


class SkillRule(Table):
    """A skill that the rep needs where a fact of the lead has one of these values."""

    field: str = Field(min_length=1)
    values: tuple[str, ...] = Field(min_length=1)
    skill: str = Field(min_length=1)
