"""Values as people read them, with nothing in them that a terminal would obey."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from datetime import UTC, datetime, tzinfo
from typing import Any

from crmbridge.model.codec import in_words, parse_instant
from crmbridge.model.spelled import plain

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
"""Control characters, line separators, and those that turn the direction of writing."""


def visible(text: str) -> str:
    """Return a text in which control characters are shown as escapes and do nothing."""
    return _UNSAFE.sub(_escape, text)


def capital(text: str) -> str:
    """Return a text with a large first letter, as a sentence or a heading begins."""
    return text[:1].upper() + text[1:]


def _escape(match: re.Match[str]) -> str:
    number = ord(match[0])
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"


def shown(value: Any) -> str:
    """Return a value of the ledger (JSON's types, tags and all) as a person reads it."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case str():
            return visible(value) if value else '""'
        case {"$t": text}:
            return when(text)
        case {"$n": text} | {"$d": text}:
            return visible(str(text))
        case list():
            return ", ".join(shown(one) for one in value) or "nothing"
        case Mapping():
            return visible(json.dumps(value, ensure_ascii=False, sort_keys=True))
    return visible(str(value))


_ZONE: ContextVar[tzinfo] = ContextVar("zone", default=UTC)
_CALLED: ContextVar[Callable[[str], str]] = ContextVar("called", default=str)


def columns(rows: Sequence[Sequence[str]], *, numbers: bool = False) -> Iterator[str]:
    """Yield rows as lines with aligned columns, the first row being the head.

    With `numbers` all columns but the first are set to the right.
    """
    wide = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    for row in rows:
        cells = [
            cell.rjust(size) if numbers and n else cell.ljust(size)
            for n, (cell, size) in enumerate(zip(row, wide, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def read_in(zone: tzinfo) -> None:
    """From now on, in this context, write times as they are read in a zone."""
    _ZONE.set(zone)


def name_by(called: Callable[[str], str]) -> None:
    """From now on, in this context, name reps and teams as people call them."""
    _CALLED.set(called)


def who(ident: str) -> str:
    """Return what a rep or a team of this id is called; the id itself where nothing was said."""
    return visible(_CALLED.get()(ident))


def when(at: str | datetime | None) -> str:
    """Return an instant to the second with its zone's name, `-` for none.

    The zone is that of `read_in`, UTC where nothing was said.
    """
    if not at:
        return "-"
    moment = parse_instant(at) if isinstance(at, str) else at
    return in_words(moment, _ZONE.get())


UNKNOWN = "(unknown)"
"""What the source of a lead is called where nobody knows it."""


def source_words(source: str) -> str:
    """Return a source as reports show it."""
    return plain(source) or UNKNOWN


_REASONS = {
    "missing_reason": "no reason given",
    "stale_idle": "went quiet",
    "stale_untouched": "never touched",
}


def reason_words(reason: str) -> str:
    """Return why a lead came back in words: `no_fit` as `no fit`."""
    return _REASONS.get(reason, reason.replace("_", " "))


def many(n: int, thing: str) -> str:
    """Return how many things there are: `1 deal`, `1,234 deals`."""
    return f"{n:,} {thing}" if n == 1 else f"{n:,} {thing}s"


def age(seconds: float) -> str:
    """Return a duration in its largest fitting unit: `42 s`, `17 min`, `5 h`, `12 d`."""
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if abs(seconds) >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
