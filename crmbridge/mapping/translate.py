"""Vendor records as sightings, touches, deals and users of the lead model; pure."""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from crmbridge.mapping.schema import (
    ActivityMap,
    DealMap,
    FieldMap,
    PersonMap,
    ReasonMap,
    RepMap,
    RoleMap,
    StatusMap,
    TouchMap,
)
from crmbridge.mapping.transforms import email, inward
from crmbridge.model.deal import Deal, DealState, Role
from crmbridge.model.lead import Ref, Sighting, Status
from crmbridge.model.money import Money
from crmbridge.model.record import Record, Value
from crmbridge.model.rep import VendorUser
from crmbridge.model.touch import Activity, Gone, Touch

Values = MappingABC[str, Value]
LARGEST = Decimal(10) ** 15
"""The largest amount in major units: 10^18 minor ones fit the ledger's 64 bits."""


def matches(when: MappingABC[str, object], values: Values) -> bool:
    """Whether a record has one of the wanted values in every named field; no filter matches."""
    for name, wanted in when.items():
        options = wanted if isinstance(wanted, list) else [wanted]
        if values.get(name) not in options:
            return False
    return True


def sighting(system: str, person: PersonMap, record: Record) -> Sighting:
    """Read one person record.

    A value that a transform refuses is left out: the system then has no opinion on that field.
    """
    ref = Ref(system=system, obj=record.obj, id=record.id)
    merged, values = record.merged_into, record.values
    return Sighting(
        ref=ref,
        values=_incoming(person, record.values),
        raw={name: values[name] for name in person.held if name in values},
        changed_at=record.changed_at,
        created_at=_instant(record.values.get(person.created)) if person.created else None,
        key=str(record.values.get(person.key) or "") if person.key else "",
        status=_status(person.status, record.values) if person.status else None,
        owner=_text(record.values.get(person.owner)) if person.owner else None,
        deleted=record.deleted,
        merged_into=Ref(system=system, obj=record.obj, id=merged) if merged else None,
        absorbed=tuple(Ref(system=system, obj=record.obj, id=one) for one in record.absorbed),
        **_conversion(system, person, record.values),
    )


def _incoming(person: PersonMap, values: Values) -> dict[str, Value]:
    out: dict[str, Value] = {}
    for word, field, entry in person.incoming:
        if field not in values:
            continue
        value = values[field]
        if value is None or entry is None:
            out[word] = value
            continue
        try:
            out[word] = _translate(entry, value)
        except ValueError:
            continue
    return out


def _translate(entry: FieldMap, value: Value) -> Value:
    if entry.values and value is not None:
        value = entry.values.get(str(value), value)
    return inward(entry.via, value)


def _status(spec: StatusMap, values: Values) -> Status | None:
    label = values.get(spec.field)
    if label is None:
        return None
    text = str(label)
    reason, reason_text = _reason(spec.reason, values)
    return Status(
        label=text,
        type=spec.types.get(text),
        reason=reason or spec.reason_of.get(text, ""),
        reason_text=reason_text,
        noted=bool(str(values.get(spec.reason.note) or "").strip()) if spec.reason.note else None,
    )


def _reason(spec: ReasonMap, values: Values) -> tuple[str, str]:
    """The mapped reason, or the vendor's own word for one that the mapping does not know."""
    word = values.get(spec.field) if spec.field else None
    if word in (None, ""):
        return "", ""
    mapped = spec.values.get(str(word), "")
    return mapped, "" if mapped else str(word)


def _conversion(system: str, person: PersonMap, values: Values) -> dict[str, Any]:
    spec = person.converted
    if spec is None or values.get(spec.flag) is not True:
        return {}
    contact = _text(values.get(spec.contact))
    return {
        "converted_to": Ref(system=system, obj=spec.contact_object, id=contact)
        if contact
        else None,
        "converted_deal": _text(values.get(spec.deal)) or "",
        "converted_at": _instant(values.get(spec.at)) if spec.at else None,
    }


def person_fields(person: PersonMap) -> tuple[str, ...]:
    """The vendor fields to read for a person."""
    extra = [person.created, *person.when]
    if person.converted:
        extra.append(person.converted.at)
    if person.status:
        extra.append(person.status.reason.note)
    return tuple(dict.fromkeys([*person.held, *(name for name in extra if name)]))


