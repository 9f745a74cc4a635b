"""The line of one of a lead's fields: the vendor fields that hold it, and how it is turned."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from crmbridge.mapping.tables.base import Scalar, Shape, known_transform
from crmbridge.model.authority import Authority

Way = Literal["in", "out", "both"]


class FieldMap(Shape):
    """One lead field and the vendor field it lives in.

    `values` translates whole values: vendor to ours for `in` and `both`, ours to vendor for
    `out`. `default` is written where we have nothing (a vendor may require the field). `adopt`,
    of `stage` alone, says in which stage of ours a record is taken over that shows a value at the
    first look; what it does not name follows from `values`. `only_if_empty`: a record that holds
    a value keeps it. `read` is another field from which it is read; then `field` is only written.
    `rest` is a second field: when read, the text of the two is one, with a space between; when
    written, `field` gets the first word, and `rest` all others, or the only one. `authority` is the
    word's rule, where it does not stand under [authority].
    """

    field: str = Field(min_length=1)
    read: str = ""
    rest: str = ""
    way: Way = "both"
    via: str = ""
    values: dict[str, str] = {}
    default: Scalar | None = None
    adopt: dict[str, str] = {}
    only_if_empty: bool = False
    authority: Authority | None = None

    @field_validator("via")
    @classmethod
    def _known_transform(cls, name: str) -> str:
        return known_transform(name)

    @model_validator(mode="after")
    def _read_elsewhere(self) -> FieldMap:
        if self.read and self.way != "both":
            raise ValueError(
                "read is for a value that is read from one field and written to another: write "
                'way = "both", or name the one field as field'
            )
        if self.read and (self.read == self.field or self.rest):
            raise ValueError(
                "read names a field apart from the one that is written, and goes without rest: "
                "take it out, or name another field"
            )
        if self.rest and (self.via or self.values or self.rest == self.field):
            raise ValueError(
                "rest joins two fields of plain text: name a second field, without via and values"
            )
        return self

    @model_validator(mode="after")
    def _filled_by_us(self) -> FieldMap:
        if self.only_if_empty and self.way != "out":
            raise ValueError(
                "only_if_empty is for what goes out alone: what comes in is merged by authority; "
                'write way = "out", or take the line out'
            )
        return self

    @model_validator(mode="after")
    def _ruled_where_it_comes_in(self) -> FieldMap:
        if self.authority is not None and not self.reads:
            raise ValueError(
                "authority says what becomes of two values that come in, and this line only goes "
                "out: take it out, or write only_if_empty = true, so that a value there stays"
            )
        return self

    @model_validator(mode="after")
    def _one_to_one(self) -> FieldMap:
        if self.way == "both" and len(set(self.values.values())) != len(self.values):
            raise ValueError(
                "two vendor values mean the same of ours, so the way back is not clear: "
                'make it way = "in", or the table one to one'
            )
        return self

    @property
    def source(self) -> str:
        """The field that the value is read from, the first of two."""
        return self.read or self.field

    @property
    def names(self) -> tuple[str, ...]:
        """All fields of the line."""
        return tuple(one for one in (self.field, self.read, self.rest) if one)

    @property
    def reads(self) -> bool:
        """Whether the vendor's value comes in."""
        return self.way != "out"

    @property
    def writes(self) -> bool:
        """Whether our value goes out."""
        return self.way != "in"


def _short(value: Any) -> Any:
    return {"field": value} if isinstance(value, str) else value


FieldEntry = Annotated[FieldMap, BeforeValidator(_short)]
