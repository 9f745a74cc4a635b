"""Vendor records as sightings, touches, deals and users of the lead model; pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from hashlib import sha256
from typing import Any

from crmbridge.mapping.addresses import each
from crmbridge.mapping.consent import says_no
from crmbridge.mapping.deals import deal as deal
from crmbridge.mapping.deals import deal_fields as deal_fields
from crmbridge.mapping.deals import influence as influence
from crmbridge.mapping.deals import influence_fields as influence_fields
from crmbridge.mapping.deals import role as role
from crmbridge.mapping.deals import role_fields as role_fields
from crmbridge.mapping.schema import (
    ActivityMap,
    FieldMap,
    PersonMap,
    QueueMap,
    RepMap,
    StatusMap,
    TouchMap,
)
from crmbridge.mapping.stages import stage_of
from crmbridge.mapping.transforms import inward
from crmbridge.mapping.values import (
    Values,
    address_of,
    ids_of,
    instant_of,
    joined,
    looked_up,
    noon_of,
    people_of,
    person_of,
    reason_of,
    ref_of,
    text_of,
)
from crmbridge.mapping.values import matches as matches
from crmbridge.model.lead import Ref, Sighting, Status
from crmbridge.model.record import Record, Value
from crmbridge.model.rep import VendorUser
from crmbridge.model.touch import Activity, Gone, Touch


def sighting(system: str, person: PersonMap, record: Record, users: str = "") -> Sighting:
    """Read one person record; `users` is the vendor's object of users, of whom one changed it.

    A value that a transform refuses is left out: the system then has no opinion on that field.
    """
    ref = Ref(system=system, obj=record.obj, id=record.id)
    merged, values = record.merged_into, record.values
    return Sighting(
        ref=ref,
        values=_incoming(person, record.values),
        raw={name: values[name] for name in person.held if name in values},
        changed_at=record.changed_at,
        created_at=instant_of(record.values.get(person.created)) if person.created else None,
        key=str(record.values.get(person.key) or "") if person.key else "",
        status=_status(person.status, record.values) if person.status else None,
        owner=text_of(record.values.get(person.owner)) if person.owner else None,
        deleted=record.deleted,
        merged_into=Ref(system=system, obj=record.obj, id=merged) if merged else None,
        absorbed=tuple(Ref(system=system, obj=record.obj, id=one) for one in record.absorbed),
        account=ref_of(system, person.account_object, record.values.get(person.account_ref)),
        account_seen=bool(person.account_ref) and person.account_ref in record.values,
        changed_by=_changed_by(system, person, record.values, users),
        stage=stage_of(person, record.values),
        more=further(person, values) if person.more_addresses else (),
        **_conversion(system, person, record.values),
    )


def further(person: PersonMap, values: Values) -> tuple[str, ...]:
    """The addresses that a record has beside the one in its word `email`, each once."""
    found = [one for name in person.more_addresses for one in each(values.get(name))]
    return tuple(dict.fromkeys(found))


def _changed_by(system: str, person: PersonMap, values: Values, users: str) -> Ref | None:
    obj = person.changed_by_object or users
    return ref_of(system, obj, values.get(person.changed_by))


def _incoming(person: PersonMap, values: Values) -> dict[str, Value]:
    out: dict[str, Value] = {}
    for word, field, entry in person.incoming:
        if field not in values:
            continue
        value = values[field]
        if entry is not None and entry.rest:
            if entry.rest in values:
                out[word] = joined(value, values[entry.rest])
            continue
        if value is None or entry is None:
            out[word] = value
            continue
        try:
            out[word] = _translate(entry, value)
        except ValueError:
            continue
    if person.more_opt_outs and (no := says_no(person, values)) is not None:
        out["opted_out"] = no or out.get("opted_out", False)
    return out


def said_in(entry: FieldMap, value: Value) -> Value:
    """One value of a vendor in our words. Raises `ValueError` where its line cannot take it."""
    return value if value is None else _translate(entry, value)


def _translate(entry: FieldMap, value: Value) -> Value:
    return inward(entry.via, looked_up(entry.values, value))


def _status(spec: StatusMap, values: Values) -> Status | None:
    label = values.get(spec.field)
    if label is None:
        return None
    text = str(label)
    reason, reason_text = reason_of(spec.reason, values, text)
    return Status(
        label=text,
        type=spec.types.get(text),
        reason=reason or spec.reason_of.get(text, ""),
        reason_text=reason_text,
        noted=bool(str(values.get(spec.reason.note) or "").strip()) if spec.reason.note else None,
    )


def _conversion(system: str, person: PersonMap, values: Values) -> dict[str, Any]:
    spec = person.converted
    if spec is None or values.get(spec.flag) is not True:
        return {}
    contact = text_of(values.get(spec.contact))
    return {
        "converted_to": Ref(system=system, obj=spec.contact_object, id=contact)
        if contact
        else None,
        "converted_deal": text_of(values.get(spec.deal)) or "",
        "converted_at": instant_of(values.get(spec.at)) if spec.at else None,
    }


def person_fields(person: PersonMap) -> tuple[str, ...]:
    """The vendor fields to read for a person."""
    extra = [person.created, person.changed_by, *person.when]
    if person.converted:
        extra.append(person.converted.at)
    if person.status:
        extra.append(person.status.reason.note)
    return tuple(dict.fromkeys([*person.held, *(name for name in extra if name)]))


LONGEST_NAME = 2_000
"""Bytes of a name by which touches are counted. PostgreSQL takes 2,704 for a whole key."""


def touch(system: str, spec: TouchMap, record: Record, zone: tzinfo = UTC) -> Touch | None:
    """Read one touch; `None` when it has no time, or is not one of those that the map wants."""
    at = instant_of(record.values.get(spec.at), zone)
    if at is None or record.deleted or not matches(spec.when, record.values):
        return None
    asset = record.values.get(spec.asset) if spec.asset else ""
    return Touch(
        ref=Ref(system=system, obj=record.obj, id=record.id),
        at=at,
        kind=spec.kind,
        asset=_asset(spec, asset),
        channel=text_of(record.values.get(spec.channel)) or "" if spec.channel else "",
        person=person_of(system, spec.people, record.values),
        email=address_of(record.values.get(spec.email)) if spec.email else "",
        value=_count(record.values.get(spec.value)) if spec.value else 0,
        campaign=ref_of(system, spec.campaign_object, record.values.get(spec.campaign)),
    )


def _asset(spec: TouchMap, value: Value) -> str:
    """What a touch is of; as the vendor has it where a transform cannot take that."""
    try:
        return shortened(str(inward(spec.asset_via, value) or ""))
    except ValueError:
        return shortened(str(value or ""))


def shortened(name: str) -> str:
    """A name as it is, unless it is too long for a key; then its beginning, and a digest of all."""
    raw = name.encode("utf-8", "surrogatepass")
    if len(raw) <= LONGEST_NAME:
        return name
    mark = sha256(raw).hexdigest()[:16]
    return f"{raw[: LONGEST_NAME - 20].decode('utf-8', 'ignore')}…{mark}"


def _count(value: Value) -> int:
    """A count; 0 for what is none."""
    try:
        found = inward("integer", value)
    except ValueError:
        return 0
    return max(0, found) if isinstance(found, int) else 0


def touches(system: str, spec: TouchMap, record: Record, zone: tzinfo = UTC) -> list[Touch]:
    """Read the touches of a record: one, or one for each person that it is associated with."""
    one = touch(system, spec, record, zone)
    several = people_of(system, spec.people, record.values) if one else []
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
    names = [spec.at, *spec.people, spec.email, spec.asset, spec.channel]
    names += [spec.value, spec.campaign, *spec.when]
    return tuple(dict.fromkeys(name for name in names if name))


def activities(
    system: str, spec: ActivityMap, record: Record, zone: tzinfo = UTC, name: str = ""
) -> list[Activity]:
    """Read what sales did with a person; none when it has no time or no person.

    A date without a time is a day in `zone`, the company's. `name` is the table's, which is what
    it was where the table does not say.
    """
    days = (day for at in spec.at if isinstance(day := record.values.get(at), date))
    when = next(days, None)
    if when is None or record.deleted or not matches(spec.when, record.values):
        return []
    ref = Ref(system=system, obj=record.obj, id=record.id)
    done = _done(when, zone) | {
        "kind": spec.kind or name,
        "outcome": _outcome(spec, record.values),
        "changed_at": record.changed_at,
    }
    return [
        Activity(ref=ref, person=Ref(system=system, obj=obj, id=str(ident)), **done)
        for people, objects in spec.people.items()
        for ident in dict.fromkeys(ids_of(record.values.get(people)))
        for obj in objects
    ]


def _outcome(spec: ActivityMap, values: Values) -> str | None:
    """What came of it, in our words where the mapping has them; `None` for what is not told."""
    if not spec.outcome or spec.outcome not in values:
        return None
    said = text_of(values[spec.outcome]) or ""
    return spec.outcomes.get(said, said)


def _done(when: date, zone: tzinfo) -> dict[str, Any]:
    """When something was done: at an instant, or at any of a day, whose noon stands for it."""
    if isinstance(when, datetime):
        return {"at": when}
    try:
        days = (when, when + timedelta(days=1))
        begin, end = (datetime.combine(one, time(), zone).astimezone(UTC) for one in days)
    except OverflowError:  # the first or the last day that there is
        return {"at": datetime.combine(when, time(12), UTC)}
    return {
        "at": noon_of(when, zone),
        "precision": "day",
        "span": (begin, end - timedelta(seconds=1)),
    }


def activity_fields(spec: ActivityMap) -> tuple[str, ...]:
    """The vendor fields to read for an activity."""
    outcome = [spec.outcome] if spec.outcome else []
    return tuple(dict.fromkeys([*spec.at, *spec.people, *outcome, *spec.when]))


def user(system: str, spec: RepMap, record: Record) -> VendorUser:
    """Read a user who can own records; one whom the filter leaves out is nobody's user."""
    active = record.values.get(spec.active, True) if spec.active else True
    wanted = record.deleted or matches(spec.when, record.values)
    return VendorUser(
        ref=Ref(system=system, obj=record.obj, id=record.id),
        email=address_of(record.values.get(spec.email)) if wanted else "",
        name=text_of(record.values.get(spec.name)) or "" if spec.name else "",
        handle=text_of(record.values.get(spec.handle)) or "" if spec.handle and wanted else "",
        active=active is not False and not record.deleted,
    )


def user_fields(spec: RepMap) -> tuple[str, ...]:
    """The vendor fields to read for a user."""
    return tuple(
        name for name in (spec.email, spec.name, spec.active, spec.handle, *spec.when) if name
    )


def queue(system: str, spec: QueueMap, record: Record) -> VendorUser | None:
    """Read a queue, as an owner without an address; `None` for a record that is none."""
    if not record.deleted and not matches(spec.when, record.values):
        return None
    return VendorUser(
        ref=Ref(system=system, obj=record.obj, id=record.id),
        email="",
        name=text_of(record.values.get(spec.name)) or "" if spec.name else "",
        active=not record.deleted,
    )


def queue_fields(spec: QueueMap) -> tuple[str, ...]:
    """The vendor fields to read for a queue."""
    return tuple(name for name in (spec.name, *spec.when) if name)
