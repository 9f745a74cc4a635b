"""The table of limits: how much may be written in one pass and in one day before the writer stops.

Not to be taken for `[sales] limits`, which is the quota of calls.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from crmbridge.mapping.tables.base import Shape

NOUGHT = (
    "a limit is at least 1: to let nothing be written at all, run `crmbridge disarm` and leave the "
    "limit out"
)


def _at_least_one(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool) and value < 1:
        raise ValueError(NOUGHT)
    return value


Number = Annotated[int, BeforeValidator(_at_least_one), Field(strict=True, ge=1)]


class Limit(Shape):
    """How many writes of one kind may leave: in one pass, and in one day of the company's zone."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    each: Number = Field(alias="pass")
    day: Number

    @model_validator(mode="after")
    def _a_day_has_a_pass(self) -> Limit:
        if self.day < self.each:
            raise ValueError(
                f"a day's limit of {self.day} is below a pass's of {self.each}, which could then "
                "never be reached: raise day, or lower pass"
            )
        return self


def _filled(name: str) -> BeforeValidator:
    """Either number may be left out: the built-in one stands, or the other where they clash."""

    def fill(value: object) -> object:
        if isinstance(value, Limit):
            return value
        usual = DEFAULTS[name]
        if not isinstance(value, dict):
            raise ValueError(  # noqa: TRY004  # pydantic takes this one for a fault of the file
                f"write a table of two numbers: {name} = {{ pass = {usual[0]}, day = {usual[1]} }}"
            )
        both = dict(value)
        each, day = both.setdefault("pass", usual[0]), both.setdefault("day", usual[1])
        if isinstance(each, int) and isinstance(day, int) and day < each:
            if "day" not in value:
                both["day"] = each
            elif "pass" not in value:
                both["pass"] = day
        return both

    return BeforeValidator(fill)


DEFAULTS = {
    "creates": (500, 2000),
    "overwrites": (1000, 5000),
    "clears": (100, 500),
    "backward": (50, 200),
    "enrolments": (500, 2000),
    "owners": (100, 500),
}
"""The limits of a company that names none, by kind: of a pass, of a day."""


def _usual(name: str) -> Limit:
    each, day = DEFAULTS[name]
    return Limit.model_validate({"pass": each, "day": day})


class LimitsMap(Shape):
    """Limits by kind of write; see docs/howto/write-a-mapping.md for what each counts.

    `share` is in percent of the known leads, of a pass, where there are 200 or more.
    """

    creates: Annotated[Limit, _filled("creates")] = _usual("creates")
    overwrites: Annotated[Limit, _filled("overwrites")] = _usual("overwrites")
    clears: Annotated[Limit, _filled("clears")] = _usual("clears")
    backward: Annotated[Limit, _filled("backward")] = _usual("backward")
    enrolments: Annotated[Limit, _filled("enrolments")] = _usual("enrolments")
    owners: Annotated[Limit, _filled("owners")] = _usual("owners")
    share: Annotated[Number, Field(le=100)] = 20

    def by_kind(self) -> Iterator[tuple[str, int, int]]:
        """Yield each kind that is counted in writes: its name, a pass's limit, a day's."""
        for name in DEFAULTS:
            one: Limit = getattr(self, name)
            yield name, one.each, one.day
