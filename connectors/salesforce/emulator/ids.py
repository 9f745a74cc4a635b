"""Salesforce record ids: key prefixes, fifteen and eighteen characters, the case checksum."""

from __future__ import annotations

import re

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
CHECKSUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
SHAPE = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?\Z")


def lengthen(short: str) -> str:
    """Return the 18-character form of a 15-character id. Source: salesforce.md 8, Ids."""
    suffix = ""
    for start in (0, 5, 10):
        bits = sum(1 << n for n, char in enumerate(short[start : start + 5]) if char.isupper())
        suffix += CHECKSUM[bits]
    return short + suffix


def read_id(text: str) -> str | None:
    """Return the 18-character form of an id, or `None` when it is none.

    An 18-character id in the wrong case has a wrong checksum and is none.
    """
    if not SHAPE.match(text):
        return None
    long = lengthen(text[:15])
    return long if len(text) == 15 or text == long else None


def mint(prefix: str, number: int) -> str:
    """Return the 18-character id of the `number`-th record of an object's key prefix."""
    digits = ""
    while number:
        number, rest = divmod(number, 62)
        digits = DIGITS[rest] + digits
    return lengthen(f"{prefix}Eb0{digits.rjust(9, '0')}")
