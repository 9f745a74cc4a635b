"""What a deal's record says beside state and money: owner, stage, account and their like; pure."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any

from crmbridge.mapping.schema import DealMap
from crmbridge.mapping.values import day_in, number_of, ref_of, text_of
from crmbridge.model.deal import About
from crmbridge.model.record import Record, Value

WORDS = (
    *("owner", "name", "stage", "probability", "type", "pipeline"),
    *("forecast", "account", "campaign", "source"),
)
"""Lines of the deals' table and fields of `About`, alike."""


def about(
    system: str, spec: DealMap, record: Record, zone: tzinfo, users: str, *, is_open: bool
) -> About:
    """Read what a deal says of itself; a record that was deleted says nothing.

    A value that is not of its field's kind is left out, as if the vendor had not spoken of it.
    """
    values = record.values
    said: dict[str, Any] = {}
    for word in () if record.deleted else WORDS:
        name = getattr(spec, word)
        if not name or name not in values or (word == "forecast" and not is_open):
            continue
        try:
            said[word] = _read(system, spec, word, values[name], zone, users)
        except ValueError:
            continue
    return About(**said, told=frozenset(said))


def _read(system: str, spec: DealMap, word: str, value: Value, zone: tzinfo, users: str) -> Any:
    match word:
        case "owner":
            return ref_of(system, users, value)
        case "account":
            return ref_of(system, spec.account_object, value)
        case "campaign":
            return ref_of(system, spec.campaign_object, value)
        case "probability":
            return _share(value, spec.certain)
        case "forecast":
            return day_of(value, zone)
    return words_of(value)


def words_of(value: Value) -> str:
    """A value as text; empty for nothing."""
    return text_of(value) or ""


def _share(value: Value, certain: int) -> Decimal | None:
    number = number_of(value)
    if number is None:
        return None
    if not 0 <= number / certain <= 1:
        raise ValueError("not a share")
    return number / certain


def day_of(value: Value, zone: tzinfo) -> date | None:
    """A day as it is, an instant as its day in a zone; raises `ValueError` for anything else."""
    if value in (None, ""):
        return None
    if isinstance(value, datetime):
        return day_in(value, zone)
    if isinstance(value, date):
        return value
    raise ValueError("not a day")
