"""Writes SOQL from checked names and quoted values, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote as percent

from crmbridge.errors import Refused
from crmbridge.kit.feed.parts import fitting

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}")
_ID = re.compile(r"[A-Za-z0-9]{15}([A-Z0-5]{3})?\Z")
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)\Z")
_HALF = re.compile("[\ud800-\udfff]")
_SUFFIX = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
PATH_DEPTH = 5  # parent steps in one field path. Source: salesforce.md 12.2 (6)
URI_BYTES = 14_000  # the vendor allows 16,384 for URI and headers together. Source: salesforce.md 4


def is_name(text: str) -> bool:
    """Say whether a text can be the API name of an object or a field."""
    return NAME.fullmatch(text) is not None


def name(text: str) -> str:
    """Return an API name unchanged; raises `Refused` for anything else."""
    if not is_name(text):
        raise Refused(
            f"{text[:80]!r} is no Salesforce API name; correct the mapping", code="BAD_NAME"
        )
    return text


def is_path(text: str) -> bool:
    """Say whether a text is a field name, or a path of parents to one (`Owner.Email`)."""
    steps = text.split(".")
    return len(steps) <= PATH_DEPTH + 1 and all(is_name(step) for step in steps)


def is_id(text: object) -> bool:
    """Say whether something is a text in the shape of a record id, of 15 or 18 characters."""
    return isinstance(text, str) and _ID.match(text) is not None


def long_id(text: str) -> str:
    """Return the 18-character form of a record id; raises `Refused` for what is no id.

    15-character ids differ by case alone; the three more characters say which letters are capital.
    """
    if not is_id(text):
        raise Refused("not a Salesforce record id; correct the link", code="MALFORMED_ID")
    head = text[:15]
    return head + "".join(_SUFFIX[_capitals(head[at : at + 5])] for at in (0, 5, 10))


def _capitals(five: str) -> int:
    return sum(1 << bit for bit, letter in enumerate(five) if letter.isupper())


def text(value: str) -> str:
    """Quote a text as a SOQL literal; raises `Refused` for characters no record can hold."""
    if not sendable(value):
        raise Refused("a text with NUL or half a character cannot be looked up", code="BAD_TEXT")
    from simple_salesforce.format import format_soql  # heavy: loaded with the first look-up

    return str(format_soql("{}", value))


def sendable(value: str) -> bool:
    """Say whether a text has neither NUL nor lone surrogates (reliability.md T14, T15)."""
    return "\0" not in value and (value.isascii() or _HALF.search(value) is None)


def is_stamp(value: object) -> bool:
    """Say whether something is a text in the shape of a vendor's time stamp."""
    return isinstance(value, str) and _STAMP.match(value) is not None


def stamp(value: str) -> str:
    """Return a vendor's own time stamp as a SOQL literal; raises `Refused` when it is none."""
    if not is_stamp(value):
        raise Refused(
            "a cursor without a proper time stamp; read again from the start", code="BAD_CURSOR"
        )
    return value.removesuffix("+0000") + "Z" if value.endswith("+0000") else value


def select(obj: str, fields: Sequence[str], where: str = "", order: str = "") -> str:
    """Build a query; `fields` are names or paths, each checked again here."""
    for path in fields:
        if not is_path(path):
            raise Refused(f"{path[:80]!r} is no field name; correct the mapping", code="BAD_NAME")
    tail = (f" WHERE {where}" if where else "") + (f" ORDER BY {order}" if order else "")
    # each name was checked, each literal was quoted by `text` or `stamp`
    return f"SELECT {', '.join(fields)} FROM {name(obj)}{tail}"  # noqa: S608


def changed_since(low: str) -> str:
    """Return the condition for records stamped at or after a literal; empty for no bound."""
    return f"SystemModstamp >= {stamp(low)}" if low else ""


def changed_after(at: str, record: str) -> str:
    """Return the condition for records behind (stamp, id) in the order of the change feed."""
    bound = stamp(at)
    rest = f"SystemModstamp > {bound} OR Id > {text(long_id(record))}"
    return f"SystemModstamp >= {bound} AND ({rest})"


def chunks_in(by: str, values: Iterable[str], most: int = 200) -> Iterator[str]:
    """Yield `by IN (…)` conditions that fit a URI, each of at most `most` values."""
    for some in portions(values, most):
        yield f"{name(by)} IN ({','.join(map(text, some))})"


def portions(values: Iterable[str], most: int = 200) -> Iterator[list[str]]:
    """Yield the values in lists that fit the URI of a query each, of at most `most` values."""

    def cost(value: str) -> int:
        return len(percent(text(value), safe="")) + 3

    return fitting(values, cost, URI_BYTES - 4_000, most)
