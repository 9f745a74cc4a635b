"""How a payload is written as JSON and read back: field by field, by its type.

The key is the field's name, or what `Key` says. A field without a default is always written; one
with a default is left out while it holds it. Reading asks for every key of the first kind, but
where `Absent` says what it is taken for: entries of earlier builds lack it. Keys that no field has
are left unread.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Self,
    TypeVar,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

from crmbridge.model.codec import decode_map, encode_map, instant, parse_instant
from crmbridge.model.lead import Ref
from crmbridge.model.record import Value

T = TypeVar("T")
Function = Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True)
class Form:
    """How values of one type are written and read; `None` for what JSON has itself."""

    write: Function = None
    read: Function = None


@dataclass(frozen=True, slots=True)
class Key:
    """The key of a field whose name is another."""

    name: str


@dataclass(frozen=True, slots=True)
class Absent:
    """What a field is taken for where an earlier build did not write it."""

    value: Any


def blank(form: Form) -> Form:
    """The form of what may be nothing, which is written as an empty text."""
    write, read = form.write or (lambda value: value), form.read or (lambda text: text)
    return Form(
        lambda value: "" if value is None else write(value),
        lambda text: read(text) if text else None,
    )


def many(form: Form) -> Form:
    """The form of a tuple, which is written as a list."""
    write, read = form.write, form.read
    return Form(
        lambda values: [write(one) for one in values] if write else list(values),
        lambda row: tuple(read(one) for one in row) if read else tuple(row),
    )


_INSTANT = Form(instant, parse_instant)
_REF = Form(str, Ref.parse)
_SHARE = Form(str, Fraction)

Instant = Annotated[datetime, _INSTANT]
Stamp = Annotated[datetime | None, blank(_INSTANT)]
"""An instant that nobody may have told."""
Record = Annotated[Ref, _REF]
Records = Annotated[tuple[Ref, ...], many(_REF)]
Texts = Annotated[tuple[str, ...], many(Form())]
Number = Annotated[Decimal, Form(str, Decimal)]
MaybeNumber = Annotated[Decimal | None, blank(Form(str, Decimal))]
Day = Annotated[date | None, blank(Form(date.isoformat, date.fromisoformat))]
"""A day that nobody may have told."""
Share = Annotated[Fraction, _SHARE]
MaybeShare = Annotated[Fraction | None, blank(_SHARE)]
Values = Annotated[Mapping[str, Value], Form(encode_map, decode_map)]
MaybeValues = Annotated[
    Mapping[str, Value] | None,
    Form(
        lambda values: None if values is None else encode_map(values),
        lambda row: None if row is None else decode_map(row),
    ),
]
"""Values that nobody may have told."""
Perhaps = Annotated[T | None, Absent(None)]
"""What builds of today always tell, and earlier ones may not have told."""


class Unreadable(ValueError):
    """A key that is not there, or that holds what its field cannot; its text is the key."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
def entry(cls: type[T]) -> type[T]:
    """Make a class of fields: frozen, slotted, by keyword, and without its values in its repr."""
    return dataclass(frozen=True, slots=True, kw_only=True, repr=False)(cls)


class Part:
    """What is written as one JSON object. Its instants are in UTC, whatever zone they came in."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for name in _shape(type(self)).instants:
            at = getattr(self, name)
            if at is not None and at.tzinfo is not UTC:
                object.__setattr__(self, name, at.astimezone(UTC))

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def to_json(self) -> dict[str, Any]:
        """Write as JSON's types."""
        data: dict[str, Any] = {}
        for name, key, write, default in _shape(type(self)).writers:
            value = getattr(self, name)
            if default is _NONE or value != default:
                data[key] = value if write is None else write(value)
        return data

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """Read back what `to_json` wrote. Raises `Unreadable`."""
        told: dict[str, Any] = {}
        key = ""
        try:
            for name, key, read, absent in _shape(cls).readers:
                if key in data:
                    told[name] = data[key] if read is None else read(data[key])
                elif absent is not _OWN:
                    told[name] = absent if absent is not _NONE else data[key]
        except (KeyError, ValueError, TypeError, AttributeError, ArithmeticError):
            raise Unreadable(key) from None  # its own words may hold the value
        return cls(**told)


_NONE: Any = object()
_OWN: Any = object()
"""The field's own default."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """A class's fields, as writing and reading go through them; tuples, as they go often.

    `writers` are name, key, function and default; `readers` name, key, function and what an absent
    key is taken for: `_OWN` for the default, `_NONE` where there must be one.
    """

    writers: tuple[tuple[str, str, Function, Any], ...]
    readers: tuple[tuple[str, str, Function, Any], ...]
    instants: tuple[str, ...]


_SHAPES: dict[type[Any], _Shape] = {}


def _shape(cls: type[Any]) -> _Shape:
    """A class's fields, worked out when first asked for: most commands meet few types."""
    if cls not in _SHAPES:
        hints = get_type_hints(cls, include_extras=True)
        writers, readers = [], []
        for one in dataclasses.fields(cls):
            name, hint = one.name, hints[one.name]
            form, key = _form(hint), _marked(hint, Key, "name", one.name)
            default = _NONE if one.default is dataclasses.MISSING else one.default
            writers.append((name, key, form.write, default))
            absent = _marked(hint, Absent, "value", _NONE if default is _NONE else _OWN)
            readers.append((name, key, form.read, absent))
        instants = tuple(name for name, hint in hints.items() if _is_instant(hint))
        _SHAPES[cls] = _Shape(tuple(writers), tuple(readers), instants)
    return _SHAPES[cls]


def _marked(hint: Any, mark: type[Any], name: str, other: Any) -> Any:
    """What a mark of a field's type says."""
    return next((getattr(it, name) for it in _marks(hint) if isinstance(it, mark)), other)


def _marks(hint: Any) -> tuple[Any, ...]:
    return tuple(hint.__metadata__) if get_origin(hint) is Annotated else ()


def _is_instant(hint: Any) -> bool:
    if get_origin(hint) in (Annotated, Union, UnionType):
        return any(map(_is_instant, get_args(hint)))
    return hint is datetime


def _form(hint: Any) -> Form:
    """The form of a type; one that may be `None` writes it as null."""
    if told := [mark for mark in _marks(hint) if isinstance(mark, Form)]:
        return told[0]
    origin = get_origin(hint)
    if origin is Annotated:
        return _form(get_args(hint)[0])
    if origin in (Union, UnionType):
        found = [_form(one) for one in get_args(hint) if one is not NoneType]
        return _or_none(found[0]) if len(found) == 1 else Form()
    if isinstance(hint, type) and issubclass(hint, Part):
        return Form(hint.to_json, hint.of)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return Form(str, hint)
    return Form()


def _or_none(form: Form) -> Form:
    write, read = form.write, form.read
    if write is None or read is None:
        return form
    return Form(
        lambda value: None if value is None else write(value),
        lambda told: None if told is None else read(told),
    )
