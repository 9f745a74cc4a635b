"""Whose a deal is, which touches count, and how they share it (R6.1-R6.9, R6.15, R6.20)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from crmbridge.agreement.base import Table
from crmbridge.agreement.revenue.fiscal import FiscalStart, start_of
from crmbridge.agreement.revenue.models import ALWAYS, MODELS, CustomModel, ModelName
from crmbridge.model.evidence import PeoplePolicy, Sharing
from crmbridge.model.nearest import meant

Sourced = Literal["handed", "first_touch", "lead_source", "pre_sales"]
"""What makes a deal marketing's (R6.8)."""
Word = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
LONGEST = 36_500
"""Days that a window or a half-life may have: a hundred years."""
OPENS = "email_open"


class Attribution(Table):
    """What both sides agree on of deals and the touches before them.

    `people` and `conversion_counts_as_role` are as in `Sharing`. `models` are names of `MODELS` or
    of `custom` ones; `headline` is the number that both sides go by. `lookback_days` is how far
    before the deal was created a touch counts, `window_resets_on_win` that what led to an earlier
    win of the same account counts for that alone. `conversion_position` is what the J models take
    for the conversion. `touches` are the kinds that count; empty means all but `leave_out`.
    Touches of the `converting` kinds make a lead. `sourced` is what makes a deal marketing's,
    `lead_sources` are the deal's sources that do by `lead_source`. `min_won`, `min_closed` and
    `min_journeys` (of a channel) are what a model that is fitted needs at least.
    """

    people: PeoplePolicy = "hybrid"
    conversion_counts_as_role: bool = True
    models: tuple[str, ...] = Field(
        default=("first", "linear", "w_shaped"),
        min_length=1,
        json_schema_extra={"items": {"type": "string", "examples": list(MODELS)}},
    )
    headline: str = Field(default="w_shaped", json_schema_extra={"examples": list(MODELS)})
    custom: dict[ModelName, CustomModel] = Field(default_factory=dict, alias="model")
    lookback_days: int = Field(default=365, ge=1, le=LONGEST)
    window_resets_on_win: bool = True
    half_life_days: int = Field(default=30, ge=1, le=LONGEST)
    conversion_position: Literal["CW", "OC"] = "CW"
    touches: tuple[Word, ...] = ()
    leave_out: tuple[Word, ...] = (OPENS,)
    converting: tuple[Word, ...] = ("form",)
    sourced: Sourced = "handed"
    lead_sources: tuple[Word, ...] = ()
    fiscal_year_start: str = "01-01"
    markov_order: int = Field(default=1, ge=1, le=3)
    min_won: int = Field(default=300, ge=1)
    min_closed: int = Field(default=1000, ge=1)
    min_journeys: int = Field(default=30, ge=1)

    @field_validator("models", "touches", "leave_out", "converting", "lead_sources")
    @classmethod
    def _each_once(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        for word in words:
            if words.count(word) > 1:
                raise ValueError(f"{word!r} stands there twice: name each once")
        return words

    @field_validator("custom")
    @classmethod
    def _names_are_free(cls, custom: dict[str, CustomModel]) -> dict[str, CustomModel]:
        for name in custom:
            if name in MODELS:
                raise ValueError(
                    f"crmbridge has a model {name!r} of its own: give yours another name"
                )
        return custom

    @field_validator("fiscal_year_start")
    @classmethod
    def _every_year_has_it(cls, text: str) -> str:
        start_of(text)
        return text

    @model_validator(mode="after")
    def _models_are_known(self) -> Attribution:
        known = (*MODELS, *self.custom)
        for key, name in (*(("models", one) for one in self.models), ("headline", self.headline)):
            if name not in known:
                hint = meant(name, known, f"there are {', '.join(known)}")
                raise ValueError(f"{key} names {name!r}, and there is no such model; {hint}")
        return self

    @model_validator(mode="after")
    def _kinds_count_or_do_not(self) -> Attribution:
        both = set(self.touches) & set(self.leave_out)
        if both and "leave_out" in self.model_fields_set:
            raise ValueError(
                f"touches and leave_out both name {min(both)!r}: take it out of one of them"
            )
        return self

    @model_validator(mode="after")
    def _sources_are_agreed(self) -> Attribution:
        if self.sourced == "lead_source" and not self.lead_sources:
            raise ValueError(
                'sourced = "lead_source" needs lead_sources, the deal\'s sources that are '
                'marketing\'s: add them, such as lead_sources = ["Web", "Webinar"]'
            )
        return self

    @property
    def sharing(self) -> Sharing:
        """Who shares a deal."""
        return Sharing(people=self.people, conversion=self.conversion_counts_as_role)

    @property
    def posted(self) -> tuple[str, ...]:
        """The models that are worked out: the headline, first, linear, then those of the file."""
        return tuple(dict.fromkeys((self.headline, *ALWAYS, *self.models)))

    @property
    def fiscal_start(self) -> FiscalStart:
        """Month and day on which a fiscal year begins."""
        return start_of(self.fiscal_year_start)

    def counts(self, kind: str) -> bool:
        """Whether a marketing touch of this kind counts."""
        return kind in self.touches if self.touches else kind not in self.leave_out

    def counts_of_sales(self, kind: str) -> bool:
        """Whether what sales did counts, by its kind: only where the file names it (R6.2)."""
        return kind in self.touches

    def converts(self, kind: str) -> bool:
        """Whether a touch of this kind makes a lead."""
        return kind in self.converting
