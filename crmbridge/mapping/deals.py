"""Vendor records as deals and roles on them; pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from crmbridge.mapping.about import WORDS, about
from crmbridge.mapping.schema import DealMap, InfluenceMap, RoleMap
from crmbridge.mapping.values import (
    Values,
    day_in,
    ids_of,
    instant_of,
    matches,
    money_of,
    noon_of,
    reason_of,
    ref_of,
    text_of,
)
from crmbridge.model.deal import Deal, DealState, Role
from crmbridge.model.evidence import Evidence
from crmbridge.model.lead import Ref
from crmbridge.model.record import Record, Value


def deal(
    system: str, spec: DealMap, record: Record, zone: ZoneInfo, currency: str, users: str = ""
) -> Deal:
    """Read one deal; its amount is in its own currency, or the company's where it names none.

    `users` is the vendor's object of users, of whom one owns the deal.
    """
    values = record.values
    amount = values.get(spec.amount)
    code = text_of(values.get(spec.currency)) if spec.currency else None
    reason, reason_text = reason_of(spec.reason, values)
    state = _deal_state(spec, record)
    end = _closed(spec, record, state, zone)
    return Deal(
        ref=Ref(system=system, obj=record.obj, id=record.id),
        state=state,
        value=money_of(amount, code or currency),
        created_at=instant_of(values.get(spec.created)) if spec.created else None,
        closed_at=end.at,
        changed_at=record.changed_at,
        precision=end.precision,
        said_closed_at=end.said,
        outside=not record.deleted and not matches(spec.when, values),
        reason=reason,
        reason_text=reason_text,
        people=tuple(
            Ref(system=system, obj=obj, id=str(ident))
            for name, obj in spec.people.items()
            for ident in ids_of(values.get(name))
        ),
        people_seen=bool(spec.people) and not record.deleted and set(spec.people) <= set(values),
        untold=_untold(spec, record),
        changed_by=ref_of(system, spec.changed_by_object or users, values.get(spec.changed_by)),
        about=about(system, spec, record, zone, users, is_open=state is DealState.OPEN),
        shown={name: values[name] for name in _written(spec) if name in values},
    )


def _written(spec: DealMap) -> tuple[str, ...]:
    """The vendor fields that we write to."""
    return tuple(one.field for one in spec.fields.values())


def _untold(spec: DealMap, record: Record) -> frozenset[str]:
    """Of what a record does not speak, though the mapping reads it: it is not empty for that.

    Only a flag that is told says how a deal stands: a yes of the one suffices, a no of it does not.
    """
    if record.deleted:
        return frozenset()
    values = record.values
    lines = {
        "value": (spec.amount,),
        "created_at": (spec.created,),
        "closed_at": (spec.closed, spec.closed_at),
        "reason": spec.reason.fields,
    }
    missing = {
        word
        for word, names in lines.items()
        if any(names) and not any(name in values for name in names if name)
    }
    told_won, told_closed = spec.is_won in values, spec.is_closed in values
    is_won, is_closed = values.get(spec.is_won) is True, values.get(spec.is_closed) is True
    known = is_won or (told_closed and not is_closed) or (told_won and told_closed)
    return frozenset(missing if known else {*missing, "state"})


def _deal_state(spec: DealMap, record: Record) -> DealState:
    if record.deleted:
        return DealState.DELETED
    if record.values.get(spec.is_won) is True:
        return DealState.WON
    return DealState.LOST if record.values.get(spec.is_closed) is True else DealState.OPEN


@dataclass(frozen=True, slots=True)
class _End:
    """When a deal closed, and what the vendor said where that cannot be."""

    at: datetime | None = None
    precision: str = "second"
    said: datetime | None = None


def _closed(spec: DealMap, record: Record, state: DealState, zone: ZoneInfo) -> _End:
    """When a deal closed: as the vendor says, but no later than it was seen to have closed.

    On a deal that closed early, sales leaves the day for which it was expected. Such a deal closed
    with its last change of stage, or where none is told with the version that says so.
    """
    if state not in (DealState.WON, DealState.LOST):
        return _End()
    values = record.values
    moment = instant_of(values.get(spec.closed_at)) if spec.closed_at else None
    told = _said_closed(spec, values, zone, moment)
    seen = record.changed_at or moment
    if told.at is None or seen is None or _is_no_later(told, seen, zone):
        return told
    return _End(min(moment or seen, seen), "second", told.at)


def _is_no_later(told: _End, seen: datetime, zone: ZoneInfo) -> bool:
    if told.at is None or told.precision == "second":
        return told.at is None or told.at <= seen
    return day_in(told.at, zone) <= day_in(seen, zone)


def _said_closed(spec: DealMap, values: Values, zone: ZoneInfo, moment: datetime | None) -> _End:
    """What the vendor says: the instant of the last stage where that fits the day, else its noon.

    Noon of the company's day is R9.5's place for a date without a time.
    """
    day = values.get(spec.closed) if spec.closed else None
    if isinstance(day, datetime):
        return _End(day)
    if isinstance(day, date):
        if moment is not None and day_in(moment, zone) == day:
            return _End(moment)
        return _End(noon_of(day, zone), "day")
    return _End(moment)


def deal_fields(spec: DealMap) -> tuple[str, ...]:
    """The vendor fields to read for a deal."""
    names = [spec.amount, spec.currency, spec.created, spec.closed, spec.closed_at]
    names += [spec.is_won, spec.is_closed, *spec.reason.fields, *spec.people]
    names += [getattr(spec, word) for word in WORDS] + [spec.changed_by, *spec.when]
    names += _written(spec)
    return tuple(dict.fromkeys(name for name in names if name))


def role(system: str, spec: RoleMap, deal_object: str, record: Record) -> Role | None:
    """Read who is on a deal; `None` for a row that misses either end and was not deleted."""
    values = record.values
    deal_id = text_of(values.get(spec.deal))
    person = text_of(values.get(spec.person))
    if not deal_id or not person:
        return None
    return Role(
        ref=Ref(system=system, obj=record.obj, id=record.id),
        deal=Ref(system=system, obj=deal_object, id=deal_id),
        person=Ref(system=system, obj=spec.person_object, id=person),
        role=text_of(values[spec.role]) or "" if spec.role in values else None,
        primary=values[spec.primary] is True if spec.primary in values else None,
        live=not record.deleted,
    )


def role_fields(spec: RoleMap) -> tuple[str, ...]:
    """The vendor fields to read for a role."""
    names = (spec.deal, spec.person, spec.role, spec.primary)
    return tuple(name for name in names if name)


def influence(
    system: str, spec: InfluenceMap, deal_object: str, record: Record, ours: str = ""
) -> Role | None:
    """Read who had influence on a deal; `None` for a row that misses either end.

    A record of the model `ours` was written by us, and is evidence of nothing: it is not live.
    """
    plain = RoleMap(
        object=spec.object, deal=spec.deal, person=spec.person, person_object=spec.person_object
    )
    found = role(system, plain, deal_object, record)
    if found is None:
        return None
    mine = ours and _is_model(record.values.get(spec.model), ours)
    return replace(found, kind=Evidence.INFLUENCE, live=found.live and not mine)


def _is_model(held: Value, ours: str) -> bool:
    """Whether a record's model is ours; an id of 15 characters is that of 18."""
    text = text_of(held) or ""
    return ours in {text, text[:15] if len(text) == 18 else text}


def influence_fields(spec: InfluenceMap) -> tuple[str, ...]:
    """The vendor fields to read for influence on deals."""
    return tuple(name for name in (spec.deal, spec.person, spec.model) if name)
