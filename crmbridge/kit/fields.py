"""Typed values from a vendor's texts and back, the shapes of its JSON, and what it described."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Generic, TypeVar

from crmbridge.model.record import Value
from crmbridge.net.shape import ODD

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
T = TypeVar("T")

_INT = re.compile(r"[+-]?\d{1,40}")
_NUMBER = re.compile(r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,3})?")


def mapping(data: object) -> Mapping[str, Any]:
    """Return a JSON object as it is, and an empty one for anything else."""
    return data if isinstance(data, Mapping) else {}


def listed(data: object) -> list[Any]:
    """Return a JSON list as it is, and an empty one for anything else."""
    return data if isinstance(data, list) else []


def items(data: object) -> list[Mapping[str, Any]]:
    """Return the objects of a JSON list; anything else gives none."""
    return [each for each in listed(data) if isinstance(each, Mapping)]


def first(data: object) -> Mapping[str, Any]:
    """Return the first object of a JSON list, or the object that stands there without one."""
    return mapping(data[0] if isinstance(data, list) and data else data)


def text(data: object) -> str:
    """Return a JSON text as it is, and an empty one for anything else."""
    return data if isinstance(data, str) else ""


def chunks(found: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield parts of a sequence, `size` long at most."""
    for start in range(0, len(found), size):
        yield found[start : start + size]


class Unreadable(ValueError):
    """The vendor holds something that its own type does not allow; the value stays absent."""


Readers = Mapping[str, Callable[[Any], Value]]
"""By type, what makes a typed value of the vendor's, raising what a wrong shape raises."""


def related(raw: object) -> Value:
    """Return the id of a parent that comes as its number or as its row; 0 is none."""
    own = raw.get("id") if isinstance(raw, Mapping) else raw
    return str(own) if own else None


def several(raw: Sequence[object]) -> Value:
    """Return a list of ids or words as texts, an empty one as nothing."""
    return tuple(str(one) for one in raw) or None


def typed(readers: Readers, kind: str, raw: object) -> Value:
    """Return a vendor's value as one of our type; raises `Unreadable` for what is not of it."""
    if raw is None:
        return None
    try:
        return readers[kind](raw)
    except ODD as error:
        raise Unreadable(f"a {kind or 'field'} holds something else") from error


def values_of(
    raw: Mapping[str, Any], kinds: Mapping[str, str], readers: Readers, odd: Callable[[str], None]
) -> dict[str, Value]:
    """Return the values of a row by field or path; `kinds` maps each to its type.

    What the row does not carry is absent, and so is what is not of its type, of which `odd` is
    told.
    """
    values: dict[str, Value] = {}
    for path, kind in kinds.items():
        held = at(raw, path)
        if held is None:
            continue
        try:
            values[path] = typed(readers, kind, held[0])
        except Unreadable:
            odd(path)
    return values


def at(raw: Mapping[str, Any], path: str) -> tuple[Any] | None:
    """Return the value at a path in a one-tuple; `None` when the row does not carry it.

    A parent that is null holds nothing, which is a value.
    """
    here: Any = raw
    for step in path.split("."):
        if here is None:
            return (None,)
        if not isinstance(here, Mapping) or step not in here:
            return None
        here = here[step]
    return (here,)


def without_false(raw: Mapping[str, Any], flags: Collection[str], of: str = "") -> dict[str, Any]:
    """Return a row of a vendor that writes false for nothing, with null instead.

    `flags` are the paths at which a false is a no; `of` is the path of the row itself.
    """
    found: dict[str, Any] = {}
    for name, value in raw.items():
        path = f"{of}.{name}" if of else name
        if isinstance(value, Mapping):
            found[name] = without_false(value, flags, path)
        else:
            found[name] = None if value is False and path not in flags else value
    return found


def number(raw: str) -> int | Decimal:
    """Return a number of a text: int without a point, else Decimal; raises `ValueError`."""
    if _INT.fullmatch(raw):
        return int(raw)
    if not _NUMBER.fullmatch(raw):
        raise ValueError("no number")
    return Decimal(raw)


def serials(values: Iterable[str]) -> list[int]:
    """Return the numbers among some texts that can be ids of 32 bits; others are nobody's."""
    return [int(one) for one in values if one.isdecimal() and int(one) < 2**31]


def whole(raw: object) -> int:
    """Return a JSON number as an int; raises `ValueError` for one with a fraction."""
    value = Decimal(str(raw))
    if value != int(value):
        raise ValueError("a whole number with a fraction")
    return int(value)


