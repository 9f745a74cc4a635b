"""Typed values as JSON and back, without losing a type or a digit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any

from crmbridge.model.record import Value

_AS_IT_IS = frozenset({str, int, bool, type(None)})
"""Types that need no encoding; nearly all values are of these, so that they are asked for first."""


def encode(value: Value) -> Any:
    """Turn a typed value into JSON's types; what JSON lacks becomes a one-key object."""
    if type(value) in _AS_IT_IS:
        return value
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal():
            return {"$n": str(value)}
        case datetime():
            return {"$t": instant(value)}
        case date():
            return {"$d": value.isoformat()}
        case tuple():
            return list(value)
    raise TypeError(f"{type(value).__name__} is not a value of the lead model")


def decode(value: Any) -> Value:
    """Read back what `encode` wrote."""
    if isinstance(value, list):
        return tuple(value)
    if not isinstance(value, dict):
        return value  # type: ignore[no-any-return]
    (tag, text), *_ = value.items()
    match tag:
        case "$n":
            return Decimal(text)
        case "$t":
            return parse_instant(text)
        case "$d":
            return date.fromisoformat(text)
    raise ValueError(f"unknown tag {tag!r} in a stored value")


def encode_map(values: Mapping[str, Value]) -> dict[str, Any]:
    """Encode every value of a mapping."""
    return {
        name: value if type(value) in _AS_IT_IS else encode(value) for name, value in values.items()
    }


def decode_map(values: Mapping[str, Any]) -> dict[str, Value]:
    """Decode every value of a mapping."""
    return {
        name: value if type(value) in _AS_IT_IS else decode(value) for name, value in values.items()
    }


@lru_cache(maxsize=8192)
def instant(at: datetime) -> str:
    """Write an aware instant as UTC text that sorts by time: always microseconds and `Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def in_words(at: datetime, zone: tzinfo) -> str:
    """Write an instant as people read it: to the second, in a zone, with the zone's name."""
    try:
        return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %Z")
    except OverflowError:
        return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S %Z")


@lru_cache(maxsize=8192)
def parse_instant(text: str) -> datetime:
    """Read back what `instant` wrote."""
    return datetime.fromisoformat(text)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@lru_cache(maxsize=8192)
def micros(at: datetime) -> int:
    """Write an aware instant as microseconds since 1970, where room counts."""
    return (at - _EPOCH) // _MICROSECOND


@lru_cache(maxsize=8192)
def moment(told: int | str) -> datetime:
    """Read back what `micros` or `instant` wrote, in UTC."""
    if isinstance(told, str):
        return parse_instant(told)
    return _EPOCH + timedelta(microseconds=told)


def maybe_micros(at: datetime | None) -> int | None:
    """The same as `micros` of an instant that nobody may have told."""
    return None if at is None else micros(at)


def maybe_moment(told: int | str | None) -> datetime | None:
    """Read back what `maybe_micros` wrote; an empty text is nothing too."""
    return None if told is None or told == "" else moment(told)


def canonical(data: Any) -> str:
    """Write JSON in one way only: sorted keys, no spaces; for hashes and dumps."""
    return _canonical.encode(data)


_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
