"""The long and the short view: pipeline that was created, and revenue that was won (R6.21)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from crmbridge.policy.revenue.sourced import Part

PRICED_WITHIN = timedelta(days=14)
"""An amount that comes later than this after a deal's creation is no amount at creation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """A deal by its days in the company's zone; money in minor units of the company's currency.

    `at_creation` is its first amount, `None` if it had none in time (see `first_amount`); `minor`
    is what it is worth now. `part` is marketing's part in it, by the window of what is asked:
    up to the creation for pipeline, up to the win for revenue. `won` is `None` while it is open.
    """

    id: str
    created: date
    part: Part
    at_creation: int | None = None
    minor: int = 0
    closed: date | None = None
    won: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What came in a period, by marketing's part in it; a part without a deal is left out.

    `unpriced` are deals that count as nothing, since nobody gave them an amount in time.
    """

    minor: Mapping[Part, int]
    deals: Mapping[Part, int]
    unpriced: tuple[str, ...] = ()


def first_amount(created: date, amounts: Iterable[tuple[date, int | None]]) -> int | None:
    """Return the first amount that a deal had within two weeks of its creation, in minor units.

    `amounts` are what it showed and since when; `None` stands for a field that was empty. What
    was seen before the creation counts as of then.
    """
    last = created + PRICED_WITHIN
    known = [(day, minor) for day, minor in amounts if minor is not None and day <= last]
    return min(known, key=lambda one: one[0])[1] if known else None


def pipeline_created(deals: Iterable[Deal], start: date, end: date) -> Flow:
    """Add up the deals that were created from `start` on, and before `end`, as they then stood.

    Never add this to revenue: a deal is in both, as a rule in two periods.

    Raises:
        ValueError: a period that ends before it starts.
    """
    _check(start, end)
    mine = [one for one in deals if start <= one.created < end]
    bare = tuple(one.id for one in mine if one.at_creation is None)
    return _flow(mine, lambda one: one.at_creation or 0, bare)


def revenue_won(deals: Iterable[Deal], start: date, end: date) -> Flow:
    """Add up the deals that were won from `start` on, and before `end`, by what they are worth.

    Raises:
        ValueError: a period that ends before it starts.
    """
    _check(start, end)
    mine = [one for one in deals if one.won and one.closed and start <= one.closed < end]
    return _flow(mine, lambda one: one.minor)


def _flow(
    deals: Iterable[Deal], worth: Callable[[Deal], int], unpriced: tuple[str, ...] = ()
) -> Flow:
    minor, count = dict[Part, int](), dict[Part, int]()
    for one in deals:
        minor[one.part] = minor.get(one.part, 0) + worth(one)
        count[one.part] = count.get(one.part, 0) + 1
    return Flow(minor=minor, deals=count, unpriced=unpriced)


def _check(start: date, end: date) -> None:
    if end < start:
        raise ValueError(f"a period from {start} to {end} ends before it starts: turn it round")