def touch(system: str, spec: TouchMap, record: Record, zone: tzinfo = UTC) -> Touch | None:
    """Read one touch; `None` when it has no time, or is not one of those that the map wants."""
    at = _instant(record.values.get(spec.at), zone)
    if at is None or record.deleted or not matches(spec.when, record.values):
        return None
    asset = record.values.get(spec.asset) if spec.asset else ""
    return Touch(
        ref=Ref(system=system, obj=record.obj, id=record.id),
        at=at,
        kind=spec.kind,
        asset=str(inward(spec.asset_via, asset) or ""),
        channel=_text(record.values.get(spec.channel)) or "" if spec.channel else "",
        person=_person(system, spec.people, record.values),
        email=_address(record.values.get(spec.email)) if spec.email else "",
    )


def touches(system: str, spec: TouchMap, record: Record, zone: tzinfo = UTC) -> list[Touch]:
    """Read the touches of a record: one, or one for each person that it is associated with."""
    one = touch(system, spec, record, zone)
    several = _people(system, spec.people, record.values) if one else []
    if one is None or not several:
        return [one] if one else []
    # the address is one person's, the associations say who all of them are
    return [replace(one, person=person, email="", each=True) for person in several]


def gone(system: str, record: Record) -> Gone:
    """Read a record of touches or roles that was deleted, whatever it held."""
    ref = Ref(system=system, obj=record.obj, id=record.id)
    return Gone(ref=ref, changed_at=record.changed_at)


def touch_fields(spec: TouchMap) -> tuple[str, ...]:
    """The vendor fields to read for a touch."""
    names = [spec.at, *spec.people, spec.email, spec.asset, spec.channel, *spec.when]
    return tuple(dict.fromkeys(name for name in names if name))


def activities(
    system: str, spec: ActivityMap, record: Record, zone: tzinfo = UTC
) -> list[Activity]:
    """Read what sales did with a person; none when it has no time or no person.

    A date without a time is a day in `zone`, the company's.
    """
    when = next((day for name in spec.at if isinstance(day := record.values.get(name), date)), None)
    if when is None or record.deleted or not matches(spec.when, record.values):
        return []
    ref = Ref(system=system, obj=record.obj, id=record.id)
    return [
        Activity(ref=ref, person=Ref(system=system, obj=obj, id=str(ident)), **_done(when, zone))
        for name, objects in spec.people.items()
        for ident in dict.fromkeys(_many(record.values.get(name)))
        for obj in objects
    ]


def _done(when: date, zone: tzinfo) -> dict[str, Any]:
    """When something was done: at an instant, or at any of a day, whose noon stands for it."""
    if isinstance(when, datetime):
        return {"at": when}
    try:
        days = (when, when + timedelta(days=1))
        begin, end = (datetime.combine(one, time(), zone).astimezone(UTC) for one in days)
        noon = datetime.combine(when, time(12), zone).astimezone(UTC)
    except OverflowError:  # the first or the last day that there is
        return {"at": datetime.combine(when, time(12), UTC)}
    return {"at": noon, "precision": "day", "span": (begin, end - timedelta(seconds=1))}


def activity_fields(spec: ActivityMap) -> tuple[str, ...]:
    """The vendor fields to read for an activity."""
    return tuple(dict.fromkeys([*spec.at, *spec.people, *spec.when]))


def deal(system: str, spec: DealMap, record: Record, zone: ZoneInfo, currency: str) -> Deal:
    """Read one deal; its amount is in its own currency, or the company's where it names none."""
    values = record.values
    amount = values.get(spec.amount)
    code = _text(values.get(spec.currency)) if spec.currency else None
    reason, reason_text = _reason(spec.reason, values)
    state = _deal_state(spec, record)
    closed_at, precision = _closed(spec, values, state, zone)
    return Deal(
        ref=Ref(system=system, obj=record.obj, id=record.id),
        state=state,
        value=_money(amount, code or currency),
        created_at=_instant(values.get(spec.created)) if spec.created else None,
        closed_at=closed_at,
        changed_at=record.changed_at,
        precision=precision,
        reason=reason,
        reason_text=reason_text,
        people=tuple(
            Ref(system=system, obj=obj, id=str(ident))
            for name, obj in spec.people.items()
            for ident in _many(values.get(name))
        ),
        people_seen=bool(spec.people) and not record.deleted and set(spec.people) <= set(values),
    )


