"""Reads the bytes of a TOML file as editors write them, and says in plain words what is wrong."""

from __future__ import annotations

import tomllib
from typing import Any

HINTS = {
    "Invalid value": "a text stands in quotes, a day does not: 2026-07-01",
    "Cannot overwrite a value": "the same key or table stands there twice",
    "Cannot declare": "the same table stands there twice",
    "Unescaped": "a quote is not closed",
    "Illegal character": "a quote is not closed",
    "Expected": "a sign such as = or ] is missing",
}
"""The parser's words -> what they mostly mean."""


def decoded(data: bytes) -> str:
    """Return a file's text without a byte order mark. Raises `ValueError`."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("this is not UTF-8: save it in your editor as UTF-8") from None


def parse(data: bytes) -> dict[str, Any]:
    """Return what a file says.

    Raises:
        ValueError: it is not UTF-8, not TOML, or says nothing; the message is for a person.
    """
    try:
        found = tomllib.loads(decoded(data))
    except tomllib.TOMLDecodeError as exc:
        hint = next((told for word, told in HINTS.items() if str(exc).startswith(word)), "")
        raise ValueError(f"this is not TOML: {exc}{f'; {hint}' if hint else ''}") from None
    except RecursionError:
        raise ValueError("its tables lie in each other too deep to be read") from None
    if not found:
        raise ValueError("the file says nothing: every line of it is empty or a comment")
    return found
