"""Strict JSON: what a vendor sends is either plain, bounded data or a ValueError."""

from __future__ import annotations

import json
import math
import re
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any

DEPTH = 64
"""Deepest nesting taken. Source: reliability.md T14."""
DIGITS = 400
"""Longest number taken, in characters. Source: reliability.md T14, F33."""

_BOM = b"\xef\xbb\xbf"
_SUSPECT = re.compile(rb"\\u(?:[dD][89a-fA-F]|0000)")
_SURROGATE = re.compile("[\ud800-\udfff]")


def clean_text(text: str) -> tuple[str, int]:
    """Replace lone surrogates by U+FFFD and drop NUL; return the text and how many were touched.

    SQLite, httpx and vendors each treat such characters in another way (reliability.md T14).
    """
    text, surrogates = _SURROGATE.subn("�", text)
    nuls = text.count("\0")
    return (text.replace("\0", "") if nuls else text), surrogates + nuls


def loads(data: bytes) -> object:
    """Parse UTF-8 JSON; see `parse`."""
    return parse(data)[0]


def parse(data: bytes) -> tuple[object, int]:
    """Parse UTF-8 JSON and return the value and how many characters had to be cleaned.

    Numbers with a point or an exponent come as Decimal. Raises ValueError, and nothing else, for
    a byte order mark, other encodings, duplicate keys, NaN and Infinity, numbers of over 400
    characters or beyond a double's range, and nesting over 64. No part of `data` is in the error.
    """
    if data.startswith(_BOM):
        raise ValueError("JSON starts with a byte order mark")
    try:
        value = json.loads(
            data.decode("utf-8"),
            parse_float=_fraction,
            parse_int=_whole,
            parse_constant=_constant,
            object_pairs_hook=_pairs,
        )
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON at character {error.pos}") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 at byte {error.start}") from None
    except RecursionError:
        raise ValueError(f"JSON is nested deeper than {DEPTH}") from None
    _check_depth(value)
    return _clean(value) if _SUSPECT.search(data) else (value, 0)


def _fraction(text: str) -> Decimal:
    if len(text) > DIGITS:
        raise ValueError(f"JSON number of over {DIGITS} characters")
    size = float(text)
    if math.isinf(size):
        raise ValueError("JSON number beyond the range of a double")
    if size == 0.0 and re.match(r"-?0*\.?0*[1-9]", text):
        raise ValueError("JSON number too small for a double")
    return Decimal(text)


def _whole(text: str) -> int:
    if len(text) > DIGITS:
        raise ValueError(f"JSON number of over {DIGITS} characters")
    return int(text)


def _constant(name: str) -> object:
    raise ValueError(f"JSON holds {name}")


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("JSON object with a duplicate key")
    return found


def _children(node: Any) -> Any:
    return node.values() if type(node) is dict else node


def _check_depth(value: object) -> None:
    level: list[object] = [value] if type(value) in (dict, list) else []
    for _ in range(DEPTH):
        level = [c for node in level for c in _children(node) if type(c) in (dict, list)]
        if not level:
            return
    raise ValueError(f"JSON is nested deeper than {DEPTH}")


def _clean(value: object) -> tuple[object, int]:
    touched = 0

    def walk(node: object) -> object:
        nonlocal touched
        if isinstance(node, str):
            text, count = clean_text(node)
            touched += count
            return text
        if isinstance(node, list):
            return [walk(item) for item in node]
        if isinstance(node, dict):
            return _pairs([(str(walk(key)), walk(item)) for key, item in node.items()])
        return node

    return walk(value), touched


def dumps(value: object) -> bytes:
    """Write a value as UTF-8 JSON; Decimal keeps every digit.

    Raises ValueError for NaN and Infinity, lone surrogates, keys that are no text, types that
    JSON does not know, and Decimals of over 400 digits.
    """
    parts: list[str] = []
    try:
        _write(value, parts)
        return "".join(parts).encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError(f"text with a lone surrogate at character {error.start}") from None
    except RecursionError:
        raise ValueError("value is nested too deep for JSON") from None


def _write(value: object, parts: list[str]) -> None:
    if isinstance(value, str):
        parts.append(encode_basestring(value))
    elif isinstance(value, dict):
        _write_object(value, parts)
    elif isinstance(value, list | tuple):
        _write_list(value, parts)
    else:
        parts.append(_scalar(value))


def _write_object(value: dict[Any, Any], parts: list[str]) -> None:
    mark = "{"
    for key, item in value.items():
        parts += (mark, _key(key), ":")
        _write(item, parts)
        mark = ","
    parts.append("}" if value else "{}")


def _key(key: object) -> str:
    if isinstance(key, str):
        return encode_basestring(key)
    raise ValueError(f"JSON key of type {type(key).__name__}; keys are text")


def _write_list(value: list[Any] | tuple[Any, ...], parts: list[str]) -> None:
    mark = "["
    for item in value:
        parts.append(mark)
        _write(item, parts)
        mark = ","
    parts.append("]" if value else "[]")


def _scalar(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, Decimal | float):
        return _number(value)
    raise ValueError(f"JSON does not know {type(value).__name__}")


def _number(value: Decimal | float) -> str:
    if not math.isfinite(value):
        raise ValueError("NaN and Infinity are no JSON")
    if isinstance(value, float):
        return float.__repr__(value)
    if abs(value.adjusted()) > DIGITS:
        raise ValueError(f"Decimal of over {DIGITS} digits")
    return format(value, "f")
