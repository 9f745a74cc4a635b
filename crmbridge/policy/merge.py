"""Merges one field three ways: what both sides last agreed on, and what each says now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Literal

from crmbridge.model.record import Value, is_blank

Authority = Literal["marketing", "sales", "latest", "hold"]


class Absent(Enum):
    """The mark of a side that has no opinion, which is not the same as an empty value."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT
Opinion = Value | Absent


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The value that holds now; `by` is `marketing`, `sales`, `both`, or `agreed` (no change).

    The value is `ABSENT` where nobody ever had an opinion.
    """

    value: Opinion
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Both sides changed the field to different values, and nobody has the last word."""

    marketing: Value
    sales: Value

    def __repr__(self) -> str:
        return "Conflict()"  # its values may be personal


def merge(
    base: Opinion,
    marketing: Opinion,
    sales: Opinion,
    authority: Authority,
    marketing_at: datetime | None = None,
    sales_at: datetime | None = None,
    *,
    keeps: bool = False,
) -> Merged | Conflict:
    """Merge one field.

    `base` is the last agreed value, `ABSENT` before there was one: then a value beats an empty
    one. A field that `keeps` its value is never emptied by one side: a blank there is no opinion
    while the other side has a value. The stamps are when each side last changed its record;
    `latest` without both, or with equal ones, is a conflict.
    """
    if keeps and says_nothing(marketing) is not says_nothing(sales):
        marketing, sales = (ABSENT if says_nothing(one) else one for one in (marketing, sales))
    if marketing is ABSENT and sales is ABSENT:
        return Merged(value=base, by="agreed")
    if marketing is ABSENT or sales is ABSENT:
        by, value = ("sales", sales) if marketing is ABSENT else ("marketing", marketing)
        return Merged(value=value, by="agreed" if _same(value, base) else by)
    if _same(marketing, sales):
        return Merged(value=marketing, by="agreed" if _same(marketing, base) else "both")
    winner = _unopposed(base, marketing, sales) or _by_rule(authority, marketing_at, sales_at)
    if winner == "hold":
        return Conflict(marketing=marketing, sales=sales)
    return Merged(value=marketing if winner == "marketing" else sales, by=winner)


def says_nothing(said: Opinion) -> bool:
    """Whether a side says that a field is empty, or says nothing of it."""
    return isinstance(said, Absent) or is_blank(said)


def merge_opt_out(*said: Opinion) -> bool:
    """Whether anybody, at any time, said that the person opted out; a yes is never taken back."""
    return any(one is True for one in said)


def _unopposed(base: Opinion, marketing: Value, sales: Value) -> str:
    """Name the only side that changed the field, or filled it first; empty when both did."""
    rest = None if base is ABSENT else base
    if _same(marketing, rest):
        return "sales"
    return "marketing" if _same(sales, rest) else ""


def _by_rule(authority: Authority, marketing_at: datetime | None, sales_at: datetime | None) -> str:
    if authority != "latest":
        return authority
    if marketing_at is None or sales_at is None or marketing_at == sales_at:
        return "hold"
    return "marketing" if marketing_at > sales_at else "sales"


def _same(one: Opinion, other: Opinion) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return frozenset(one) == frozenset(other)  # choices are sets: each vendor has its order
    # True == 1 in Python, but a checkbox is not a number
    return isinstance(one, bool) is isinstance(other, bool) and one == other
