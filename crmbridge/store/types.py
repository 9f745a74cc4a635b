"""Column types of the ledger: everything is stored as text, integer, real or blob."""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from typing import Any

from sqlalchemy import REAL, BigInteger, Double, Integer, LargeBinary, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from crmbridge.errors import LedgerError
from crmbridge.model.codec import micros, moment
from crmbridge.model.kind import Kind
from crmbridge.store.deflate import press, unpress

_TEXT = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)
_BLOB = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=False)

Seconds: Double[float] = Double().with_variant(REAL(), "sqlite")
"""Seconds since 1970 by the real clock, for leases, quotas and backoff."""


Whole = BigInteger().with_variant(Integer(), "sqlite")
"""A whole number of up to 64 bits."""

Words = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that sorts by its bytes, whatever the language that a database was made for."""


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored as microseconds since 1970."""

    impl = Whole
    cache_ok = True

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect | None = None
    ) -> int | None:
        """Write the instant; a naive one is refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("the ledger takes aware datetimes only; this one has no time zone")
        return micros(value)

    def process_result_value(
        self, value: int | None, dialect: Dialect | None = None
    ) -> datetime | None:
        """Read the instant back, in UTC."""
        return None if value is None else moment(value)


class Packed(TypeDecorator[str]):
    """A text that is nearly always so many bytes in hexadecimal: a lead's id, a hash.

    It is stored as those bytes, which take a third of a dashed UUID's room and half of a hash's.
    Any other text is stored behind a mark, so that what is written is read back whatever it is.
    """

    impl = LargeBinary
    cache_ok = True

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def process_bind_param(self, value: str | None, dialect: Dialect | None = None) -> bytes | None:
        """Write the bytes."""
        return None if value is None else _packed(value, self.size)

    def process_result_value(
        self, value: bytes | None, dialect: Dialect | None = None
    ) -> str | None:
        """Read the text back."""
        return None if value is None else _unpacked(value, self.size)


_HEX = frozenset("0123456789abcdef")
_DASHES = (8, 13, 18, 23)
_AS_TEXT, _DASHED, _PADDED = b"\x01", b"\x02", b"\x03\x00"


@lru_cache(maxsize=16_384)
def _packed(text: str, size: int) -> bytes:
    if len(text) == 2 * size and _HEX.issuperset(text):
        return bytes.fromhex(text)
    plain = text.replace("-", "")
    if len(text) == 36 and all(text[at] == "-" for at in _DASHES) and _HEX.issuperset(plain):
        return _DASHED + bytes.fromhex(plain)
    marked = _AS_TEXT + text.encode("utf-8", "surrogatepass") if text else b""
    return _PADDED + marked[1:] if len(marked) == size else marked


@lru_cache(maxsize=16_384)
def _unpacked(raw: bytes, size: int) -> str:
    if len(raw) == size:
        return raw.hex()
    if raw[:1] == _DASHED:
        plain = raw[1:].hex()
        return "-".join(plain[a:b] for a, b in pairwise((0, 8, 12, 16, 20, 32)))
    own = raw[2:] if raw[:2] == _PADDED else raw[1:]
    return own.decode("utf-8", "surrogatepass")


class Flag(TypeDecorator[bool]):
    """A truth value, stored as 0 or 1."""

    impl = Whole
    cache_ok = True

    def process_bind_param(self, value: bool | None, dialect: Dialect | None = None) -> int | None:
        """Write 0 or 1."""
        return None if value is None else int(bool(value))

    def process_result_value(
        self, value: int | None, dialect: Dialect | None = None
    ) -> bool | None:
        """Read the truth value back."""
        return None if value is None else bool(value)


class Choice(TypeDecorator[Any]):
    """A member of an enum of texts, stored as its text."""

    impl = Words
    cache_ok = True

    def __init__(self, members: type[StrEnum]) -> None:
        super().__init__()
        self.members = members
        self._by_text = {member.value: member for member in members}

    def process_bind_param(self, value: Any, dialect: Dialect | None = None) -> str | None:
        """Write the member's text; what is no member is refused."""
        if value is not None and value not in self._by_text:
            raise ValueError(f"{value!r} is no {self.members.__name__}")
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect | None = None) -> Any:
        """Read the member back."""
        return None if value is None else self._by_text[value]


_MARKED = "#"
"""How a key begins that was read back."""


def as_kept(key: str) -> str:
    """Return a key as it is read back: its digest alone is kept."""
    mark = _mark(key)
    return "" if mark is None else _MARKED + mark.hex()


def _mark(key: str) -> bytes | None:
    if not key:
        return None
    kept = key.removeprefix(_MARKED)
    if len(key) == 33 and len(kept) == 32 and _HEX.issuperset(kept):
        return bytes.fromhex(kept)
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).digest()


class Mark(TypeDecorator[str]):
    """A key that is only ever compared, stored as a digest of 16 bytes; an empty one as NULL.

    It is read back as `as_kept` gives it, and can be written again like that.
    """

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect | None = None) -> bytes | None:
        """Write the digest."""
        return None if value is None else _mark(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect | None = None) -> str:
        """Read the digest back."""
        return "" if value is None else _MARKED + value.hex()


class KindCode(TypeDecorator[Kind]):
    """What kind of entry it is, stored as a number."""

    impl = Whole
    cache_ok = True

    def process_bind_param(self, value: Kind | None, dialect: Dialect | None = None) -> int | None:
        """Write the number; what is no kind is refused."""
        if value is not None and value not in _CODES:
            raise ValueError(f"{value!r} is no Kind")
        return None if value is None else _CODES[value]

    def process_result_value(
        self, value: int | None, dialect: Dialect | None = None
    ) -> Kind | None:
        """Read the kind back."""
        if value is not None and value not in _KINDS:
            raise LedgerError(f"an entry of the ledger is of a kind ({value}) that is not known")
        return None if value is None else _KINDS[value]


_CODES = {Kind.OBSERVED: 1, Kind.DECIDED: 2, Kind.DELIVERED: 3, Kind.SETTLED: 4}
_KINDS = {code: kind for kind, code in _CODES.items()}


class JsonBlob(TypeDecorator[Any]):
    """JSON without personal data, stored as ASCII text in one canonical form."""

    impl = Words
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect | None = None) -> str | None:
        """Write canonical JSON; NaN is refused."""
        return None if value is None else _TEXT.encode(value)

    def process_result_value(self, value: str | None, dialect: Dialect | None = None) -> Any:
        """Read the JSON back."""
        return None if value is None else json.loads(value)


class OpaqueJson(TypeDecorator[Any]):
    """JSON with personal data, stored as bytes that only this type reads.

    Each row says whose they are, by its lead or its source, so that the bytes can be encrypted
    by person later. Lone surrogates, which vendors' JSON may hold, survive. A document of more than
    `longest` bytes is pressed.
    """

    impl = LargeBinary
    cache_ok = True

    def __init__(self, longest: int = 400) -> None:
        super().__init__()
        self.longest = longest

    def process_bind_param(self, value: Any, dialect: Dialect | None = None) -> bytes | None:
        """Write canonical JSON as bytes; NaN is refused."""
        if value is None:
            return None
        return press(_BLOB.encode(value).encode("utf-8", "surrogatepass"), self.longest)

    def process_result_value(self, value: bytes | None, dialect: Dialect | None = None) -> Any:
        """Read the JSON back."""
        if value is None:
            return None
        return json.loads(unpress(bytes(value)).decode("utf-8", "surrogatepass"))