def _money(amount: Value, currency: str) -> Money | None:
    """An amount; `None` for what is no number, or more than 64 bits of minor units hold."""
    if isinstance(amount, bool) or not isinstance(amount, int | Decimal):
        return None
    number = Decimal(amount)
    return Money.of(number, currency) if number.is_finite() and abs(number) <= LARGEST else None


def _deal_state(spec: DealMap, record: Record) -> DealState:
    if record.deleted:
        return DealState.DELETED
    if record.values.get(spec.is_won) is True:
        return DealState.WON
    return DealState.LOST if record.values.get(spec.is_closed) is True else DealState.OPEN


def _closed(
    spec: DealMap, values: Values, state: DealState, zone: ZoneInfo
) -> tuple[datetime | None, str]:
    """When a deal closed: the instant of its last stage where that fits the day, else its noon.

    Noon of the company's day is R9.5's place for a date without a time.
    """
    if state not in (DealState.WON, DealState.LOST):
        return None, "second"
    day = values.get(spec.closed) if spec.closed else None
    moment = _instant(values.get(spec.closed_at)) if spec.closed_at else None
    if isinstance(day, datetime):
        return day, "second"
    if isinstance(day, date):
        if moment is not None and moment.astimezone(zone).date() == day:
            return moment, "second"
        return datetime.combine(day, time(12), zone).astimezone(UTC), "day"
    return moment, "second"


def deal_fields(spec: DealMap) -> tuple[str, ...]:
    """The vendor fields to read for a deal."""
    names = [spec.amount, spec.currency, spec.created, spec.closed, spec.closed_at]
    names += [spec.is_won, spec.is_closed, spec.reason.field, *spec.people]
    return tuple(dict.fromkeys(name for name in names if name))


def role(system: str, spec: RoleMap, deal_object: str, record: Record) -> Role | None:
    """Read who is on a deal; `None` for a row that misses either end and was not deleted."""
    deal_id = _text(record.values.get(spec.deal))
    person = _text(record.values.get(spec.person))
    if not deal_id or not person:
        return None
    return Role(
        ref=Ref(system=system, obj=record.obj, id=record.id),
        deal=Ref(system=system, obj=deal_object, id=deal_id),
        person=Ref(system=system, obj=spec.person_object, id=person),
        role=_text(record.values.get(spec.role)) or "" if spec.role else "",
        live=not record.deleted,
    )


def role_fields(spec: RoleMap) -> tuple[str, ...]:
    """The vendor fields to read for a role."""
    return tuple(name for name in (spec.deal, spec.person, spec.role) if name)


def user(system: str, spec: RepMap, record: Record) -> VendorUser:
    """Read a user who can own records."""
    active = record.values.get(spec.active, True) if spec.active else True
    return VendorUser(
        ref=Ref(system=system, obj=record.obj, id=record.id),
        email=_address(record.values.get(spec.email)),
        name=_text(record.values.get(spec.name)) or "" if spec.name else "",
        active=active is not False and not record.deleted and matches(spec.when, record.values),
    )


def user_fields(spec: RepMap) -> tuple[str, ...]:
    """The vendor fields to read for a user."""
    return tuple(name for name in (spec.email, spec.name, spec.active, *spec.when) if name)


def _person(system: str, people: MappingABC[str, str], values: Values) -> Ref | None:
    """The person a touch belongs to; the last named field wins (a contact after its lead)."""
    found = None
    for name, obj in people.items():
        if ids := _many(values.get(name)):
            found = Ref(system=system, obj=obj, id=ids[0])
    return found


def _people(system: str, people: MappingABC[str, str], values: Values) -> list[Ref]:
    """The people that a record's associations name, each once."""
    found = [
        Ref(system=system, obj=obj, id=ident)
        for name, obj in people.items()
        if isinstance(ids := values.get(name), tuple)
        for ident in ids
    ]
    return list(dict.fromkeys(found))


def _address(value: Value) -> str:
    try:
        return str(email(value) or "")
    except ValueError:
        return ""


def _many(value: Value) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return value
    return (str(value),) if value else ()


def _text(value: Value) -> str | None:
    return None if value in (None, "") else str(value)


def _instant(value: Value, zone: tzinfo = UTC) -> datetime | None:
    """An instant as it is, a day as its noon in a zone, anything else as no instant."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, date):
        return None
    return datetime.combine(value, time(12), zone).astimezone(UTC)
