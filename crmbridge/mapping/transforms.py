"""The closed set of named transforms that a mapping may put between a vendor's value and ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit

from crmbridge.mapping.addresses import normal
from crmbridge.model.record import Value

MOST = 10**18
"""The largest whole number: what the ledger's 64 bits hold, in whole digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transform:
    """A named change of value: one function a direction, and a line for the documentation.

    A function raises `ValueError` for a value that it cannot take; the field is then left as
    unknown and the record goes on.
    """

    inward: Callable[[Value], Value]
    outward: Callable[[Value], Value]
    doc: str


def _same(value: Value) -> Value:
    return value


def _lower(value: Value) -> Value:
    return value.strip().lower() if isinstance(value, str) else value


def email(value: Value) -> Value:
    """Normalise an e-mail address, as `addresses.normal` says.

    Raises:
        ValueError: for a text that is no single address.
    """
    return None if value is None or value == "" else normal(str(value))


def _integer(value: Value) -> Value:
    if value is None or value == "":
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation as exc:
        raise ValueError("not a number") from exc
    # `abs` would round, which a number of a billion digits does not survive
    if not number.is_finite() or number.copy_abs() > MOST or number != number.to_integral_value():
        raise ValueError("not a whole number of at most 18 digits")
    return int(number)


def _boolean(value: Value) -> Value:
    if isinstance(value, bool) or value is None:
        return value
    match str(value).strip().lower():
        case "true" | "yes" | "1":
            return True
        case "false" | "no" | "0":
            return False
    raise ValueError("neither yes nor no")


def _negate(value: Value) -> Value:
    truth = _boolean(value)
    return None if truth is None else not truth


def _path(value: Value) -> Value:
    if not isinstance(value, str):
        return value
    return urlsplit(value).path.rstrip("/") or "/"


def _text(value: Value) -> Value:
    return None if value is None else str(value)


def parted(value: Value) -> tuple[Value, Value]:
    """A text as the first word and the rest; a single word is the rest, and nothing is two."""
    words = str(value).split() if value not in (None, "", ()) else []
    if len(words) < 2:
        return None, words[0] if words else None
    return words[0], " ".join(words[1:])


def _first_word(value: Value) -> Value:
    return parted(value)[0]


def _other_words(value: Value) -> Value:
    return parted(value)[1]


TRANSFORMS: Mapping[str, Transform] = {
    "lower": Transform(inward=_lower, outward=_same, doc="text in lower case, spaces trimmed"),
    "email": Transform(inward=email, outward=_same, doc="one e-mail address in its normal form"),
    "integer": Transform(inward=_integer, outward=_integer, doc="a whole number"),
    "boolean": Transform(inward=_boolean, outward=_boolean, doc="yes/no, true/false, 1/0"),
    "not": Transform(inward=_negate, outward=_negate, doc="the opposite of a boolean"),
    "path": Transform(inward=_path, outward=_same, doc="the path of a web address"),
    "first_word": Transform(
        inward=_first_word, outward=_same, doc="the first word of several, such as a first name"
    ),
    "other_words": Transform(
        inward=_other_words, outward=_same, doc="all words but the first, or the only one"
    ),
    "text": Transform(inward=_text, outward=_text, doc="any value as text"),
}


def inward(name: str, value: Value) -> Value:
    """Apply a transform to a vendor's value; no name leaves it as it is."""
    return TRANSFORMS[name].inward(value) if name else value


def outward(name: str, value: Value) -> Value:
    """Apply a transform to a value of ours; no name leaves it as it is."""
    return TRANSFORMS[name].outward(value) if name else value
