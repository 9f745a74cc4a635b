"""Whether a vendor's field holds a value of ours, in the form that the field can hold."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo

from crmbridge.model.record import Value, is_blank
from crmbridge.policy.fit.text import day_in, number_in, written

_SECOND = timedelta(seconds=1)


def same(held: Value, ours: Value, zone: tzinfo) -> bool:
    """Whether two values of one field are the same to people.

    Nothing is the same as an empty text; choices are sets; a day is the same as each instant that
    falls on it in `zone`; instants are equal to the second, and texts without the spaces around.
    """
    if is_blank(held) or is_blank(ours):
        return is_blank(held) and is_blank(ours)
    if isinstance(held, bool) or isinstance(ours, bool):
        return written(held).strip().lower() == written(ours).strip().lower()
    if isinstance(held, tuple) or isinstance(ours, tuple):
        return _set(held) == _set(ours)
    if isinstance(held, date) or isinstance(ours, date):
        return _same_time(held, ours, zone)
    if isinstance(held, str) and isinstance(ours, str):
        return held.strip() == ours.strip()
    number = number_in(held)
    return number is not None and number == number_in(ours)


def _set(value: Value) -> frozenset[str]:
    parts = value if isinstance(value, tuple) else written(value).split(";")
    return frozenset(one.strip() for one in parts if one.strip())


def _same_time(held: Value, ours: Value, zone: tzinfo) -> bool:
    if isinstance(held, datetime) and isinstance(ours, datetime):
        return abs(held - ours) < _SECOND
    if isinstance(held, str) or isinstance(ours, str):
        return written(held).strip() == written(ours).strip()
    day = day_in(held, zone)
    return day is not None and day == day_in(ours, zone)
