"""What single values of a vendor's record say: texts, ids, instants, money, reasons; pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal

from crmbridge.mapping.schema import ReasonMap
from crmbridge.mapping.transforms import email
from crmbridge.model.lead import Ref
from crmbridge.model.money import Money
from crmbridge.model.record import Value

Values = Mapping[str, Value]
YEARS = range(2, 9900)
"""Years in which something can have been."""
LARGEST = Decimal(10) ** 15
"""The largest amount in major units: 10^18 minor ones fit the ledger's 64 bits."""


def matches(when: Mapping[str, object], values: Values) -> bool:
    """Whether a record has one of the wanted values in every named field; no filter matches."""
    for name, wanted in when.items():
        options = wanted if isinstance(wanted, list) else [wanted]
        if values.get(name) not in options:
            return False
    return True


def looked_up(table: Mapping[str, str], value: Value) -> Value:
    """A value by a table of values, of several choices each; as it is where the table has no line.

    A yes or no stands in a table as TOML spells it.
    """
    if isinstance(value, tuple):
        return tuple(table.get(one, one) for one in value)
    if isinstance(value, bool):
        return table.get(str(value), table.get(str(value).lower(), value))
    return value if value is None else table.get(str(value), value)


def joined(first: Value, rest: Value) -> Value:
    """The text of two fields as one, with a space between; `None` where both are empty."""
    parts = (str(one).strip() for one in (first, rest) if one not in (None, "", ()))
    return " ".join(part for part in parts if part) or None


def reason_of(spec: ReasonMap, values: Values, status: str = "") -> tuple[str, str]:
    """The mapped reason, or the vendor's own word for one that the mapping does not know.

    The field that the mapping names for the status says it, else the first that is filled.
    """
    said = (values.get(name) for name in spec.asked(status) if name)
    word = next((one for one in said if one not in (None, "")), None)
    if word is None:
        return "", ""
    mapped = spec.values.get(str(word), "")
    return mapped, "" if mapped else str(word)


def number_of(value: Value) -> Decimal | None:
    """A number, `None` for nothing; raises `ValueError` for what is none, or beyond amounts."""
    if value in (None, ""):
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("not a number")  # noqa: TRY004  # a value, not a mistake in code
    number = Decimal(value)
    if not number.is_finite() or number.copy_abs() > LARGEST:
        raise ValueError("not a number that an amount can be")
    return number


def money_of(amount: Value, currency: str) -> Money | None:
    """An amount; `None` for what is no number, or more than 64 bits of minor units hold."""
    try:
        number = number_of(amount)
    except ValueError:
        return None
    return None if number is None else Money.of(number, currency)


def person_of(system: str, people: Mapping[str, str], values: Values) -> Ref | None:
    """The person a touch belongs to; the last named field wins (a contact after its lead)."""
    found = None
    for name, obj in people.items():
        if ids := ids_of(values.get(name)):
            found = Ref(system=system, obj=obj, id=ids[0])
    return found


def people_of(system: str, people: Mapping[str, str], values: Values) -> list[Ref]:
    """The people that a record's associations name, each once."""
    found = [
        Ref(system=system, obj=obj, id=ident)
        for name, obj in people.items()
        if isinstance(ids := values.get(name), tuple)
        for ident in ids
    ]
    return list(dict.fromkeys(found))


def address_of(value: Value) -> str:
    """An e-mail address in its normal form; empty for what is none."""
    try:
        return str(email(value) or "")
    except ValueError:
        return ""


def ids_of(value: Value) -> tuple[str, ...]:
    """The ids that a field holds: several, one, or none."""
    if isinstance(value, tuple):
        return value
    return (str(value),) if value else ()


def text_of(value: Value) -> str | None:
    """A value as text; `None` for nothing."""
    return None if value in (None, "") else str(value)


def instant_of(value: Value, zone: tzinfo = UTC) -> datetime | None:
    """An instant as it is, a day as its noon in a zone, anything else as no instant.

    None, too, is what lies within a century of the calendar's end: nothing can be reckoned from it,
    such as a deadline, and it says of no vendor when anything was.
    """
    if not isinstance(value, date) or value.year not in YEARS:
        return None
    return value if isinstance(value, datetime) else noon_of(value, zone)


def noon_of(day: date, zone: tzinfo) -> datetime:
    """Noon of a day in a zone (R9.5); of a day that ends the calendar there, noon in UTC."""
    try:
        return datetime.combine(day, time(12), zone).astimezone(UTC)
    except OverflowError:
        return datetime.combine(day, time(12), UTC)


def day_in(at: datetime, zone: tzinfo) -> date:
    """The day of an instant in a zone; in UTC where the calendar ends before that day."""
    try:
        return at.astimezone(zone).date()
    except OverflowError:
        return at.date()


def ref_of(system: str, obj: str, value: Value) -> Ref | None:
    """The record whose id a field holds, the first of several; `None` for none."""
    ids = ids_of(value)
    return Ref(system=system, obj=obj, id=ids[0]) if ids else None
