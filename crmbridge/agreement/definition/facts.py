"""What a definition may ask of a lead: the facts, their types, and the operators of each type."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from crmbridge.agreement.rating import RATINGS
from crmbridge.model.lead import FIELDS
from crmbridge.model.touch import BUYING_STAGES

Plain = Literal["text", "number", "money", "bool", "date", "datetime", "list"]
FieldType = Plain | tuple[str, ...]
"""A type by name, or the values of an ordered enum from the lowest to the highest."""

BUILT_IN: Mapping[str, str | tuple[str, ...]] = {
    **FIELDS,
    "stage": "text",
    "cycle": "number",
    "engagement": "number",
    "engagement_since": "number",
    "hand_raise_at": "datetime",
    "touches": "touches",
    "buying_stage": BUYING_STAGES,
    "signals": "list",
    "fit": "number",
    "completeness": "number",
    "grade": "text",
    "grade_letter": ("D", "C", "B", "A"),
    "engagement_digit": "number",
    "rating": RATINGS,
    "open_deal": "bool",
    "customer": "bool",
    "motion": "text",
    "products_won": "list",
    "no_fit": "bool",
    "owner": "text",
}
"""Facts that every lead has, beside a company's own `x_<name>`."""

ALWAYS = frozenset({"is_set", "is_missing"})
CHOICE = frozenset({"eq", "ne", "in", "not_in"})
NUMERIC = frozenset({"eq", "ne", "lt", "le", "gt", "ge", "between"})
OPERATORS: Mapping[str, frozenset[str]] = {
    "text": ALWAYS | CHOICE | {"contains", "not_contains", "starts_with", "ends_with"},
    "number": ALWAYS | NUMERIC,
    "money": ALWAYS | NUMERIC,
    "touches": ALWAYS | NUMERIC | {"count_ge"},
    "enum": ALWAYS | CHOICE | {"at_least", "at_most"},
    "bool": ALWAYS | {"is_true", "is_false"},
    "date": ALWAYS
    | {"before", "after", "on_or_before", "on_or_after", "between", "within_last", "older_than"},
    "datetime": ALWAYS
    | {"before", "after", "on_or_before", "on_or_after", "between", "within_last", "older_than"},
    "list": ALWAYS | {"has_any", "has_all", "has_none", "size_ge"},
}
"""Operators of each type (R3.1); `enum` stands for every ordered enum."""

WINDOW_UNITS = ("days", "hours", "minutes")
_BARE = ALWAYS | {"is_true", "is_false"}
_MANY = frozenset({"in", "not_in", "has_any", "has_all", "has_none"})


def type_name(kind: str | tuple[str, ...]) -> str:
    """Name a field's type: `enum` for an ordered enum."""
    return "enum" if isinstance(kind, tuple) else kind


def value_fault(op: str, value: Any, kind: str | tuple[str, ...]) -> str:
    """Say what is wrong with a criterion's value for its operator and type; empty when nothing."""
    if op in _BARE:
        return "" if value is None else "takes no value"
    if op in _MANY:
        return _list_fault(value, kind)
    if op == "between":
        return _between_fault(value, kind)
    if op in ("within_last", "older_than"):
        return _window_fault(value)
    if op == "size_ge":
        return "" if _fits(value, "number") and Decimal(str(value)) >= 0 else "takes a number"
    if op == "count_ge":
        return _count_fault(value)
    return "" if _fits(value, kind) else f"takes {_wanted(kind)}"


def _between_fault(value: Any, kind: str | tuple[str, ...]) -> str:
    if not _is_list(value) or len(value) != 2:
        return "takes a list of two values, lowest first"
    if fault := _list_fault(value, kind):
        return fault
    low, high = (one["amount"] if isinstance(one, Mapping) else one for one in value)
    try:
        swapped = Decimal(str(low)) > Decimal(str(high))
    except InvalidOperation:
        swapped = str(low) > str(high)  # days and times as text: ISO 8601 sorts as it is written
    return "takes the lower value first, else nothing lies between" if swapped else ""


def _list_fault(value: Any, kind: str | tuple[str, ...]) -> str:
    if not _is_list(value) or not value:
        return "takes a list of values"
    inner = "text" if kind == "list" else kind
    return "" if all(_fits(one, inner) for one in value) else f"takes {_wanted(inner)} in its list"


def _window_fault(value: Any) -> str:
    fine = (
        isinstance(value, Mapping)
        and len(value) > 0
        and all(unit in WINDOW_UNITS and _above(n) for unit, n in value.items())
    )
    return "" if fine else "takes a length of time such as { days = 7 }"


COUNTED = frozenset({"count", "days", "kind", "asset"})
"""Keys of what `count_ge` takes; `count` must be there."""


def _count_fault(value: Any) -> str:
    fine = (
        isinstance(value, Mapping)
        and set(value) <= COUNTED
        and _above(value.get("count"))
        and _above(value.get("days", 1))
        and all(isinstance(value.get(name, ""), str) for name in ("kind", "asset"))
    )
    return "" if fine else 'takes a count such as { count = 2, days = 30, kind = "form" }'


def _fits(value: Any, kind: str | tuple[str, ...]) -> bool:
    if isinstance(kind, tuple):
        return value in kind
    if kind in ("number", "touches"):
        # "30" in quotes is text, as it is in every other place of the file
        return not isinstance(value, bool | str) and _is_number(value)
    if kind == "money":
        return _is_money(value)
    if kind in ("date", "datetime"):
        return isinstance(value, date) or _is_date(value)
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    try:
        return Decimal(str(value)).is_finite()
    except InvalidOperation:
        return False


def _above(value: Any) -> bool:
    return _fits(value, "number") and Decimal(str(value)) > 0


def _is_money(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and set(value) == {"amount", "currency"}
        and not isinstance(value["amount"], bool)
        and _is_number(value["amount"])
        and isinstance(value["currency"], str)
        and re.fullmatch("[A-Z]{3}", value["currency"]) is not None
    )


def _is_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(datetime.fromisoformat(value))
    except ValueError:
        return False


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _wanted(kind: str | tuple[str, ...]) -> str:
    if isinstance(kind, tuple):
        return f"one of {', '.join(kind)}"
    return {
        "number": "a number, such as 35",
        "touches": "a number",
        "money": 'an amount such as { amount = 5000, currency = "EUR" }',
        "date": "a date",
        "datetime": "a date or time",
    }.get(kind, "text")
