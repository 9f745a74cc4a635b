"""The operators of the criteria language, type by type (R3.1, R3.2)."""

from __future__ import annotations

import operator
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from crmbridge.policy.exchange import Exchange, read_money

Kind = str | tuple[str, ...]
"""A fact's type by name, or the values of an ordered enum from the lowest to the highest."""

NO_RATES = Exchange()
_NOON = time(12)  # of a date without a time, for order only (R9.5)
_NUMERIC = frozenset({"lt", "le", "gt", "ge"})
_TIMELY = frozenset({"before", "after", "on_or_before", "on_or_after", "within_last", "older_than"})


def is_missing(value: Any) -> bool:
    """Whether a fact is unknown: null, or blank text. An empty list is known."""
    return value is None or (isinstance(value, str) and not value.strip())


def guess_kind(op: str, wanted: Any, value: Any) -> Kind:
    """Tell the type of a fact that nobody declared, from how it is asked for."""
    if op in _NUMERIC or (op in ("eq", "ne") and _is_number(wanted)):
        return "number"
    if op in _TIMELY:
        return "date" if isinstance(value, date) and not isinstance(value, datetime) else "datetime"
    if op == "between":
        return "datetime" if to_number(wanted[0]) is None else "number"
    if op in ("is_true", "is_false"):
        return "bool"
    return "list" if op.startswith(("has_", "size_")) else "text"


def holds(
    op: str,
    value: Any,
    wanted: Any,
    kind: Kind,
    as_of: datetime,
    zone: tzinfo,
    exchange: Exchange = NO_RATES,
) -> bool | None:
    """Apply an operator; `None` for a value that its type cannot read, or an unknown operator.

    `exchange` converts money; without rates only amounts of one currency are compared.
    """
    if isinstance(kind, tuple):
        return _enum(op, value, wanted, kind)
    match kind:
        case "money":
            return _money(op, value, wanted, as_of, exchange)
        case "touches" if op == "count_ge":
            asked = to_number(wanted["count"])
            return None if asked is None else _compare("ge", to_number(value), asked, to_number)
        case "number" | "touches":
            return _compare(op, to_number(value), wanted, to_number)
        case "bool":
            known = isinstance(value, bool) and op in ("is_true", "is_false")
            return value is (op == "is_true") if known else None
        case "date" | "datetime":
            return _time(op, value, wanted, kind, as_of, zone)
        case "list":
            return _list(op, value, wanted)
    return _text(op, fold(value), wanted)


def fold(value: Any) -> str:
    """Bring a text to the form in which it is compared: NFKC, trimmed, casefolded."""
    return unicodedata.normalize("NFKC", str(value)).strip().casefold()


def to_number(value: Any) -> Decimal | None:
    """Read a number exactly; `None` for what is none."""
    if isinstance(value, bool):
        return None
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _text(op: str, value: str, wanted: Any) -> bool | None:
    if op in ("in", "not_in"):
        return (value in _folded(tuple(wanted))) is (op == "in")
    asked = fold(wanted)
    match op:
        case "eq" | "ne":
            return (value == asked) is (op == "eq")
        case "contains" | "not_contains":
            return (asked in value) is (op == "contains")
        case "starts_with":
            return value.startswith(asked)
        case "ends_with":
            return value.endswith(asked)
    return None


@lru_cache(maxsize=256)
def _ranks(scale: tuple[str, ...]) -> Mapping[str, int]:
    return {fold(name): n for n, name in enumerate(scale)}


@lru_cache(maxsize=1024)
def _folded(wanted: tuple[Any, ...]) -> frozenset[str]:
    # only words of an agreement come here, never those of a lead
    return frozenset(fold(one) for one in wanted)


def _enum(op: str, value: Any, wanted: Any, scale: tuple[str, ...]) -> bool | None:
    order = _ranks(scale)
    rank = order.get(fold(value))
    if rank is None:
        return None
    if op in ("at_least", "at_most"):
        bar = order.get(fold(wanted))
        if bar is None:
            return None
        return rank >= bar if op == "at_least" else rank <= bar
    return _text(op, fold(value), wanted)


def _list(op: str, value: Any, wanted: Any) -> bool | None:
    if isinstance(value, str) or not isinstance(value, Sequence):
        return None
    if op == "size_ge":
        return len(value) >= int(wanted)
    have, asked = {fold(one) for one in value}, {fold(one) for one in wanted}
    match op:
        case "has_any":
            return bool(have & asked)
        case "has_all":
            return asked <= have
        case "has_none":
            return not have & asked
    return None


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


def _money(op: str, value: Any, wanted: Any, as_of: datetime, exchange: Exchange) -> bool | None:
    """Compare in the currency that the criterion names; a currency without a rate is unknown."""
    read = read_money(value)
    bounds = [read_money(one) for one in _each(wanted)]
    if read is None or not bounds or bounds[0] is None:
        return None
    home = bounds[0][1]

    def here(one: tuple[Decimal, str] | None) -> Decimal | None:
        return exchange.convert(one[0], one[1] or exchange.currency, home, as_of) if one else None

    asked = [here(one) for one in bounds]
    return _compare(op, here(read), asked if op == "between" else asked[0], lambda one: one)


def _compare(op: str, value: Any, wanted: Any, read: Callable[[Any], Any]) -> bool | None:
    if value is None:
        return None
    if op == "between":
        low, high = read(wanted[0]), read(wanted[1])
        return None if low is None or high is None else bool(low <= value <= high)
    asked, order = read(wanted), _ORDER.get(op)
    return None if asked is None or order is None else order(value, asked)


def _time(
    op: str, value: Any, wanted: Any, kind: str, as_of: datetime, zone: tzinfo
) -> bool | None:
    moment = to_instant(value, zone)
    if moment is None:
        return None
    if op in ("within_last", "older_than"):
        return _ago(op, value, moment, wanted, kind, as_of, zone)
    # a criterion that names a day means the company's whole day, whatever the fact's precision
    if kind == "date" or any(_is_day(one) for one in _each(wanted)):
        return _compare(op, local_day(value, zone), wanted, lambda one: local_day(one, zone))
    return _compare(op, moment, wanted, lambda one: to_instant(one, zone))


def _ago(
    op: str,
    value: Any,
    moment: datetime,
    wanted: Mapping[str, Any],
    kind: str,
    as_of: datetime,
    zone: tzinfo,
) -> bool | None:
    length = timedelta(**{unit: float(n) for unit, n in wanted.items()})
    if kind == "date":
        day = local_day(value, zone)
        if day is None:
            return None
        age = as_of.astimezone(zone).date() - day
    else:
        age = as_of - moment
    return timedelta(0) <= age <= length if op == "within_last" else age > length


def _each(wanted: Any) -> Sequence[Any]:
    return wanted if isinstance(wanted, list | tuple) else (wanted,)


def _is_day(value: Any) -> bool:
    if isinstance(value, str):
        return len(value.strip()) == len("2026-01-31")
    return isinstance(value, date) and not isinstance(value, datetime)


def to_instant(value: Any, zone: tzinfo) -> datetime | None:
    """Read an instant; a day stands for its noon, and a time without zone is the company's."""
    if isinstance(value, str):
        try:
            value = (
                datetime.fromisoformat(value) if not _is_day(value) else date.fromisoformat(value)
            )
        except ValueError:
            return None
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
    if isinstance(value, date):
        return datetime.combine(value, _NOON, zone).astimezone(UTC)
    return None


def local_day(value: Any, zone: tzinfo) -> date | None:
    """Read a calendar day of the company."""
    moment = to_instant(value, zone)
    return None if moment is None else moment.astimezone(zone).date()
