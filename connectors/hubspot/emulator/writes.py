"""Works out what a write would change, and does it: checks, lifecycle, and who did it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from connectors.hubspot.emulator import mirrors
from connectors.hubspot.emulator.computed import computed
from connectors.hubspot.emulator.errors import bad_values, exists, invalid
from connectors.hubspot.emulator.portal import Portal
from connectors.hubspot.emulator.record import Hand, Record
from connectors.hubspot.emulator.schema import PIPED, Property
from connectors.hubspot.emulator.store import MORE_EMAILS, Store
from connectors.hubspot.emulator.values import BadValue, epoch, stored
from crmbridge.testing.emulator import Wrote


@dataclass(slots=True, kw_only=True)
class Claims:
    """Unique values that earlier inputs of the same batch will take: value to who took it."""

    taken: dict[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A checked write: the record it changes (`None` creates one) and the new texts.

    `asked` are the texts before the vendor kept any of its own.
    """

    record: Record | None
    values: Mapping[str, str]
    asked: Mapping[str, str]


def plan(
    portal: Portal,
    store: Store,
    record: Record | None,
    given: Mapping[str, Any],
    *,
    claims: Claims | None = None,
    single: bool = True,
    version: str = "",
) -> Plan:
    """Check a write without doing it. Raises `Problem` 400 or 409."""
    values = check(portal, store, record, given)
    asked = dict(values)
    if record is None:
        _check_required(portal, store, values, version)
    _check_unique(store, record, values, claims or Claims(), single=single)
    if record is not None:
        _hold_stage(portal, store, record, values)
    return Plan(record=record, values=values, asked=asked)


def check(
    portal: Portal, store: Store, record: Record | None, given: Mapping[str, Any]
) -> dict[str, str]:
    """Return the texts that would be stored. Raises `Problem` 400 that names every bad value."""
    wrong: list[tuple[str, str, str]] = []
    values: dict[str, str] = {}
    for name, value in given.items():
        prop = store.properties.get(name)
        if prop is None or prop.archived:
            wrong.append((name, "PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist'))
        elif _locked(portal, prop):
            wrong.append((name, "READ_ONLY_VALUE", f'"{name}" is a read only property'))
        else:
            try:
                old = record.props.get(name) if record else None
                values[name] = _owned(portal, name, stored(_piped(portal, store, prop), value, old))
            except BadValue as problem:
                wrong.append((name, problem.code, str(problem)))
    if wrong:
        raise bad_values(wrong)
    return values


def commit(portal: Portal, store: Store, plan: Plan, hand: Hand | None = None) -> Record:
    """Do a checked write; without a hand it is the integration's own."""
    by = hand or portal.integration()
    if plan.record is None:
        now, id = portal.now(), store.new_id(portal.chance.randint(1, 9))
        before = Record(id=id, props={}, created=now, updated=now, version=0, hand=by)
    else:
        before = store.live[plan.record.id]
    tell(portal, store.kind.name, before, plan.asked)
    return write(portal, store, before, plan.values, by)


def tell(portal: Portal, object: str, before: Record, asked: Mapping[str, str]) -> None:
    """Note for the audit what a request asked of a record."""
    held = {name: before.props[name] for name in asked if name in before.props}
    portal.wrote.append(Wrote(object=object, record=str(before.id), fields=asked, before=held))


def write(
    portal: Portal, store: Store, record: Record, values: Mapping[str, str], hand: Hand
) -> Record:
    """Store values without any check, as the vendor's own screens do."""
    now = portal.now()
    all_values = {**values, **computed(portal, store.kind.name, record, values, now)}
    made = portal.save(store, record.changed(all_values, now, hand))
    if store.kind.name == "contacts" and mirrors.PROPERTY in values:
        mirrors.obey(portal, made.id, values[mirrors.PROPERTY])
    return made


def _owned(portal: Portal, name: str, text: str) -> str:
    """Refuse an owner who does not exist, once there are owners at all; the code is a guess.

    The trap is a user id in the place of an owner id (hubspot.md 1.9).
    """
    owners = portal.people.owners
    if name == "hubspot_owner_id" and text and owners and text not in owners:
        raise BadValue("INVALID_OWNER_ID", f"{text} is not an owner of this account")
    return text


def _locked(portal: Portal, prop: Property) -> bool:
    return prop.read_only or (prop.name == "hs_email_optout" and portal.options["optout_read_only"])


def _piped(portal: Portal, store: Store, prop: Property) -> Property:
    name = store.kind.name
    if (name, prop.name) not in PIPED:
        return prop
    lines = portal.pipelines.get(name, [])
    if prop.name.endswith("pipeline"):
        return replace(prop, options=tuple((line.id, line.label) for line in lines))
    return replace(prop, options=tuple((s.id, s.label) for line in lines for s in line.stages))


def _check_required(portal: Portal, store: Store, values: Mapping[str, str], version: str) -> None:
    needed: list[str] = []
    if store.kind.name == "deals":
        needed = ["dealname", "dealstage"]
    if store.kind.name == "leads":
        needed = ["hs_lead_name"]
    if store.kind.name in ("meetings", "calls") and not values.get("hs_meeting_start_time"):
        needed = ["hs_timestamp"]
    if version.startswith("2026-09"):
        needed += _ruled(portal.options["required"].get(store.kind.name, ()), values)
    missing = [name for name in needed if not values.get(name)]
    if missing:
        raise invalid(
            f"Error creating {store.kind.singular.upper()}. Some required properties were not set.",
            properties=", ".join(missing),
        )


def _ruled(rules: Iterable[Any], values: Mapping[str, str]) -> list[str]:
    """Names that the admin's rules require: texts, or `{property, if: {name: value}}`."""
    found: list[str] = []
    for rule in rules:
        if isinstance(rule, str):
            found.append(rule)
        elif all(values.get(name) == value for name, value in rule.get("if", {}).items()):
            found.append(rule["property"])
    return found


def _check_unique(
    store: Store, record: Record | None, values: Mapping[str, str], claims: Claims, *, single: bool
) -> None:
    mine = record.id if record else -1
    for name, value in _unique_values(store, values):
        holder = store.unique[name].get(value, claims.taken.get((name, value), mine))
        if holder != mine or (record is None and (name, value) in claims.taken):
            raise exists(store.kind.singular, str(holder) if holder > 0 else "", single=single)
    for key in _unique_values(store, values):
        claims.taken[key] = mine


def _unique_values(store: Store, values: Mapping[str, str]) -> list[tuple[str, str]]:
    found = [(name, values[name]) for name in store.unique if values.get(name)]
    more = values.get(MORE_EMAILS, "") if "email" in store.unique else ""
    return found + [("email", part) for part in more.split(";") if part]


def _hold_stage(portal: Portal, store: Store, record: Record, values: dict[str, str]) -> None:
    """Drop a backward move of the lifecycle stage without a word (hubspot.md 0.5)."""
    wanted = values.get("lifecyclestage", "")
    if store.kind.name != "contacts" or not wanted:
        return
    order = [stage.id for line in portal.pipelines["contacts"] for stage in line.stages]
    held = record.props.get("lifecyclestage", "")
    if held in order and order.index(wanted) < order.index(held):
        del values["lifecyclestage"]


def latest(portal: Portal, text: object) -> int:
    """Read a time that a person gave, in ms; now when there is none. Raises `ValueError`."""
    return portal.now() if text in (None, "") else epoch(str(text))
