"""A value of ours as a vendor's field can hold it, with a note, or why it cannot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum

from crmbridge.model.record import Field, Value
from crmbridge.policy.fit.text import (
    cut,
    day_in,
    instant_in,
    number_in,
    rounded,
    truth_in,
    written,
)

SPELT = "in the vendor's spelling"
"""The note of a choice that is written in another case."""


class Why(StrEnum):
    """Why a field cannot hold a value."""

    MISSING = "missing"
    READ_ONLY = "read_only"
    REQUIRED = "required"
    CHOICE = "choice"
    SEVERAL = "several"
    NUMBER = "number"
    RANGE = "range"
    TRUTH = "truth"
    DAY = "day"
    LONG = "long"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """What is sent for a value; `note` says in a few words how it was changed, empty for not at
    all. `why` says that nothing can be sent. A note holds no word of the value.
    """

    value: Value = None
    note: str = ""
    why: Why | None = None

    def __repr__(self) -> str:
        return f"Fitted(note={self.note!r}, why={self.why})"  # the value may be personal


def fit(value: Value, field: Field | None, zone: tzinfo) -> Fitted:
    """Fit a value into a field; `None` as the field says that the vendor has none of that name.

    `zone` is the company's, in which an instant falls on a day.
    """
    if field is None:
        return Fitted(why=Why.MISSING)
    if not field.writable:
        return Fitted(why=Why.READ_ONLY)
    if value is None or value in ("", ()):
        return Fitted(why=Why.REQUIRED) if field.required else Fitted(value=value or None)
    made = _MAKERS.get(field.type)
    return made(value, field, zone) if made else Fitted(value=value)


def _text(value: Value, field: Field, zone: tzinfo) -> Fitted:
    text = written(value)
    note = "" if isinstance(value, str) else "as text"
    if not field.length or len(text) <= field.length:
        return Fitted(value=text, note=note)
    if not isinstance(value, str | tuple):
        return Fitted(why=Why.LONG)  # half a number or a date is another one
    note = f"cut: it is {len(text):,} characters, {field.length:,} fit"
    return Fitted(value=cut(text, field.length), note=note)


def _number(value: Value, field: Field, zone: tzinfo) -> Fitted:
    number = number_in(value)
    if number is None:
        return Fitted(why=Why.NUMBER)
    short = number if field.scale is None else rounded(number, field.scale)
    if field.digits and abs(short) >= 10**field.digits:
        return Fitted(why=Why.RANGE)
    if short != number:
        return Fitted(value=short, note=f"rounded to {field.scale} digits behind the point")
    return Fitted(value=number, note="as a number" if isinstance(value, str) else "")


def _truth(value: Value, field: Field, zone: tzinfo) -> Fitted:
    found = truth_in(value)
    if found is None:
        return Fitted(why=Why.TRUTH)
    return Fitted(value=found, note="" if isinstance(value, bool) else "as yes or no")


def _date(value: Value, field: Field, zone: tzinfo) -> Fitted:
    day = day_in(value, zone)
    if day is None:
        return Fitted(why=Why.DAY)
    if isinstance(value, datetime):
        return Fitted(value=day, note="its day in the company's zone")
    return Fitted(value=day, note="" if isinstance(value, date) else "as a day")


def _datetime(value: Value, field: Field, zone: tzinfo) -> Fitted:
    at = instant_in(value, zone)
    if at is None:
        return Fitted(why=Why.DAY)
    if isinstance(value, datetime):
        return Fitted(value=at)
    return Fitted(value=at, note="noon of the day in the company's zone" if day_only(value) else "")


def day_only(value: Value) -> bool:
    """Whether a value is a day without a time."""
    text = isinstance(value, str) and len(value.strip()) == len("2026-03-02")
    return text or (isinstance(value, date) and not isinstance(value, datetime))


def _choice(value: Value, field: Field, zone: tzinfo) -> Fitted:
    items = _items(value)
    if isinstance(value, str) and _picked(value.strip(), field) is not None:
        items = [value.strip()]  # a semicolon may be a sign of the choice itself
    if len(items) != 1:
        return Fitted(why=Why.SEVERAL)
    found = _picked(items[0], field, of_truth=isinstance(value, bool))
    if found is None:
        return Fitted(why=Why.CHOICE)
    return Fitted(value=found, note="" if found == items[0] else SPELT)


def _choices(value: Value, field: Field, zone: tzinfo) -> Fitted:
    found = [_picked(one, field) for one in _items(value)]
    if None in found:
        return Fitted(why=Why.CHOICE)
    place = {one: number for number, one in enumerate(field.choices)}
    known = [one for one in dict.fromkeys(found) if one is not None]
    made = tuple(sorted(known, key=lambda one: place.get(one, len(place))))
    return Fitted(value=made, note="" if set(made) == set(_items(value)) else SPELT)


def _items(value: Value) -> list[str]:
    """The single choices of a value."""
    if isinstance(value, tuple):
        return list(value)
    return [one for part in written(value).split(";") if (one := part.strip())]


def _picked(item: str, field: Field, *, of_truth: bool = False) -> str | None:
    """The vendor's own spelling of a choice; `None` for one that it does not take."""
    if item in field.choices or not field.choices:
        return item
    folded = item.strip().casefold()
    near = [one for one in field.choices if one.casefold() == folded]
    if of_truth and not near:
        near = [one for one in field.choices if truth_in(one) is truth_in(item)]
    if len(near) == 1:
        return near[0]
    return None if field.restricted else item


_MAKERS: Mapping[str, Callable[[Value, Field, tzinfo], Fitted]] = {
    "text": _text,
    "number": _number,
    "bool": _truth,
    "date": _date,
    "datetime": _datetime,
    "enum": _choice,
    "multi": _choices,
}