def exact(raw: object) -> Decimal:
    """Return a JSON number in one spelling, so that 100, 100.0 and 1E+2 hash alike downstream."""
    value = Decimal(str(raw))
    return Decimal(int(value)) if value == value.to_integral_value() else value.normalize()


def flag(raw: object) -> bool:
    """Return a JSON truth value; raises `TypeError` for anything else."""
    if not isinstance(raw, bool):
        raise TypeError("neither true nor false")
    return raw


def as_it_is(raw: object) -> Value:
    """Return a JSON value of a field whose type nobody knows, by its JSON alone."""
    return raw if isinstance(raw, bool | int | Decimal | str) else str(raw)


def multi(raw: object) -> tuple[str, ...]:
    """Return the items of a multiple choice that a vendor writes with semicolons."""
    return tuple(part for part in str(raw).split(";") if part)


def counted(raw: object) -> int | Decimal:
    """Return a JSON number as it is where it has no point, else exactly."""
    return raw if isinstance(raw, int) else exact(raw)


def words_of(raw: object) -> str:
    """Return a JSON text; raises `TypeError` for anything else."""
    if not isinstance(raw, str):
        raise TypeError("no text")
    return raw


PLAIN: Readers = {
    **dict.fromkeys(("text", "enum"), words_of),
    "bool": flag,
    "number": counted,
    "date": date.fromisoformat,
    "ref": related,
    "multi": several,
}
"""By the types of `Field.type`, for a vendor whose JSON has them as they are."""


def in_utc(raw: str) -> datetime:
    """Return an ISO text with its zone as a datetime in UTC; raises `ValueError` without one."""
    at = datetime.fromisoformat(raw)
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at.astimezone(UTC)


def naive(raw: str) -> datetime:
    """Return a stamp of a vendor that writes UTC without saying so."""
    return datetime.fromisoformat(raw).replace(tzinfo=UTC)


def naive_text(at: datetime) -> str:
    """Return an instant in UTC without its zone, cut to the second: `2026-03-01 23:30:15`."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "seconds")


def instant_text(at: datetime) -> str:
    """Return an instant as ISO text in UTC, cut to milliseconds; raises `ValueError` if naive."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def joined(values: Iterable[str]) -> str:
    """Return items of a multiple choice with semicolons between; raises `ValueError` for one in
    an item, which a vendor would split.
    """
    parts = list(values)
    if any(";" in part for part in parts):
        raise ValueError("an item of a multiple choice holds a semicolon")
    return ";".join(parts)


def iso(value: date) -> str:
    """Return an instant or a day as ISO text."""
    return instant_text(value) if isinstance(value, datetime) else value.isoformat()


def cell(value: Value) -> str:
    """Return a value as a vendor's import takes it: a text, empty for nothing and for a no."""
    if isinstance(value, bool) or value is None:
        return "1" if value else ""
    if isinstance(value, datetime):
        return naive_text(value)
    return ",".join(value) if isinstance(value, tuple) else format(value)


def millis(at: datetime) -> int:
    """Return an aware datetime as epoch milliseconds."""
    return (at.astimezone(UTC) - EPOCH) // timedelta(milliseconds=1)


def first_stamp(read: Callable[[str], datetime], *stamps: object) -> datetime | None:
    """Return the first stamp that can be read; one strange record must not stop the rest."""
    for stamp in stamps:
        try:
            if stamp:
                return read(str(stamp))
        except ODD:
            continue
    return None


class Described(Generic[T]):
    """What a vendor says of its objects, each asked for once in a while.

    `fresh` is for how many seconds of real time a description is good. `changes` counts how often
    an object was not as it had been described.
    """

    def __init__(
        self,
        fetch: Callable[[str], T],
        fresh: float = math.inf,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch, self._fresh, self._monotonic = fetch, fresh, monotonic
        self._known: dict[str, tuple[float, T]] = {}
        self.changes = 0

    def get(self, obj: str) -> T:
        """Return the description of an object; raises what the vendor's answer raises."""
        kept = self._known.get(obj)
        if kept is None or self._monotonic() - kept[0] >= self._fresh:
            return self.renew(obj)
        return kept[1]

    def renew(self, obj: str) -> T:
        """Return the description of an object as it is now, past what is kept."""
        found = self._fetch(obj)
        kept = self._known.get(obj)
        self.changes += kept is not None and kept[1] != found
        self._known[obj] = (self._monotonic(), found)
        return found

    def forget(self, objects: Iterable[str]) -> None:
        """Let the descriptions of some objects be asked for anew when they are wanted next."""
        for obj in objects:
            self._known.pop(obj, None)
