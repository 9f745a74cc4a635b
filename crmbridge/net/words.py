"""Vendors' own words, cut before any pattern reads them, and without what we sent in them.

A pattern over a text that somebody else made may need a time that grows with its square, and holds
the whole process meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

LOOKED = 2_000
"""Characters of a vendor's words that a pattern may read: an error of one row has some hundred."""


def head(text: str) -> str:
    """Return the part of a text that a pattern may read."""
    return text[:LOOKED]


def without(text: str, sent: Iterable[str]) -> str:
    """Return the head of a text with each value that we sent as `…`, whatever its case.

    Where the text is cut, the last word goes too, and a value that the cut left half of: half an
    address or half a name would be taken for no value any more.
    """
    values = sorted({one for one in sent if len(one) > 1}, key=len, reverse=True)
    words = head(text)
    for value in values:
        if len(value) <= len(words):
            words = re.sub(re.escape(value), "…", words, flags=re.IGNORECASE)
    if len(text) <= LOOKED:
        return words
    for value in values:
        words = _untailed(words, value)
    for quote in "\"'":
        if words.count(quote) % 2:
            words = words[: words.rfind(quote)]
    return words[: words.rfind(" ") + 1] + "…"


def _untailed(words: str, value: str) -> str:
    """Drop the longest end of a text that a value begins with."""
    low, begun = words.lower(), value[:LOOKED].lower()
    for size in range(min(len(low), len(begun)), 1, -1):
        if low.endswith(begun[:size]):
            return words[: len(words) - size]
    return words
