"""Vendor records as products, campaigns, their members and firms; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import Any

from crmbridge.mapping.about import day_of, words_of
from crmbridge.mapping.schema import CampaignMap, FirmMap, MemberMap, ProductMap, Shape
from crmbridge.mapping.values import (
    instant_of,
    money_of,
    number_of,
    person_of,
    ref_of,
    text_of,
)
from crmbridge.model.campaign import Campaign, Member
from crmbridge.model.firm import Firm
from crmbridge.model.lead import Ref
from crmbridge.model.product import Product
from crmbridge.model.record import Record, Value

Readers = Mapping[str, tuple[str, Callable[[Value], Any]]]
"""What a field of ours is read from, and how, by its name; a field without a source is not told."""


def product(system: str, spec: ProductMap, deal_object: str, record: Record) -> Product | None:
    """Read a line of a deal; `None` for one that belongs to no deal and was not deleted."""
    said = _said(
        record,
        {
            "deal": (spec.deal, lambda value: ref_of(system, deal_object, value)),
            "name": (spec.name, words_of),
            "code": (spec.code, words_of),
            "quantity": (spec.quantity, number_of),
            "amount": (spec.amount, number_of),
            "currency": (spec.currency, words_of),
        },
    )
    if not record.deleted and said.get("deal") is None:
        return None
    return Product(**_seen(system, record, said))


def campaign(
    system: str, spec: CampaignMap, record: Record, zone: tzinfo, currency: str
) -> Campaign:
    """Read a campaign; its cost is in its own currency, or the company's where it names none."""
    code = text_of(record.values.get(spec.currency)) if spec.currency else None
    said = _said(
        record,
        {
            "name": (spec.name, words_of),
            "channel": (spec.channel, words_of),
            "parent": (spec.parent, lambda value: ref_of(system, spec.object, value)),
            "cost": (spec.cost, lambda value: money_of(value, code or currency)),
            "starts": (spec.starts, lambda value: day_of(value, zone)),
            "ends": (spec.ends, lambda value: day_of(value, zone)),
        },
    )
    return Campaign(**_seen(system, record, said))


def member(system: str, spec: MemberMap, record: Record, zone: tzinfo) -> Member | None:
    """Read a membership; `None` for one that misses campaign or person and was not deleted."""
    said = _said(
        record,
        {
            "campaign": (spec.campaign, lambda value: ref_of(system, spec.campaign_object, value)),
            "status": (spec.status, words_of),
            "responded": (spec.responded, lambda value: value is True),
            "responded_at": (spec.responded_at, lambda value: instant_of(value, zone)),
            "first_at": (spec.at, lambda value: instant_of(value, zone)),
        },
    )
    if record.deleted:
        return Member(**_seen(system, record, {}))
    person = person_of(system, spec.people, record.values)
    if said.get("campaign") is None or person is None:
        return None
    return Member(**_seen(system, record, said | {"person": person}))


def firm(system: str, spec: FirmMap, record: Record, users: str) -> Firm:
    """Read an account; `users` is the vendor's object of users, of whom one owns it."""
    said = _said(
        record,
        {
            "name": (spec.name, words_of),
            "domain": (spec.domain, _domain),
            "parent": (spec.parent, lambda value: ref_of(system, spec.object, value)),
            "industry": (spec.industry, words_of),
            "owner": (spec.owner, lambda value: ref_of(system, users, value)),
        },
    )
    seen = _seen(system, record, said)
    if record.merged_into:
        into = Ref(system=system, obj=record.obj, id=record.merged_into)
        seen |= {"merged_into": into, "told": seen["told"] | {"merged_into"}}
    return Firm(**seen)


def fields_of(spec: Shape) -> tuple[str, ...]:
    """The vendor fields to read for a table of products, campaigns, members or firms."""
    names: list[str] = []
    for line in type(spec).model_fields:
        value = getattr(spec, line)
        if line == "people":
            names += value
        elif value and line != "object" and not line.endswith("_object"):
            names.append(value)
    return tuple(dict.fromkeys(names))


def _said(record: Record, readers: Readers) -> dict[str, Any]:
    """What a record says; one that was deleted says nothing, and an odd value is left out."""
    out: dict[str, Any] = {}
    for word, (name, read) in readers.items():
        if record.deleted or not name or name not in record.values:
            continue
        try:
            out[word] = read(record.values[name])
        except ValueError:
            continue
    return out


def _seen(system: str, record: Record, said: dict[str, Any]) -> dict[str, Any]:
    return {
        **said,
        "ref": Ref(system=system, obj=record.obj, id=record.id),
        "live": not record.deleted,
        "changed_at": record.changed_at,
        "told": frozenset(said),
    }


def _domain(value: Value) -> str:
    """The domain in a web address, or as it is; in lower case and without `www.`."""
    text = (text_of(value) or "").strip().lower()
    host = text.partition("//")[2] or text
    name = host.partition("/")[0].rpartition("@")[2].partition(":")[0]
    return name.removeprefix("www.")
