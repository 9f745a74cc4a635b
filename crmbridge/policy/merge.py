"""Merges one field three ways: what both sides last agreed on, and what each says now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from enum import Enum
from typing import Literal

from crmbridge.model.authority import KEEPING, Authority
from crmbridge.model.record import Value, is_blank
from crmbridge.policy.fit.same import same


class Absent(Enum):
    """The mark of a side that has no opinion, which is not the same as an empty value."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT
Opinion = Value | Absent
Why = Literal["", "only", "both", "alone", "rule", "first"]
"""Why a value holds: nothing changed; the other side says nothing; both say so; one side alone
changed it; both changed it and the rule decides; it was the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The value that holds now; `by` is `marketing`, `sales`, `both`, or `agreed` (no change).

    The value is `ABSENT` where nobody ever had an opinion.
    """

    value: Opinion
    by: str
    why: Why = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Both sides changed the field to different values, and nobody has the last word."""

    marketing: Value
    sales: Value

    def __repr__(self) -> str:
        return "Conflict()"  # its values may be personal


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """The value that our lead has of a field, and since when it was said."""

    value: Opinion = ABSENT
    at: datetime | None = None

    def __repr__(self) -> str:
        return "Stands()"  # the value may be personal


NOTHING = Stands()


def merge(
    base: Opinion,
    marketing: Opinion,
    sales: Opinion,
    authority: Authority,
    marketing_at: datetime | None = None,
    sales_at: datetime | None = None,
    *,
    keeps: bool = False,
    stands: Stands = NOTHING,
    zone: tzinfo = UTC,
) -> Merged | Conflict:
    """Merge one field.

    `base` is the last agreed value, `ABSENT` before there was one: then a value beats an empty
    one. A field that `keeps` its value is never emptied by one side: a blank there is no opinion
    while the other side has a value. The stamps are when each side last changed its record;
    `latest` without both, or with equal ones, is a conflict. `stands` is what our lead has now,
    which only `once` asks for. `zone` is the company's, in which an instant falls on a day.

    Under `fill_if_empty` and `off` the two sides may differ for good: our lead has what one side
    alone changed since they agreed, and what sales says where both did.
    """
    told = {"marketing": marketing, "sales": sales}
    if authority == "once":
        return _first(base, told, {"marketing": marketing_at, "sales": sales_at}, stands, zone)
    if keeps or authority in KEEPING:
        told = _without_blanks(told)
    marketing, sales = told["marketing"], told["sales"]
    if marketing is ABSENT and sales is ABSENT:
        return Merged(value=base, by="agreed")
    if marketing is ABSENT or sales is ABSENT:
        by, value = ("sales", sales) if marketing is ABSENT else ("marketing", marketing)
        return _told(value, by, "only", base, zone)
    if _same(marketing, sales, zone):
        return _told(marketing, "both", "both", base, zone)
    winner = _unopposed(base, marketing, sales, zone)
    why: Why = "alone" if winner else "rule"
    winner = winner or _by_rule(authority, marketing_at, sales_at)
    if winner == "hold":
        return Conflict(marketing=marketing, sales=sales)
    return Merged(value=told[winner], by=winner, why=why)


def may_write(authority: Authority, held: Opinion) -> bool:
    """Whether a rule lets us write into a field that holds this; empty is `None` or a blank."""
    return authority not in KEEPING or (authority != "off" and says_nothing(held))


def says_nothing(said: Opinion) -> bool:
    """Whether a side says that a field is empty, or says nothing of it."""
    if isinstance(said, str):
        return not said.strip()
    return isinstance(said, Absent) or is_blank(said)


def merge_opt_out(*said: Opinion) -> bool:
    """Whether anybody, at any time, said that the person opted out; a yes is never taken back."""
    return any(one is True for one in said)


def agree(one: Opinion, other: Opinion, zone: tzinfo = UTC) -> bool:
    """Whether two sides say the same of a field; one that says nothing of it agrees with nobody."""
    return not isinstance(one, Absent) and _same(one, other, zone)


def _told(value: Opinion, by: str, why: Why, base: Opinion, zone: tzinfo) -> Merged:
    """What nobody disputes; it is no change where it is what both agreed on."""
    if _same(value, base, zone):
        return Merged(value=value, by="agreed")
    return Merged(value=value, by=by, why=why)


def _without_blanks(told: dict[str, Opinion]) -> dict[str, Opinion]:
    """What two sides say, where a blank is no opinion while the other has a value."""
    if says_nothing(told["marketing"]) is says_nothing(told["sales"]):
        return told
    return {side: ABSENT if says_nothing(one) else one for side, one in told.items()}


def _first(
    base: Opinion,
    told: dict[str, Opinion],
    at: dict[str, datetime | None],
    stands: Stands,
    zone: tzinfo,
) -> Merged:
    """The first value that anybody gave; once both sides had it, it is what our lead has.

    Before that the earliest stamp says whose was first: one system may be read before the other.
    """
    if says_nothing(stands.value):
        if all(says_nothing(one) for one in told.values()):
            unasked = all(one is ABSENT for one in told.values())
            return Merged(value=base if unasked else None, by="agreed")
    elif not says_nothing(base):
        return Merged(value=stands.value, by="agreed", why="first")
    offers = [("agreed", stands.value, stands.at), *((side, told[side], at[side]) for side in told)]
    by, value = _earliest(offers)
    if by != "agreed" and _same(value, stands.value, zone):
        by, value = "agreed", stands.value
    return Merged(value=value, by=by, why="first")


def _earliest(offers: Iterable[tuple[str, Opinion, datetime | None]]) -> tuple[str, Opinion]:
    """Who said a value first, and the value; of two at one instant the first that is offered."""
    late = datetime.max.replace(tzinfo=UTC)
    some = [(by, value, at or late) for by, value, at in offers if not says_nothing(value)]
    by, value, _ = min(some, key=lambda one: one[2])
    return by, value


def _unopposed(base: Opinion, marketing: Value, sales: Value, zone: tzinfo) -> str:
    """Name the only side that changed the field, or filled it first; empty when both did."""
    if _same(marketing, base, zone):
        return "sales"
    return "marketing" if _same(sales, base, zone) else ""


def _by_rule(authority: Authority, marketing_at: datetime | None, sales_at: datetime | None) -> str:
    if authority in KEEPING:
        return "sales"
    if authority != "latest":
        return authority
    if marketing_at is None or sales_at is None or marketing_at == sales_at:
        return "hold"
    return "marketing" if marketing_at > sales_at else "sales"


def _same(one: Opinion, other: Opinion, zone: tzinfo) -> bool:
    """Whether two values of a field are one to people; before there was one, it was empty."""
    return same(_value(one), _value(other), zone)


def _value(said: Opinion) -> Value:
    return None if isinstance(said, Absent) or says_nothing(said) else said
