"""Column types of the ledger: everything is stored as text, integer, real or blob."""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import REAL, Double, Integer, LargeBinary, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from crmbridge.model.codec import instant, parse_instant

_TEXT = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)
_BLOB = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=False)

# one page's entries share most of their stamps
_stamp = lru_cache(maxsize=4096)(instant)

Seconds: Double[float] = Double().with_variant(REAL(), "sqlite")
"""Seconds since 1970 by the real clock, for leases, quotas and backoff."""


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored as UTC text that sorts by time."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Write the instant; a naive one is refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("the ledger takes aware datetimes only; this one has no time zone")
        return _stamp(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Read the instant back, in UTC."""
        return None if value is None else parse_instant(value)


class Flag(TypeDecorator[bool]):
    """A truth value, stored as 0 or 1."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> int | None:
        """Write 0 or 1."""
        return None if value is None else int(bool(value))

    def process_result_value(self, value: int | None, dialect: Dialect) -> bool | None:
        """Read the truth value back."""
        return None if value is None else bool(value)


class Choice(TypeDecorator[Any]):
    """A member of an enum of texts, stored as its text."""

    impl = Text
    cache_ok = True

    def __init__(self, members: type[StrEnum]) -> None:
        super().__init__()
        self.members = members
        self._by_text = {member.value: member for member in members}

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Write the member's text; what is no member is refused."""
        if value is not None and value not in self._by_text:
            raise ValueError(f"{value!r} is no {self.members.__name__}")
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Read the member back."""
        return None if value is None else self._by_text[value]


class JsonBlob(TypeDecorator[Any]):
    """JSON without personal data, stored as ASCII text in one canonical form."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Write canonical JSON; NaN is refused."""
        return None if value is None else _TEXT.encode(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Read the JSON back."""
        return None if value is None else json.loads(value)


class OpaqueJson(TypeDecorator[Any]):
    """JSON with personal data, stored as bytes that only this type reads.

    A `person_key` column stands beside each such column, so that the bytes can be encrypted by
    person later. Lone surrogates, which vendors' JSON may hold, survive.
    """

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """Write canonical JSON as bytes; NaN is refused."""
        return None if value is None else _BLOB.encode(value).encode("utf-8", "surrogatepass")

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        """Read the JSON back."""
        return None if value is None else json.loads(bytes(value).decode("utf-8", "surrogatepass"))
