"""Values as text, texts as numbers, days and instants, and texts cut where nobody minds."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal, localcontext

from crmbridge.model.record import Value

_NUMBER = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})")
_JOINER = "\u200d"
_FARTHEST = 32
"""Characters that a cut goes back at most for the beginning of what people see as one sign."""
_MILLI = timedelta(milliseconds=1)


def cut(text: str, length: int) -> str:
    """The beginning of a text, of at most so many characters, with no sign of it halved."""
    if len(text) <= length:
        return text
    end = length
    while end > max(0, length - _FARTHEST) and _inside(text, end):
        end -= 1
    if end <= max(0, length - _FARTHEST):
        end = length  # one sign of marks without end: it is cut all the same
    return text[:end].rstrip()


def _inside(text: str, at: int) -> bool:
    """Whether a cut before this character would halve what is seen as one sign."""
    char, before = text[at], text[at - 1]
    if unicodedata.category(char) in ("Mn", "Me", "Mc") or _JOINER in (char, before):
        return True
    if "\U0001f3fb" <= char <= "\U0001f3ff":  # the colour of a skin
        return True
    return _flag(char) and _flags_before(text, at) % 2 == 1


def _flag(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _flags_before(text: str, at: int) -> int:
    """How many letters of flags stand before a place; two make a flag."""
    count = 0
    while count < at and _flag(text[at - 1 - count]):
        count += 1
    return count


def written(value: Value) -> str:
    """A value as text: instants in UTC, lists with semicolons, numbers without an exponent."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return to_milli(value).astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return _plain(value)
    return ";".join(value) if isinstance(value, tuple) else str(value)


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


def number_in(value: Value) -> int | Decimal | None:
    """The number that a value is or spells; `None` for what is none. A yes is no number."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    text = value.strip() if isinstance(value, str) else ""
    if not _NUMBER.fullmatch(text):
        return None
    found = Decimal(text)
    return int(found) if found == found.to_integral_value() else found


def truth_in(value: Value) -> bool | None:
    """The yes or no that a value is or spells; `None` for what is neither."""
    if isinstance(value, bool):
        return value
    return _TRUTHS.get(written(value).strip().lower())


_TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def day_in(value: Value, zone: tzinfo) -> date | None:
    """The day that a value is, or falls on in a zone; `None` for what is no time."""
    if isinstance(value, str):
        value = _moment(value)
    if isinstance(value, datetime):
        return value.astimezone(zone).date()
    return value if isinstance(value, date) else None


def instant_in(value: Value, zone: tzinfo) -> datetime | None:
    """The instant that a value is, to the millisecond; of a day its noon in a zone."""
    if isinstance(value, str):
        value = _moment(value)
    if isinstance(value, datetime):
        return to_milli(value)
    if not isinstance(value, date):
        return None
    try:
        return datetime.combine(value, time(12), zone).astimezone(UTC)
    except OverflowError:  # the first or the last day that there is
        return None


def _moment(text: str) -> date | None:
    """A day, or an instant with its zone, as ISO 8601 spells it."""
    text = text.strip()
    try:
        if len(text) == len("2026-03-02"):
            return date.fromisoformat(text)
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo is not None else None


def to_milli(at: datetime) -> datetime:
    """An instant without what is finer than a millisecond, which no vendor keeps."""
    return at - timedelta(microseconds=at.microsecond % (_MILLI // timedelta(microseconds=1)))


def rounded(number: int | Decimal, scale: int) -> int | Decimal:
    """A number with at most so many digits behind its point, halves away from zero."""
    if isinstance(number, int):
        return number
    with localcontext() as context:
        context.prec = 100
        found = number.quantize(Decimal(1).scaleb(-scale), rounding="ROUND_HALF_UP")
    if found == number:
        return number
    return int(found) if found == found.to_integral_value() else found.normalize()
