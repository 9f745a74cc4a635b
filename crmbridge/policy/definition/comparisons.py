"""The operators of the criteria language, made ready for the value that they ask for (R3.1)."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol

from crmbridge.policy.definition.exchange import NO_RATES, Exchange, read_money
from crmbridge.policy.definition.values import Kind, fold, is_day, local_day, to_instant, to_number


class When(Protocol):
    """The circumstances of a comparison: the instant, the company's zone, its rates."""

    @property
    def as_of(self) -> datetime:
        """The instant."""

    @property
    def zone(self) -> tzinfo:
        """The company's zone, in which its days begin."""

    @property
    def exchange(self) -> Exchange:
        """Converts money."""


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant, the company's zone, and rates: without them one currency only is compared."""

    as_of: datetime
    zone: tzinfo
    exchange: Exchange = NO_RATES


Test = Callable[[Any, When], bool | None]
"""Says of a known value whether it is as asked; `None` for one that its type cannot read."""

_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "before": operator.lt,
    "on_or_before": operator.le,
    "after": operator.gt,
    "on_or_after": operator.ge,
}


def prepare(op: str, wanted: Any, kind: Kind) -> Test:
    """Make an operator ready; for one that the type does not have nobody can ever tell."""
    if isinstance(kind, tuple):
        return _enum(op, wanted, kind)
    match kind:
        case "money":
            return _money(op, wanted)
        case "touches" if op == "count_ge":
            return _number("ge", wanted["count"])
        case "number" | "touches":
            return _number(op, wanted)
        case "bool":
            return _bool(op)
        case "date" | "datetime":
            return _time(op, wanted, by_day=kind == "date")
        case "list":
            return _list(op, wanted)
    return _text(op, wanted)


def _unknown(value: Any, when: When) -> bool | None:
    return None


def _text(op: str, wanted: Any) -> Test:
    if op in ("in", "not_in"):
        several, inside = frozenset(fold(one) for one in wanted), op == "in"
        return lambda value, when: (fold(value) in several) is inside
    asked = fold(wanted)
    match op:
        case "eq":
            return lambda value, when: fold(value) == asked
        case "ne":
            return lambda value, when: fold(value) != asked
        case "contains":
            return lambda value, when: asked in fold(value)
        case "not_contains":
            return lambda value, when: asked not in fold(value)
        case "starts_with":
            return lambda value, when: fold(value).startswith(asked)
        case "ends_with":
            return lambda value, when: fold(value).endswith(asked)
    return _unknown


def _enum(op: str, wanted: Any, scale: tuple[str, ...]) -> Test:
    ranks = {fold(name): n for n, name in enumerate(scale)}
    if op in ("at_least", "at_most"):
        bar, order = ranks.get(fold(wanted)), operator.ge if op == "at_least" else operator.le
        if bar is None:
            return _unknown

        def placed(value: Any, when: When) -> bool | None:
            rank = ranks.get(fold(value))
            return None if rank is None else order(rank, bar)

        return placed
    named = _text(op, wanted)
    return lambda value, when: named(value, when) if fold(value) in ranks else None


def _bool(op: str) -> Test:
    if op not in ("is_true", "is_false"):
        return _unknown
    asked = op == "is_true"
    return lambda value, when: value is asked if isinstance(value, bool) else None


def _number(op: str, wanted: Any) -> Test:
    return _compared(op, wanted, to_number, lambda value, when: to_number(value))


def _compared(
    op: str, wanted: Any, read: Callable[[Any], Any], value_of: Callable[[Any, When], Any]
) -> Test:
    """Compare what a value is read as with bounds that never change."""
    if op == "between":
        low, high = read(wanted[0]), read(wanted[1])
        if low is None or high is None:
            return _unknown

        def inside(value: Any, when: When) -> bool | None:
            found = value_of(value, when)
            return None if found is None else bool(low <= found <= high)

        return inside
    asked, order = read(wanted), _ORDER.get(op)
    if asked is None or order is None:
        return _unknown

    def compared(value: Any, when: When) -> bool | None:
        found = value_of(value, when)
        return None if found is None else order(found, asked)

    return compared


def _money(op: str, wanted: Any) -> Test:
    """Compare in the currency that the criterion names; a currency without a rate is unknown."""
    bounds = [read_money(one) for one in _each(wanted)]
    if not bounds or bounds[0] is None:
        return _unknown
    home = bounds[0][1]

    def here(one: tuple[Decimal, str] | None, when: When) -> Decimal | None:
        if one is None:
            return None
        exchange = when.exchange
        return exchange.convert(one[0], one[1] or exchange.currency, home, when.as_of)

    def compared(value: Any, when: When) -> bool | None:
        asked = [here(one, when) for one in bounds]
        test = _compared(op, asked if op == "between" else asked[0], _same, _value)
        return test(here(read_money(value), when), when)

    return compared


def _same(value: Any) -> Any:
    return value


def _value(value: Any, when: When) -> Any:
    return value


def _time(op: str, wanted: Any, *, by_day: bool) -> Test:
    if op in ("within_last", "older_than"):
        return _ago(op, timedelta(**{unit: float(n) for unit, n in wanted.items()}), by_day=by_day)
    # a criterion that names a day means the company's whole day, whatever the fact's precision
    read = local_day if by_day or any(is_day(one) for one in _each(wanted)) else to_instant

    @lru_cache(8)
    def within(zone: tzinfo) -> Test:
        return _compared(
            op, wanted, lambda one: read(one, zone), lambda value, when: read(value, zone)
        )

    return lambda value, when: within(when.zone)(value, when)


def _ago(op: str, length: timedelta, *, by_day: bool) -> Test:
    none, recent = timedelta(0), op == "within_last"

    def aged(value: Any, when: When) -> bool | None:
        if by_day:
            day = local_day(value, when.zone)
            age = None if day is None else when.as_of.astimezone(when.zone).date() - day
        else:
            moment = to_instant(value, when.zone)
            age = None if moment is None else when.as_of - moment
        if age is None:
            return None
        return none <= age <= length if recent else age > length

    return aged


def _list(op: str, wanted: Any) -> Test:
    if op == "size_ge":
        least = int(wanted)
        return lambda value, when: len(value) >= least if _listed(value) else None
    if op not in ("has_any", "has_all", "has_none"):
        return _unknown
    asked = frozenset(fold(one) for one in wanted)

    def compared(value: Any, when: When) -> bool | None:
        if not _listed(value):
            return None
        have = {fold(one) for one in value}
        return asked <= have if op == "has_all" else asked.isdisjoint(have) is (op == "has_none")

    return compared


def _listed(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _each(wanted: Any) -> Sequence[Any]:
    return wanted if isinstance(wanted, list | tuple) else (wanted,)
